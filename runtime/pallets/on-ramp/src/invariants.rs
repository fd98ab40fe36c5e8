//! That every euro was issued, and that those to be paid out are there. For `try_state`, a runtime query and tests: it
//! reads all of the pallet's state and must never be called from a block.

use crate::{Config, IssuedOn, NextRequest, OpenRequests, Pallet, Requests, Supply};
use alloc::{collections::BTreeMap, format, string::String};
use frame_support::{ensure, traits::Get, traits::fungible::Inspect as _};

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    pub fn check_invariants() -> Result<(), String> {
        let sums = Supply::<T>::get();
        let due = sums.at_first.saturating_add(sums.issued).checked_sub(sums.burned);
        let there = T::Eur::total_issuance();
        ensure!(due == Some(there), format!("there are {there} µ€, and {sums:?} came and went"));
        ensure!(IssuedOn::<T>::get().amount_ueur <= sums.issued, String::from("more issued on a day than in all"));
        let mut open = BTreeMap::<T::AccountId, u32>::new();
        let mut waiting_ueur = 0u128;
        for (number, request) in Requests::<T>::iter() {
            ensure!(number < NextRequest::<T>::get(), format!("request {number} is from the future"));
            waiting_ueur = waiting_ueur.saturating_add(request.amount_ueur);
            let count = open.entry(request.owner).or_default();
            *count = count.saturating_add(1);
        }
        let held = T::Eur::balance(&Self::waiting_account());
        ensure!(held >= waiting_ueur, format!("{waiting_ueur} µ€ are to be paid out, and {held} are there"));
        ensure!(Requests::<T>::count() <= T::MaxRequests::get(), String::from("too many requests"));
        let counted: BTreeMap<_, _> = OpenRequests::<T>::iter().collect();
        ensure!(open == counted, String::from("an account's open requests are not those that it has"));
        let most = open.values().copied().max().unwrap_or_default();
        ensure!(most <= T::MaxRequestsPerAccount::get(), format!("an account has {most} requests"));
        Ok(())
    }
}
