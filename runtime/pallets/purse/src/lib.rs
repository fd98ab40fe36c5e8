#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

pub mod types;
pub mod weights;

mod deposits;
mod freezing;
mod invariants;
mod moving;
mod page;

#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
#[cfg(test)]
mod tests;

pub use page::Page;
pub use pallet::*;
pub use types::{EscrowDay, FeeNote, Purse};
pub use weights::WeightInfo;

/// The pallet itself: configuration, storage, events, errors, calls.
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "only the macro's own code does; the pallet's work is in the other modules")]
pub mod pallet {
    use super::types::Purse;
    use super::weights::WeightInfo;
    use frame_support::{PalletId, pallet_prelude::*, traits::fungible};
    use frame_system::pallet_prelude::*;

    /// Version 1: the first. No chain has older purses to bring along: it begins with a genesis of its own.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Money of accounts while it trades.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Prepaid euros in µ€, with a minimum balance of 1.
        type Eur: fungible::Mutate<Self::AccountId, Balance = u128>;
        /// Names the keyless account in which the EUR of all purses are.
        #[pallet::constant]
        type PalletId: Get<PalletId>;
        /// What calls weigh.
        type WeightInfo: WeightInfo;
        /// Sets up what benchmarks need of EUR.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self::AccountId>;
    }

    /// The purse of each account that has one. It opens with its first money and is gone with its last.
    #[pallet::storage]
    pub type Purses<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Purse, OptionQuery>;

    /// What buyers of slots that are being settled have paid and nobody received yet, in µ€.
    #[pallet::storage]
    pub type InTransit<T: Config> = StorageValue<_, u128, ValueQuery>;

    /// What moved between purses and EUR. What moves between purses is told by who moves it.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name, unit and type what they are; variants say the rest")]
    pub enum Event<T: Config> {
        /// EUR of an account came into its purse: by its call, or because an order or a deposit needed them.
        Filled { who: T::AccountId, amount_ueur: u128 },
        /// What was free in a purse became its account's EUR: by its call, for a fee, or by order of the council.
        Drawn { who: T::AccountId, amount_ueur: u128 },
        /// The purse can be neither drawn nor used for anything new.
        Frozen { who: T::AccountId },
        /// It can again.
        Thawed { who: T::AccountId },
    }

    /// What is wrong with a call, and what to do.
    #[pallet::error]
    pub enum Error<T> {
        /// An amount of 0 moves nothing: name one above it.
        NothingToMove,
        /// The purse has not as much free: what is on hold for orders, or deposited, cannot be drawn.
        NotFree,
        /// The account has not as many free EUR; one µ€ of them stays.
        TooFewEuros,
        /// The purse is frozen, as a court may order.
        Frozen,
        /// Neither EUR nor a purse: there is nothing to freeze or to thaw.
        NoPurse,
        /// The books do not match: report it. Nothing was changed.
        InternalFault,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_block: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_invariants().map_err(|violation| {
                sp_runtime::print(violation.as_str());
                sp_runtime::TryRuntimeError::Other("an invariant of purses is violated; the log says which")
            })
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Puts EUR into the own purse. One µ€ stays outside.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::fill())]
        pub fn fill(origin: OriginFor<T>, amount_ueur: u128) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_fill(&who, amount_ueur)
        }

        /// Takes EUR out of the own purse, of what is free in it. Who has nothing else pays the fee out of the purse.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::draw())]
        pub fn draw(origin: OriginFor<T>, amount_ueur: u128) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::do_draw(&who, amount_ueur)
        }
    }
}
