#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

pub mod types;
pub mod weights;

mod invariants;
mod spending;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{Money, OverEuros};
pub use weights::WeightInfo;

/// The pallet itself: configuration, storage, events, errors, calls.
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "only the macro's own code does; the pallet's work is in the other modules")]
pub mod pallet {
    use super::types::{Money, OverEuros, Spent};
    use super::weights::WeightInfo;
    use frame_support::{pallet_prelude::*, traits::Contains, traits::fungible};
    use frame_system::pallet_prelude::*;

    /// Version 1: the first.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// What the council may do with money.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who spends, freezes and moves: the administration, after its notice.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// EUR, in µ€.
        type Eur: fungible::Mutate<Self::AccountId, Balance = u128>;
        /// REN, in its smallest unit.
        type Ren: fungible::Mutate<Self::AccountId, Balance = u128>;
        /// The power over other accounts' euros.
        type Euros: OverEuros<Self::AccountId>;
        /// The treasury's account, which has no key.
        type Treasury: Get<Self::AccountId>;
        /// Accounts without a key, in which the chain's own rules keep money: nobody touches them.
        type ProtocolAccounts: Contains<Self::AccountId>;
        /// The number of the day that it is now.
        type Today: Get<u32>;
        /// How many days have a cap together.
        #[pallet::constant]
        type WindowDays: Get<u32>;
        /// How much EUR may be spent in so many days, in µ€.
        #[pallet::constant]
        type EurCap: Get<u128>;
        /// How much REN may be spent in so many days, in its smallest unit.
        #[pallet::constant]
        type RenCap: Get<u128>;
        /// What calls weigh.
        type WeightInfo: WeightInfo;
        /// Sets up what benchmarks need of other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// What was spent in the newest window in which anything was.
    #[pallet::storage]
    pub type SpentIn<T: Config> = StorageValue<_, Spent, ValueQuery>;

    /// What was done with money. Amounts of EUR are in µ€, of REN in its smallest unit.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name, unit and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// The treasury paid.
        TreasurySpent { money: Money, to: T::AccountId, amount: u128 },
        /// An account can pay no euros any more.
        Frozen { who: T::AccountId },
        /// It can again.
        Thawed { who: T::AccountId },
        /// Euros were moved without their holder.
        MovedByForce { from: T::AccountId, to: T::AccountId, amount_ueur: u128 },
    }

    /// What is wrong with a call, and what to do.
    #[pallet::error]
    pub enum Error<T> {
        /// More than the rest of this window's cap: spend the rest in the next.
        AboveCap,
        /// The chain's own rules keep money in this account: nobody else may touch it.
        ProtocolAccount,
        /// A sum would overflow.
        Overflow,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::WindowDays::get() > 0, "WindowDays must be above 0");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                sp_runtime::print(violation.as_str());
                sp_runtime::TryRuntimeError::Other("an invariant of custody is violated; the log says which")
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Pays out of the treasury, within the window's cap. The treasury's account stays.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::spend())]
        pub fn spend(origin: OriginFor<T>, money: Money, to: T::AccountId, amount: u128) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            Self::do_spend(money, to, amount)
        }

        /// Keeps an account from paying euros, as a court may order. Its holds still pay for what it bought.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::freeze())]
        pub fn freeze(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            Self::ensure_not_protocol(&who)?;
            T::Euros::freeze(&who)?;
            Self::deposit_event(Event::Frozen { who });
            Ok(())
        }

        /// Lets a frozen account pay again.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::thaw())]
        pub fn thaw(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            T::Euros::thaw(&who)?;
            Self::deposit_event(Event::Thawed { who });
            Ok(())
        }

        /// Moves free euros from one account to another without the holder, as a court may order.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::force_transfer())]
        pub fn force_transfer(
            origin: OriginFor<T>,
            from: T::AccountId,
            to: T::AccountId,
            amount_ueur: u128,
        ) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            Self::ensure_not_protocol(&from)?;
            Self::ensure_not_protocol(&to)?;
            T::Euros::force_transfer(&from, &to, amount_ueur)?;
            Self::deposit_event(Event::MovedByForce { from, to, amount_ueur });
            Ok(())
        }
    }
}
