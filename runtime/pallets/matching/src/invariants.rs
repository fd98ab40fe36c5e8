//! The design's invariants on matching's state as it is. For `try_state`, a runtime query and tests: it reads all of
//! the pallet's state and must never be called from a block.

use crate::types::{Entry, EraFees, Settling};
use crate::{
    Claimable, Config, Due, FeesPaid, HoldReason, MarketOfSite, OrderCount, Orders, Pages, Pallet, Progress, Rebates,
    Stranded, Summaries,
};
use alloc::{collections::BTreeMap, format, string::String};
use deren_market::rewards::rebate_ueur;
use deren_primitives::{MarketId, Side, SiteId, Slot, SlotState, SlotSummary};
use frame_support::{
    ensure,
    traits::{
        Get,
        fungible::{Inspect as _, hold::Inspect as _},
    },
};
use sp_runtime::traits::Convert;

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    ///
    /// Limits and capacities (the design's third) hold because every outcome is proved by the one-pass verifier
    /// before any of it is settled.
    pub fn check_invariants() -> Result<(), String> {
        Self::check_summaries()?;
        Self::check_pots()?;
        Self::check_orders()?;
        Self::check_holds()?;
        Self::check_rebates()
    }

    /// Every stored summary adds up, in µ€ and in Wh.
    fn check_summaries() -> Result<(), String> {
        for (market, slot, summary) in Summaries::<T>::iter() {
            ensure!(is_conserved(&summary), format!("market {market} slot {slot}: money is not conserved"));
            ensure!(summary.bought_wh == summary.sold_wh, format!("market {market} slot {slot}: bought is not sold"));
            let settled = Progress::<T>::get(market).is_some_and(|progress| slot < progress.next);
            ensure!(
                settled == (summary.state == SlotState::Settled),
                format!("market {market} slot {slot}: state {:?} is not where the market stands", summary.state)
            );
        }
        Ok(())
    }

    /// What is in pots is what is still to be paid out. A pot may hold more than the books say: anyone can send money
    /// there.
    fn check_pots() -> Result<(), String> {
        for (market, progress) in Progress::<T>::iter() {
            let pending = Self::pending_ueur(&progress).saturating_add(Stranded::<T>::get(market));
            let pot = T::Eur::total_balance(&Self::pot(market));
            ensure!(pot >= pending, format!("market {market}: {pot} µ€ in the pot, {pending} pending"));
            match &progress.settling {
                Some(settling) => Self::check_pages(market, settling)?,
                None => ensure!(
                    Pages::<T>::iter_key_prefix(market).next().is_none(),
                    format!("market {market}: pages without a slot")
                ),
            }
        }
        let claimable = Claimable::<T>::iter_values().fold(0u128, u128::saturating_add);
        let stranded = Stranded::<T>::iter_values().fold(0u128, u128::saturating_add);
        let claims = T::Eur::total_balance(&Self::claims_account()).saturating_add(stranded);
        ensure!(claims >= claimable, format!("{claims} µ€ in the claims account and in pots, {claimable} claimable"));
        Ok(())
    }

    /// What buyers are still to pay and what lies in the pot is what others are still to receive.
    fn check_pages(market: MarketId, settling: &Settling) -> Result<(), String> {
        let mut to_come = settling.pot_ueur;
        let mut to_go = 0u128;
        let mut to_pay = BTreeMap::<SiteId, u128>::new();
        let mut pages = 0u32;
        for (number, page) in Pages::<T>::iter_prefix(market) {
            ensure!(settling.keeps(number), format!("market {market}: page {number} is none of the slot's"));
            pages = pages.saturating_add(1);
            for entry in page {
                match (settling.is_void, number < settling.next_page, entry) {
                    // What a buyer has paid of a void slot goes back.
                    (true, true, Entry::Pay { fill, .. }) => to_go = to_go.saturating_add(fill.amount_ueur),
                    (false, false, Entry::Pay { fill, .. }) => {
                        to_come = to_come.saturating_add(fill.amount_ueur);
                        let of_site = to_pay.entry(fill.step.site()).or_default();
                        *of_site = of_site.saturating_add(fill.amount_ueur);
                    }
                    (false, false, entry) => to_go = to_go.saturating_add(paid_out_ueur(&entry)),
                    _ => {}
                }
            }
        }
        let left = (0..settling.pages).filter(|number| settling.keeps(*number)).count();
        ensure!(usize::try_from(pages) == Ok(left), format!("market {market}: {pages} pages, {left} to be settled"));
        ensure!(to_come == to_go, format!("market {market}: {to_come} µ€ to distribute, {to_go} to be received"));
        for (site, amount) in to_pay {
            let held = Orders::<T>::get(market, (site, Side::Buy)).map_or(0, |order| order.held_ueur);
            ensure!(held >= amount, format!("site {site}: {held} µ€ on hold, {amount} to be paid"));
        }
        Ok(())
    }

    /// Buyers' fees are what their sums say, what comes back is never more than they paid, and the community pots have
    /// it.
    fn check_rebates() -> Result<(), String> {
        let mut paid = BTreeMap::<(MarketId, u32), EraFees>::new();
        for ((market, era, _), fee_ueur) in FeesPaid::<T>::iter() {
            let sums = paid.entry((market, era)).or_default();
            sums.fees_ueur = sums.fees_ueur.saturating_add(fee_ueur);
            sums.buyers = sums.buyers.saturating_add(1);
        }
        for (market, era, fees) in crate::EraFees::<T>::iter() {
            let known = paid.remove(&(market, era)).unwrap_or_default();
            ensure!(known == fees, format!("market {market} era {era}: buyers paid {known:?}, the sums are {fees:?}"));
        }
        let mut promised = BTreeMap::<MarketId, u128>::new();
        for (market, era, of) in Rebates::<T>::iter() {
            let open = paid.remove(&(market, era)).unwrap_or_default();
            let left = of.rebates_ueur.saturating_sub(of.paid_ueur);
            let is_right = of.paid_ueur <= of.rebates_ueur && of.rebates_ueur <= of.fees_ueur;
            let due = rebate_ueur(open.fees_ueur, of.fees_ueur, of.rebates_ueur);
            ensure!(is_right && due <= left.saturating_add(1), format!("market {market} era {era}: {due} of {of:?}"));
            let sum = promised.entry(market).or_default();
            *sum = sum.saturating_add(left);
        }
        ensure!(paid.is_empty(), String::from("fees of an era that is neither running nor over"));
        for (market, ueur) in promised {
            let pot = T::Eur::total_balance(&T::CommunityPot::convert(market));
            ensure!(pot >= ueur, format!("market {market}: {pot} µ€ in the community pot, {ueur} come back"));
        }
        Ok(())
    }

    /// Orders are counted, in one market a site, and each hold is what its order requires.
    fn check_orders() -> Result<(), String> {
        let mut counts = BTreeMap::<MarketId, u32>::new();
        for (market, (site, side), order) in Orders::<T>::iter() {
            let count = counts.entry(market).or_default();
            *count = count.saturating_add(1);
            ensure!(MarketOfSite::<T>::get(site) == Some(market), format!("site {site}: not noted in market {market}"));
            let progress = Progress::<T>::get(market);
            let next = progress.as_ref().map_or_else(Slot::default, |progress| progress.next);
            let required = order.required_ueur(side, next, T::HoldSlots::get());
            let settling = progress.is_some_and(|progress| progress.settling.is_some());
            ensure!(
                order.held_ueur >= required || settling,
                format!("site {site} {side:?}: {} µ€ on hold of {required} required", order.held_ueur)
            );
            let is_due = || Due::<T>::iter_key_prefix((market,)).any(|(_, key)| key == (site, side));
            ensure!(
                order.held_ueur <= required || is_due(),
                format!("site {site} {side:?}: {} µ€ on hold, only {required} required", order.held_ueur)
            );
        }
        for (market, count) in OrderCount::<T>::iter() {
            let orders = counts.get(&market).copied().unwrap_or_default();
            ensure!(count == orders, format!("market {market}: {orders} orders, {count} counted"));
            ensure!(count <= T::MaxOrders::get(), format!("market {market}: {count} orders are too many"));
        }
        Ok(())
    }

    /// What is on hold of each owner is what its orders hold.
    fn check_holds() -> Result<(), String> {
        let mut holds = BTreeMap::<T::AccountId, u128>::new();
        for order in Orders::<T>::iter_values() {
            let held = holds.entry(order.owner).or_default();
            *held = held.saturating_add(order.held_ueur);
        }
        for (owner, held) in holds {
            let on_hold = T::EurHolds::balance_on_hold(&HoldReason::Orders.into(), &owner);
            ensure!(on_hold == held, format!("{owner:?}: {on_hold} µ€ on hold, orders hold {held}"));
        }
        Ok(())
    }
}

/// What an entry takes out of the pot.
fn paid_out_ueur<AccountId>(entry: &Entry<AccountId>) -> u128 {
    match entry {
        Entry::Receive { fill, .. } => fill.amount_ueur,
        Entry::NetworkFee { amount_ueur, .. } | Entry::ProtocolFee { amount_ueur } => *amount_ueur,
        Entry::Community { congestion_rent_ueur, dust_ueur } => congestion_rent_ueur.saturating_add(*dust_ueur),
        Entry::Pay { .. } | Entry::Reward { .. } | Entry::Refill { .. } => 0,
    }
}

/// Paid = received + network fees + congestion rent + protocol fee + dust, and dust is less than what rounding can
/// leave.
fn is_conserved(summary: &SlotSummary) -> bool {
    let parts = [
        summary.received_ueur,
        summary.network_fees_ueur,
        summary.congestion_rent_ueur,
        summary.protocol_fee_ueur,
        summary.dust_ueur,
    ];
    let distributed = parts.into_iter().fold(0u128, u128::saturating_add);
    summary.paid_ueur == distributed && (summary.dust_ueur == 0 || summary.dust_ueur < summary.amounts_rounded.into())
}
