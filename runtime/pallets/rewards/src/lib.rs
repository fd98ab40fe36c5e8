#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

pub mod types;
pub mod weights;

mod eras;
mod invariants;
mod paying;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use weights::WeightInfo;

/// The pallet itself: configuration, storage, events, errors, calls.
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "only the macro's own code does; the pallet's work is in the other modules")]
pub mod pallet {
    use super::types::{EraSums, Eras};
    use super::weights::WeightInfo;
    use alloc::vec::Vec;
    use deren_market::rewards::Schedule;
    use deren_primitives::{MarketId, SiteId, Slot};
    use deren_runtime_apis::{ProductionRewards, SettlementProgress};
    use frame_support::{pallet_prelude::*, traits::fungible};
    use frame_system::pallet_prelude::*;

    /// Version 1: the first.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// REN for producers, era by era.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// REN, the native token.
        type Ren: fungible::Mutate<Self::AccountId, Balance = u128>;
        /// Knows through which slot each market is settled.
        type Settlement: SettlementProgress;
        /// All markets, whose slots make up an era.
        type Markets: Get<Vec<MarketId>>;
        /// How much an era emits, and what a share of it is.
        type Schedule: Get<Schedule>;
        /// How many slots an era has; 0 is taken as 1.
        type SlotsPerEra: Get<u32>;
        /// How many accounts earn in one era at most. It must be no less than all markets' orders together.
        #[pallet::constant]
        type MaxEarners: Get<u32>;
        /// How many earners are paid in one block at most.
        #[pallet::constant]
        type PageSize: Get<u32>;
        /// How many eras without earners are passed over in one block at most.
        #[pallet::constant]
        type MaxSkippedEras: Get<u32>;
        /// For how many eras what was minted is kept.
        #[pallet::constant]
        type KeepEras: Get<u32>;
        /// What calls and stages weigh.
        type WeightInfo: WeightInfo;
        /// Sets up what benchmarks need of matching.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
    }

    /// Which eras there are; `None` until the first slot is settled.
    #[pallet::storage]
    pub type CurrentEras<T: Config> = StorageValue<_, Eras, OptionQuery>;

    /// What each account produced and sold in each era that is not paid yet, in Wh.
    #[pallet::storage]
    pub type Earned<T: Config> =
        StorageDoubleMap<_, Twox64Concat, u32, Blake2_128Concat, T::AccountId, u64, OptionQuery>;

    /// The sums of each era that is not paid yet and in which somebody earned.
    #[pallet::storage]
    pub type Sums<T: Config> = StorageMap<_, Twox64Concat, u32, EraSums, OptionQuery>;

    /// What was minted for each of the last `KeepEras` paid eras, in REN's smallest unit.
    #[pallet::storage]
    pub type Minted<T: Config> = StorageMap<_, Twox64Concat, u32, u128, OptionQuery>;

    /// What was minted for all paid eras, in REN's smallest unit; what is carried is in it.
    #[pallet::storage]
    pub type TotalMinted<T: Config> = StorageValue<_, u128, ValueQuery>;

    /// What an account earned and could not receive yet, because it is less than an account must have: it is minted
    /// with the account's next reward, or when somebody claims it.
    #[pallet::storage]
    pub type Carried<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u128, OptionQuery>;

    /// What an indexer needs to rebuild every reward. Amounts are in REN's smallest unit.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name, unit and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// A site produced and sold energy, for which its owner will be rewarded.
        Accrued { era: u32, slot: Slot, site: SiteId, owner: T::AccountId, rewarded_wh: u64 },
        /// More accounts earn in this era than there is room for.
        LeftOut { era: u32, slot: Slot, site: SiteId, owner: T::AccountId, rewarded_wh: u64 },
        /// An owner's share of an era. It was minted, or else is carried.
        Rewarded { era: u32, owner: T::AccountId, wh: u64, amount: u128 },
        /// In all `amount` is carried for an account, because it cannot be delivered yet.
        RewardCarried { owner: T::AccountId, amount: u128 },
        /// What was carried has been delivered.
        CarriedPaid { owner: T::AccountId, amount: u128 },
        /// All shares of an era are known, and minted or carried.
        EraPaid { era: u32, minted: u128, wh: u64, earners: u32 },
        /// A page of an era could not be paid now: nothing of it was, and it is tried again in the next block.
        PayingHalted { era: u32, error: DispatchError },
    }

    /// What is wrong with a call, and what to do.
    #[pallet::error]
    pub enum Error<T> {
        /// Nothing is carried for this account.
        NothingCarried,
        /// What is carried is still less than an account must have: send it some REN first, or wait for more rewards.
        StillUndeliverable,
        /// A sum would overflow.
        Overflow,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// Pays at most one page of one era.
        fn on_initialize(_block: BlockNumberFor<T>) -> Weight {
            Self::advance()
        }

        fn integrity_test() {
            assert!(T::PageSize::get() > 0, "PageSize must be above 0");
            assert!(T::MaxSkippedEras::get() > 0, "MaxSkippedEras must be above 0");
            assert!(T::KeepEras::get() > 0, "KeepEras must be above 0");
            assert!(T::SlotsPerEra::get() > 0, "SlotsPerEra must be above 0");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                sp_runtime::print(violation.as_str());
                sp_runtime::TryRuntimeError::Other("an invariant of rewards is violated; the log says which")
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Delivers what is carried for `owner`. Anyone may.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::claim())]
        pub fn claim(origin: OriginFor<T>, owner: T::AccountId) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_claim(owner)
        }
    }

    impl<T: Config> ProductionRewards<T::AccountId> for Pallet<T> {
        fn produced_and_sold(slot: Slot, site: SiteId, owner: &T::AccountId, rewarded_wh: u64) {
            Self::accrue(slot, site, owner, rewarded_wh);
        }
    }
}
