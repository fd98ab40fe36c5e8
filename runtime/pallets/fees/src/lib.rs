#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod charging;

pub use charging::{EurElseRen, Withdrawn};
pub use pallet::*;

/// Which calls cost nothing for those who cannot pay.
pub trait FeeWaiver<AccountId, Call> {
    /// True if `who` can make this call without a fee. The call must succeed then, or anyone could fill blocks for
    /// nothing.
    fn waives(who: &AccountId, call: &Call) -> bool;
}

/// What a payer has elsewhere and can draw.
pub trait FeePurse<AccountId> {
    /// True if so much can be drawn now.
    fn can_draw(who: &AccountId, ueur: u128) -> bool;
    /// Makes it EUR of the payer, wholly or not at all. True if it did.
    fn draw(who: &AccountId, ueur: u128) -> bool;
}

/// The pallet itself: configuration and events.
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "only the macro's own code does; the pallet's work is in the other module")]
pub mod pallet {
    use super::{FeePurse, FeeWaiver};
    use frame_support::{
        pallet_prelude::*,
        traits::{TypedGet, fungible},
    };
    use frame_system::pallet_prelude::*;
    use sp_runtime::FixedU128;

    /// Takes fees.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime sets.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// EUR, in µ€.
        type Eur: fungible::Balanced<Self::AccountId, Balance = u128>;
        /// REN, in its smallest unit.
        type Ren: fungible::Balanced<Self::AccountId, Balance = u128> + 'static;
        /// Pays fees for whom neither EUR nor REN do.
        type Purse: FeePurse<Self::AccountId>;
        /// REN's smallest units for one µ€; `None` or zero while the chain takes no EUR for fees.
        type RenPerUeur: Get<Option<FixedU128>>;
        /// Who receives fees and tips.
        type Treasury: TypedGet<Type = Self::AccountId>;
        /// Which calls cost nothing for those who cannot pay.
        type Waiver: FeeWaiver<Self::AccountId, RuntimeCallFor<Self>>;
    }

    /// What `TransactionPayment.TransactionFeePaid` does not tell.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    #[expect(missing_docs, reason = "fields say by name and unit what they are")]
    pub enum Event<T: Config> {
        /// The fee of this transaction was paid in EUR, of which `tip_ueur` was the tip.
        PaidInEuros { who: T::AccountId, fee_ueur: u128, tip_ueur: u128 },
    }
}
