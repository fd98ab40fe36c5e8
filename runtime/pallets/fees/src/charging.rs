//! Withdraws a fee before the call, and settles it after.
//!
//! It never touches what is on hold, never ends an account, and changes nothing when it is only asked whether it could
//! withdraw.

use crate::{Config, Event, FeePurse, FeeWaiver, Pallet};
use core::marker::PhantomData;
use frame_support::traits::{
    Get, Imbalance, NoDrop, OnUnbalanced,
    fungible::{Balanced, Credit, Inspect},
    tokens::{Fortitude, Precision, Preservation, imbalance::ResolveTo},
};
use pallet_transaction_payment::{FungibleAdapter, OnChargeTransaction, TxCreditHold};
use sp_runtime::{
    FixedPointNumber, FixedU128, Rounding,
    helpers_128bit::multiply_by_rational_with_rounding,
    traits::{DispatchInfoOf, PostDispatchInfoOf},
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

/// Charges in EUR if the payer has them, else in REN.
pub struct EurElseRen<T>(PhantomData<T>);

/// REN alone, as `pallet_transaction_payment` takes them.
type InRen<T> = FungibleAdapter<<T as Config>::Ren, ResolveTo<<T as Config>::Treasury, <T as Config>::Ren>>;

/// What was withdrawn before the call.
#[derive(Default)]
pub enum Withdrawn<Euros, Ren> {
    /// Nothing: the call is free, or its fee was waived.
    #[default]
    Nothing,
    /// Fee and tip, in EUR.
    Euros(Euros),
    /// The tip, in REN; `pallet_transaction_payment` keeps the fee.
    Ren(Ren),
}

/// What the fee is in µ€, rounded against the payer; `None` if the chain takes no EUR for it.
fn in_ueur<T: Config>(fee: u128, rounding: Rounding) -> Option<u128> {
    let rate = T::RenPerUeur::get()?;
    multiply_by_rational_with_rounding(fee, FixedU128::DIV, rate.into_inner(), rounding)
}

/// What the payer owes in µ€, if its free EUR pay for it and leave the minimum balance.
fn payable_ueur<T: Config>(who: &T::AccountId, fee: u128) -> Option<u128> {
    let ueur = in_ueur::<T>(fee, Rounding::Up)?;
    (T::Eur::reducible_balance(who, Preservation::Preserve, Fortitude::Polite) >= ueur).then_some(ueur)
}

/// What the payer's purse must give, so that its EUR pay for the fee and leave the minimum balance.
fn missing_ueur<T: Config>(who: &T::AccountId, fee: u128) -> Option<u128> {
    let due_ueur = in_ueur::<T>(fee, Rounding::Up)?.checked_add(T::Eur::minimum_balance())?;
    Some(due_ueur.saturating_sub(T::Eur::balance(who)))
}

/// Pays in EUR out of the payer's purse, if that has enough free.
fn withdraw_from_purse<T: Config>(who: &T::AccountId, fee: u128) -> Option<Credit<T::AccountId, T::Eur>> {
    let missing_ueur = missing_ueur::<T>(who, fee)?;
    if !T::Purse::draw(who, missing_ueur) {
        return None;
    }
    let ueur = payable_ueur::<T>(who, fee)?;
    T::Eur::withdraw(who, ueur, Precision::Exact, Preservation::Preserve, Fortitude::Polite).ok()
}

/// True if nobody asks for the fee of this call.
fn is_waived<T: Config>(who: &T::AccountId, call: &T::RuntimeCall, tip: u128) -> bool {
    tip == 0 && T::Waiver::waives(who, call)
}

impl<T: Config + pallet_transaction_payment::Config> TxCreditHold<T> for EurElseRen<T> {
    type Credit = NoDrop<Credit<T::AccountId, T::Ren>>;
}

impl<T> OnChargeTransaction<T> for EurElseRen<T>
where
    T: Config + pallet_transaction_payment::Config,
    T::OnChargeTransaction: TxCreditHold<T, Credit = NoDrop<Credit<T::AccountId, T::Ren>>>,
{
    type Balance = u128;
    type LiquidityInfo = Withdrawn<Credit<T::AccountId, T::Eur>, <InRen<T> as OnChargeTransaction<T>>::LiquidityInfo>;

    fn can_withdraw_fee(
        who: &T::AccountId,
        call: &T::RuntimeCall,
        info: &DispatchInfoOf<T::RuntimeCall>,
        fee_with_tip: u128,
        tip: u128,
    ) -> Result<(), TransactionValidityError> {
        if fee_with_tip == 0 || payable_ueur::<T>(who, fee_with_tip).is_some() {
            return Ok(());
        }
        let purse_pays = || missing_ueur::<T>(who, fee_with_tip).is_some_and(|ueur| T::Purse::can_draw(who, ueur));
        <InRen<T> as OnChargeTransaction<T>>::can_withdraw_fee(who, call, info, fee_with_tip, tip)
            .or_else(|error| if purse_pays() || is_waived::<T>(who, call, tip) { Ok(()) } else { Err(error) })
    }

    fn withdraw_fee(
        who: &T::AccountId,
        call: &T::RuntimeCall,
        info: &DispatchInfoOf<T::RuntimeCall>,
        fee_with_tip: u128,
        tip: u128,
    ) -> Result<Self::LiquidityInfo, TransactionValidityError> {
        if fee_with_tip == 0 {
            return Ok(Withdrawn::Nothing);
        }
        if let Some(ueur) = payable_ueur::<T>(who, fee_with_tip) {
            return T::Eur::withdraw(who, ueur, Precision::Exact, Preservation::Preserve, Fortitude::Polite)
                .map(Withdrawn::Euros)
                .map_err(|_| InvalidTransaction::Payment.into());
        }
        match <InRen<T> as OnChargeTransaction<T>>::withdraw_fee(who, call, info, fee_with_tip, tip) {
            Ok(withdrawn) => Ok(Withdrawn::Ren(withdrawn)),
            Err(error) => match withdraw_from_purse::<T>(who, fee_with_tip) {
                Some(credit) => Ok(Withdrawn::Euros(credit)),
                None if is_waived::<T>(who, call, tip) => Ok(Withdrawn::Nothing),
                None => Err(error),
            },
        }
    }

    fn correct_and_deposit_fee(
        who: &T::AccountId,
        info: &DispatchInfoOf<T::RuntimeCall>,
        post_info: &PostDispatchInfoOf<T::RuntimeCall>,
        corrected_fee_with_tip: u128,
        tip: u128,
        withdrawn: Self::LiquidityInfo,
    ) -> Result<(), TransactionValidityError> {
        match withdrawn {
            Withdrawn::Nothing => Ok(()),
            Withdrawn::Euros(credit) => {
                pay_in_euros::<T>(who, corrected_fee_with_tip, tip, credit);
                Ok(())
            }
            Withdrawn::Ren(tip_credit) => <InRen<T> as OnChargeTransaction<T>>::correct_and_deposit_fee(
                who,
                info,
                post_info,
                corrected_fee_with_tip,
                tip,
                tip_credit,
            ),
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn endow_account(who: &T::AccountId, amount: u128) {
        <InRen<T> as OnChargeTransaction<T>>::endow_account(who, amount);
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn minimum_balance() -> u128 {
        <InRen<T> as OnChargeTransaction<T>>::minimum_balance()
    }
}

/// Gives back what was withdrawn beyond the fee, and the rest to the treasury.
fn pay_in_euros<T: Config>(who: &T::AccountId, fee_with_tip: u128, tip: u128, credit: Credit<T::AccountId, T::Eur>) {
    // The rate may have been changed or removed by the call itself: then what was withdrawn is the fee.
    let fee_ueur = in_ueur::<T>(fee_with_tip, Rounding::Up).unwrap_or(u128::MAX);
    let (mut fee, refund) = credit.split(fee_ueur);
    // As with REN: an account that the call ended does not come back for its refund.
    let can_return = refund.peek() > 0 && frame_system::Pallet::<T>::account_exists(who);
    let kept = if can_return { T::Eur::resolve(who, refund).err() } else { Some(refund) };
    if let Some(kept) = kept {
        fee.subsume(kept);
    }
    let fee_ueur = fee.peek();
    if fee_ueur == 0 {
        return;
    }
    // What the treasury cannot take is burnt.
    ResolveTo::<T::Treasury, T::Eur>::on_unbalanced(fee);
    let tip_ueur = in_ueur::<T>(tip, Rounding::Down).unwrap_or_default().min(fee_ueur);
    Pallet::<T>::deposit_event(Event::PaidInEuros { who: who.clone(), fee_ueur, tip_ueur });
}
