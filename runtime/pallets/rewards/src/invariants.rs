//! That no era mints more than the schedule emits or its protocol fees are worth, and that the pallet's sums add up.
//! For `try_state`, a runtime query and tests: it reads all of the pallet's state and must never be called from a
//! block.

use crate::types::{Earning, Eras};
use crate::{
    Carried, Closed, Config, CurrentEras, Earned, MarketEras, Minted, Pallet, Paying, Sums, TotalMinted, ZonesEarned,
};
use alloc::{collections::BTreeMap, format, string::String};
use deren_primitives::MarketId;
use frame_support::{ensure, traits::Get};

/// What entries of one market's era add up to.
type OfMarkets<Sum> = BTreeMap<(MarketId, u32), Sum>;

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    pub fn check_invariants() -> Result<(), String> {
        let Some(eras) = CurrentEras::<T>::get() else {
            let is_untouched = TotalMinted::<T>::get() == 0 && MarketEras::<T>::iter().next().is_none();
            ensure!(is_untouched, String::from("rewards before the first era"));
            return Ok(());
        };
        Self::check_minted(eras)?;
        Self::check_market_eras()?;
        Self::check_earned()
    }

    /// No era, and not all eras together, minted more than the schedule emits or the fees are worth.
    fn check_minted(eras: Eras) -> Result<(), String> {
        let schedule = T::Schedule::get();
        let mut newest = eras.next;
        let minted = Minted::<T>::iter().map(|(era, minted)| (era, minted.minted, minted.limit, era < eras.next));
        let sums = Sums::<T>::iter().map(|(era, sums)| (era, sums.minted, sums.limit, era >= eras.next));
        for (era, minted, limit, is_in_its_place) in minted.chain(sums) {
            newest = newest.max(era);
            ensure!(era >= eras.first && is_in_its_place, format!("era {era}: kept as what it is not"));
            let emission = Self::emission(era);
            ensure!(minted <= emission, format!("era {era}: minted {minted}, the schedule emits {emission}"));
            ensure!(minted <= limit, format!("era {era}: minted {minted}, its fees are worth {limit}"));
        }
        let total = TotalMinted::<T>::get();
        let emitted = schedule.emitted_through(newest.saturating_sub(eras.first));
        ensure!(total <= emitted, format!("minted {total} in all, the schedule emits {emitted}"));
        let carried = Carried::<T>::iter_values().fold(0u128, u128::saturating_add);
        ensure!(carried <= total, format!("{carried} carried of {total} minted"));
        Ok(())
    }

    /// Each market's era is in one stage, which its era knows of, and mints no more than its own fees are worth.
    fn check_market_eras() -> Result<(), String> {
        let mut stages = BTreeMap::<u32, (u32, u32)>::new();
        for (market, era, _) in Closed::<T>::iter() {
            ensure!(!Paying::<T>::contains_key(market, era), format!("market {market} era {era}: in two stages"));
            let (uncounted, unpaid) = stages.entry(era).or_default();
            (*uncounted, *unpaid) = (uncounted.saturating_add(1), unpaid.saturating_add(1));
        }
        for (market, era, paying) in Paying::<T>::iter() {
            let (_, unpaid) = stages.entry(era).or_default();
            *unpaid = unpaid.saturating_add(1);
            let of_market = MarketEras::<T>::get(market, era).unwrap_or_default();
            let worth = paying.worth.claim(of_market.fees_ueur);
            ensure!(paying.minted <= worth, format!("market {market} era {era}: minted {} of {worth}", paying.minted));
        }
        for (era, sums) in Sums::<T>::iter() {
            let known = stages.remove(&era).unwrap_or_default();
            ensure!(known == (sums.uncounted, sums.unpaid), format!("era {era}: {known:?} markets wait, not {sums:?}"));
        }
        ensure!(stages.is_empty(), String::from("a market's era is closed, and its era knows nothing of it"));
        Ok(())
    }

    /// What owners and zones earned is what their market's sums say, and no more than the protocol fees.
    fn check_earned() -> Result<(), String> {
        let (mut owners, mut zones) = (OfMarkets::<(u32, Earning)>::new(), OfMarkets::<u128>::new());
        for ((market, era, ..), earned) in Earned::<T>::iter() {
            let (count, sum) = owners.entry((market, era)).or_default();
            (*count, *sum) = (count.saturating_add(1), sum.plus(earned.wh, earned.fee_base_ueur));
        }
        for ((market, era, _), fee_base_ueur) in ZonesEarned::<T>::iter() {
            let sum = zones.entry((market, era)).or_default();
            *sum = sum.saturating_add(fee_base_ueur);
        }
        for (market, era, sums) in MarketEras::<T>::iter() {
            let (count, owners) = owners.remove(&(market, era)).unwrap_or_default();
            let zones = zones.remove(&(market, era)).unwrap_or_default();
            let of = format!("market {market} era {era}");
            let all = (sums.earners, sums.earned, sums.earned.fee_base_ueur);
            let is_begun = Paying::<T>::get(market, era).is_some_and(|paying| paying.fullness.is_some());
            let is_part = is_begun && count < sums.earners && owners.fee_base_ueur < sums.earned.fee_base_ueur;
            ensure!(
                (count, owners, zones) == all || is_part,
                format!("{of}: {count} owners' {owners:?} are not {all:?}")
            );
            ensure!(sums.earners <= T::MaxEarners::get(), format!("{of}: {} earners", sums.earners));
            let (bases, fees) = (sums.earned.fee_base_ueur, sums.fees_ueur);
            ensure!(bases <= fees, format!("{of}: fee bases of {bases} µ€, buyers paid {fees}"));
        }
        ensure!(owners.is_empty() && zones.is_empty(), String::from("somebody earned in an era without sums"));
        Ok(())
    }
}
