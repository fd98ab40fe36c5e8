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
mod finishing;
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
    use super::types::{Earning, EraSums, Eras, MarketSums, MintedEra, Paying as PayingEra};
    use super::weights::WeightInfo;
    use alloc::vec::Vec;
    use deren_market::rewards::{FeeBase, Fullness, Schedule, Worth};
    use deren_primitives::{MarketId, SiteId, Slot, ZoneId};
    use deren_runtime_apis::{ProductionRewards, SettlementProgress};
    use frame_support::{pallet_prelude::*, traits::fungible};
    use frame_system::pallet_prelude::*;
    use sp_runtime::FixedU128;

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
        /// How much an era emits.
        type Schedule: Get<Schedule>;
        /// REN's smallest units for a µ€: the rate at which the chain takes REN for fees. 0 if it takes none; nothing
        /// is minted then.
        type RenPerUeur: Get<FixedU128>;
        /// How many slots an era has; 0 is taken as 1.
        type SlotsPerEra: Get<u32>;
        /// How many owners earn in one era of one market at most, each counted once a zone. It must be no less than a
        /// market's sites.
        #[pallet::constant]
        type MaxEarners: Get<u32>;
        /// How many zones a market has at most.
        #[pallet::constant]
        type MaxZones: Get<u32>;
        /// How many earners are paid in one block at most.
        #[pallet::constant]
        type PageSize: Get<u32>;
        /// How many eras are finished in one block at most.
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

    /// What each owner earned in each zone, in each market's eras that are not paid yet. At most `MaxEarners` a
    /// market's era.
    #[pallet::storage]
    pub type Earned<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, MarketId>,
            NMapKey<Twox64Concat, u32>,
            NMapKey<Twox64Concat, ZoneId>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        Earning,
        OptionQuery,
    >;

    /// The sums of all owners' fee bases, in µ€, of each zone in each market's eras that are not paid yet.
    #[pallet::storage]
    pub type ZonesEarned<T: Config> = StorageNMap<
        _,
        (NMapKey<Twox64Concat, MarketId>, NMapKey<Twox64Concat, u32>, NMapKey<Twox64Concat, ZoneId>),
        u128,
        ValueQuery,
    >;

    /// The sums of each market's eras that are not paid yet, and in which buyers paid fees.
    #[pallet::storage]
    pub type MarketEras<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, u32, MarketSums, OptionQuery>;

    /// Markets' eras of which all slots are settled and the claims not counted. Each has the fees of all buyers to whom
    /// some come back, and how much does, in µ€.
    #[pallet::storage]
    pub type Closed<T: Config> =
        StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, u32, (u128, u128), OptionQuery>;

    /// Markets' eras that are being paid.
    #[pallet::storage]
    pub type Paying<T: Config> = StorageDoubleMap<_, Twox64Concat, MarketId, Twox64Concat, u32, PayingEra, OptionQuery>;

    /// The market's era that had the last page: the next one comes after it.
    #[pallet::storage]
    pub type LastPaid<T: Config> = StorageValue<_, (MarketId, u32), OptionQuery>;

    /// The sums of each era that a market closed and that is not finished yet.
    #[pallet::storage]
    pub type Sums<T: Config> = StorageMap<_, Twox64Concat, u32, EraSums, OptionQuery>;

    /// How full the newest era was that all markets have closed.
    #[pallet::storage]
    pub type LastFull<T: Config> = StorageValue<_, Fullness, ValueQuery>;

    /// What was minted for each of the last `KeepEras` finished eras.
    #[pallet::storage]
    pub type Minted<T: Config> = StorageMap<_, Twox64Concat, u32, MintedEra, OptionQuery>;

    /// What was minted in all, in REN's smallest unit; what is carried is in it.
    #[pallet::storage]
    pub type TotalMinted<T: Config> = StorageValue<_, u128, ValueQuery>;

    /// What an account earned and could not receive yet, because it is less than an account must have. It is minted
    /// with the account's next reward, or when somebody claims it.
    #[pallet::storage]
    pub type Carried<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u128, OptionQuery>;

    /// What an indexer needs to rebuild every reward. Amounts are in REN's smallest unit.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name, unit and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// A site produced and sold energy to others, who paid this fee for it: its owner will be rewarded.
        Accrued {
            market: MarketId,
            era: u32,
            slot: Slot,
            site: SiteId,
            zone: ZoneId,
            owner: T::AccountId,
            rewarded_wh: u64,
            fee_base_ueur: u128,
        },
        /// More owners earn in this era than there is room for, or it is over.
        LeftOut {
            market: MarketId,
            era: u32,
            slot: Slot,
            site: SiteId,
            zone: ZoneId,
            owner: T::AccountId,
            rewarded_wh: u64,
            fee_base_ueur: u128,
        },
        /// All slots of a market's era are settled. `worth` is what its fee bases can claim, and `claims` what they do,
        /// each zone cut to its part.
        MarketEraClosed { market: MarketId, era: u32, fee_bases_ueur: u128, worth: Worth, claims: u128 },
        /// An owner's share of an era, for one zone. It was minted, or else is carried.
        Rewarded {
            market: MarketId,
            era: u32,
            zone: ZoneId,
            owner: T::AccountId,
            wh: u64,
            fee_base_ueur: u128,
            amount: u128,
        },
        /// All shares of a market's era are known, and minted or carried. They were scaled by this `fullness`.
        MarketEraPaid { market: MarketId, era: u32, minted: u128, wh: u64, earners: u32, fullness: Fullness },
        /// In all `amount` is carried for an account, because it cannot be delivered yet.
        RewardCarried { owner: T::AccountId, amount: u128 },
        /// What was carried has been delivered.
        CarriedPaid { owner: T::AccountId, amount: u128 },
        /// The era is paid in all markets.
        EraPaid { era: u32, minted: u128, wh: u64, earners: u32 },
        /// A page of a market's era could not be paid now. Nothing of it was, and it is tried again when the others had
        /// their turns.
        PayingHalted { market: MarketId, era: u32, error: DispatchError },
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
        /// Counts the claims of one market's era, or pays a page of one.
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
        fn protocol_fee_paid(market: MarketId, slot: Slot, fee_ueur: u128) {
            Self::add_fee(market, slot, fee_ueur);
        }

        fn sold_to_others(market: MarketId, slot: Slot, base: FeeBase<T::AccountId>) {
            Self::accrue(market, slot, base);
        }

        fn era_closed(market: MarketId, era: u32, fees_ueur: u128, rebates_ueur: u128) {
            Self::close(market, era, fees_ueur, rebates_ueur);
        }
    }
}
