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
mod issuing;
mod paying_out;

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
    use super::types::{Issued, Request, Sums};
    use super::weights::WeightInfo;
    use frame_support::{PalletId, pallet_prelude::*, traits::fungible};
    use frame_system::pallet_prelude::*;
    use sp_core::H256;

    /// Version 1: the first.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Where euros come from, and where they go.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Names the on-ramp and sets its cap.
        type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// EUR, the asset that stands for prepaid euros, in µ€.
        type Eur: fungible::Mutate<Self::AccountId, Balance = u128>;
        /// The number of the day that it is now.
        type Today: Get<u32>;
        /// After how many whole days a request that was not paid can be returned.
        #[pallet::constant]
        type PayoutDays: Get<u32>;
        /// The least that can be paid out, in µ€. It keeps requests from being filled up for nothing.
        #[pallet::constant]
        type MinPayoutUeur: Get<u128>;
        /// How many requests an account has open at most.
        #[pallet::constant]
        type MaxRequestsPerAccount: Get<u32>;
        /// How many requests are open in all at most.
        #[pallet::constant]
        type MaxRequests: Get<u32>;
        /// Names the keyless account in which euros wait to be paid out.
        #[pallet::constant]
        type PalletId: Get<PalletId>;
        /// What calls weigh.
        type WeightInfo: WeightInfo;
        /// Sets up what benchmarks need of other pallets.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper;
    }

    /// Who turns money in a bank into EUR; `None` stops issuing and paying out.
    #[pallet::storage]
    pub type OnRamp<T: Config> = StorageValue<_, T::AccountId, OptionQuery>;

    /// How much may be issued on one day, in µ€.
    #[pallet::storage]
    pub type DailyCap<T: Config> = StorageValue<_, u128, ValueQuery>;

    /// What was issued on the newest day on which anything was.
    #[pallet::storage]
    pub type IssuedOn<T: Config> = StorageValue<_, Issued, ValueQuery>;

    /// What there was at first, and what has been issued and burned since, in µ€.
    #[pallet::storage]
    pub type Supply<T: Config> = StorageValue<_, Sums, ValueQuery>;

    /// Requests that are neither paid nor returned, by number.
    #[pallet::storage]
    pub type Requests<T: Config> = CountedStorageMap<_, Twox64Concat, u32, Request<T::AccountId>, OptionQuery>;

    /// How many requests each account has open.
    #[pallet::storage]
    pub type OpenRequests<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The number of the next request.
    #[pallet::storage]
    pub type NextRequest<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// With whom and with what cap a chain begins.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Who turns money in a bank into EUR.
        pub on_ramp: Option<T::AccountId>,
        /// How much may be issued on one day, in µ€.
        pub daily_cap_ueur: u128,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            OnRamp::<T>::set(self.on_ramp.clone());
            DailyCap::<T>::put(self.daily_cap_ueur);
            let at_first = <T::Eur as fungible::Inspect<T::AccountId>>::total_issuance();
            Supply::<T>::put(Sums { at_first, ..Default::default() });
        }
    }

    /// What anyone needs to compare the chain's euros with a bank's. Amounts are in µ€.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name, unit and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// Euros came to be.
        Issued { to: T::AccountId, amount_ueur: u128 },
        /// A holder asks for money in a bank. `reference` is a hash of where to.
        PayoutRequested { number: u32, owner: T::AccountId, amount_ueur: u128, reference: H256 },
        /// The money was sent, and the euros are gone. `proof` is a hash of the bank's receipt.
        PaidOut { number: u32, owner: T::AccountId, amount_ueur: u128, proof: H256 },
        /// Nothing was paid in time: the holder has the euros back.
        PayoutReturned { number: u32, owner: T::AccountId, amount_ueur: u128 },
        /// Another account is the on-ramp from now on, or none.
        OnRampSet { on_ramp: Option<T::AccountId> },
        /// This much may be issued a day from now on.
        DailyCapSet { cap_ueur: u128 },
    }

    /// What is wrong with a call, and what to do.
    #[pallet::error]
    pub enum Error<T> {
        /// Only the on-ramp may do this.
        NotTheOnRamp,
        /// More than the rest of today's cap: issue the rest tomorrow.
        AboveDailyCap,
        /// Less than the least that can be paid out.
        TooLittle,
        /// This account has as many requests open as it may: wait until one is paid.
        TooManyOfAccount,
        /// The maximum number of requests is open: try again later.
        TooManyRequests,
        /// No request has this number, or it is paid or returned.
        UnknownRequest,
        /// The on-ramp still has time to pay.
        StillToBePaid,
        /// A sum would overflow.
        Overflow,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxRequests::get() > 0, "MaxRequests must be above 0");
            assert!(T::MaxRequestsPerAccount::get() > 0, "MaxRequestsPerAccount must be above 0");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                sp_runtime::print(violation.as_str());
                sp_runtime::TryRuntimeError::Other("an invariant of the on-ramp is violated; the log says which")
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// The on-ramp issues euros for money that it received, within the day's cap.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::issue())]
        pub fn issue(origin: OriginFor<T>, to: T::AccountId, amount_ueur: u128) -> DispatchResult {
            Self::ensure_on_ramp(origin)?;
            Self::do_issue(to, amount_ueur)
        }

        /// A holder asks for euros to be paid out; until then they lie in a keyless account. `reference` is a hash of
        /// where to pay: what it is of, the holder tells the on-ramp alone.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::request_payout())]
        pub fn request_payout(origin: OriginFor<T>, amount_ueur: u128, reference: H256) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_request(owner, amount_ueur, reference)
        }

        /// The on-ramp has paid this request, so that its euros are burned. `proof` is a hash of the bank's receipt.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::mark_paid())]
        pub fn mark_paid(origin: OriginFor<T>, number: u32, proof: H256) -> DispatchResult {
            Self::ensure_on_ramp(origin)?;
            Self::do_mark_paid(number, proof)
        }

        /// Gives the euros of a request back that was not paid in time. Anyone may.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::return_payout())]
        pub fn return_payout(origin: OriginFor<T>, number: u32) -> DispatchResult {
            ensure_signed(origin)?;
            Self::do_return(number)
        }

        /// Names another on-ramp, or none.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::set_on_ramp())]
        pub fn set_on_ramp(origin: OriginFor<T>, on_ramp: Option<T::AccountId>) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            OnRamp::<T>::set(on_ramp.clone());
            Self::deposit_event(Event::OnRampSet { on_ramp });
            Ok(())
        }

        /// Sets how much may be issued a day.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::set_daily_cap())]
        pub fn set_daily_cap(origin: OriginFor<T>, cap_ueur: u128) -> DispatchResult {
            T::AdminOrigin::ensure_origin(origin)?;
            DailyCap::<T>::put(cap_ueur);
            Self::deposit_event(Event::DailyCapSet { cap_ueur });
            Ok(())
        }
    }
}
