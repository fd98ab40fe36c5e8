//! What always holds of purses. It reads all of them, and must never be called from a block.

use crate::{Config, InTransit, Pallet, Purses};
use alloc::{collections::BTreeSet, format, string::String};
use frame_support::{ensure, traits::fungible::Inspect as _};

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words. The account may have more than the books say: anyone can send EUR to
    /// an account.
    pub fn check_invariants() -> Result<(), String> {
        let mut sum_ueur = InTransit::<T>::get();
        for (who, purse) in Purses::<T>::iter() {
            ensure!(!purse.is_empty(), format!("{who:?}: an empty purse is stored"));
            let days = || purse.escrow.iter().map(|day| day.day);
            let in_order = days().zip(days().skip(1)).all(|(before, after)| before < after);
            ensure!(in_order, format!("{who:?}: days in escrow are not in order"));
            let notes: BTreeSet<_> = purse.fees.iter().map(|note| (note.market, note.era)).collect();
            ensure!(notes.len() == purse.fees.len(), format!("{who:?}: the fees of an era are noted twice"));
            let is_there = frame_system::Pallet::<T>::sufficients(&who) > 0;
            ensure!(is_there, format!("{who:?}: nothing keeps the account of this purse"));
            sum_ueur = sum_ueur.saturating_add(purse.total_ueur());
        }
        let in_account_ueur = T::Eur::total_balance(&Self::account());
        ensure!(
            in_account_ueur >= sum_ueur,
            format!("{in_account_ueur} µ€ in the account of purses, {sum_ueur} in purses and in transit")
        );
        Ok(())
    }
}
