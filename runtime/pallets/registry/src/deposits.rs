//! Deposits in EUR for what stays in the chain's state. An owner gives one for a site, its links and its devices, an
//! operator for a point. What goes gives its deposit back.

use crate::{Config, Pallet, PointDeposits, Points, SiteDeposits, SiteDevices, SiteGateways, Sites};
use alloc::{collections::BTreeMap, format, string::String};
use deren_primitives::SiteId;
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_core::H256;

/// Euros that the registry keeps for those who registered something, in their purses.
pub trait Deposits<AccountId> {
    /// Takes this much as a deposit, or changes nothing.
    fn hold(who: &AccountId, ueur: u128) -> DispatchResult;
    /// Gives this much back, or changes nothing.
    fn release(who: &AccountId, ueur: u128) -> DispatchResult;
    /// What is deposited.
    fn held(who: &AccountId) -> u128;
    /// Gives an account this much to deposit.
    #[cfg(feature = "runtime-benchmarks")]
    fn endow(who: &AccountId, ueur: u128);
}

impl<T: Config> Pallet<T> {
    /// What the state of a site costs its owner now.
    fn site_deposit(site: SiteId) -> u128 {
        let each = |deposit: u128, count: usize| deposit.saturating_mul(u128::try_from(count).unwrap_or(u128::MAX));
        let links = each(T::LinkDeposit::get(), SiteGateways::<T>::decode_len(site).unwrap_or_default());
        let devices = each(T::DeviceDeposit::get(), SiteDevices::<T>::decode_len(site).unwrap_or_default());
        T::SiteDeposit::get().saturating_add(links).saturating_add(devices)
    }

    /// Takes from the owner what the site's state costs more than before, or gives back what it costs less.
    pub(crate) fn adjust_deposit(site: SiteId, owner: &T::AccountId) -> DispatchResult {
        let due = Self::site_deposit(site);
        let held = SiteDeposits::<T>::get(site);
        if due > held {
            T::Deposits::hold(owner, due.saturating_sub(held))?;
        } else if due < held {
            T::Deposits::release(owner, held.saturating_sub(due))?;
        }
        SiteDeposits::<T>::insert(site, due);
        Ok(())
    }

    /// The new owner puts up what the site costs, and the former one gets theirs back.
    pub(crate) fn hand_deposit_over(site: SiteId, former: &T::AccountId, owner: &T::AccountId) -> DispatchResult {
        T::Deposits::hold(owner, Self::site_deposit(site))?;
        T::Deposits::release(former, SiteDeposits::<T>::get(site))?;
        SiteDeposits::<T>::insert(site, Self::site_deposit(site));
        Ok(())
    }

    /// Gives back all that is held for a site.
    pub(crate) fn return_deposit(site: SiteId, owner: &T::AccountId) -> DispatchResult {
        T::Deposits::release(owner, SiteDeposits::<T>::take(site))
    }

    pub(crate) fn take_point_deposit(commitment: H256, operator: T::AccountId) -> DispatchResult {
        let ueur = T::PointDeposit::get();
        T::Deposits::hold(&operator, ueur)?;
        PointDeposits::<T>::insert(commitment, (operator, ueur));
        Ok(())
    }

    pub(crate) fn return_point_deposit(commitment: H256) -> DispatchResult {
        match PointDeposits::<T>::take(commitment) {
            Some((operator, ueur)) => T::Deposits::release(&operator, ueur),
            None => Ok(()),
        }
    }

    /// Each site and point has its deposit, and so much is on hold for whoever gave it.
    pub(crate) fn check_deposits() -> Result<(), String> {
        let mut sums: BTreeMap<T::AccountId, u128> = BTreeMap::new();
        for (site, record) in Sites::<T>::iter() {
            let (held, due) = (SiteDeposits::<T>::get(site), Self::site_deposit(site));
            ensure!(held == due, format!("the deposit of site {site} is {held}, not {due}"));
            let Some(owner) = record.owner.latest().cloned() else { continue };
            let sum = sums.entry(owner).or_default();
            *sum = sum.saturating_add(held);
        }
        for (commitment, (operator, ueur)) in PointDeposits::<T>::iter() {
            ensure!(Points::<T>::contains_key(commitment), format!("a deposit of unknown point {commitment}"));
            let sum = sums.entry(operator).or_default();
            *sum = sum.saturating_add(ueur);
        }
        let (sites, points) = (SiteDeposits::<T>::iter_keys().count(), PointDeposits::<T>::iter_keys().count());
        ensure!(sites == Sites::<T>::iter_keys().count(), String::from("a deposit of an unknown site"));
        ensure!(points == Points::<T>::iter_keys().count(), String::from("a point without a deposit"));
        for (who, sum) in sums {
            let held = T::Deposits::held(&who);
            ensure!(held == sum, format!("{held} µ€ are on hold for deposits of {sum}"));
        }
        Ok(())
    }
}
