//! The design's invariants on matching's state as it is. For `try_state`, a runtime query and tests: it reads all of
//! the pallet's state and must never be called from a block.

use crate::types::{Entry, EraFees, Settling};
use crate::{Config, Due, FeesPaid, MarketOfSite, OrderCount, Orders, Pages, Pallet, Progress, Rebates, Summaries};
use alloc::{collections::BTreeMap, format, string::String};
use deren_market::rewards::rebate_ueur;
use deren_primitives::{MarketId, Side, SiteId, Slot, SlotState, SlotSummary};
use deren_runtime_apis::Purses;
use frame_support::{ensure, traits::Get};
use sp_runtime::traits::Convert;

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    ///
    /// Limits and capacities (the design's third) hold because every outcome is proved by the one-pass verifier
    /// before any of it is settled.
    pub fn check_invariants() -> Result<(), String> {
        Self::check_summaries()?;
        Self::check_transit()?;
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

    /// What is in transit between purses is what markets' slots have there, and each slot's pages bring it to an end.
    fn check_transit() -> Result<(), String> {
        let mut in_transit_ueur = 0u128;
        for (market, progress) in Progress::<T>::iter() {
            match &progress.settling {
                Some(settling) => {
                    in_transit_ueur = in_transit_ueur.saturating_add(settling.in_transit_ueur);
                    Self::check_pages(market, settling)?;
                }
                None => ensure!(
                    Pages::<T>::iter_key_prefix(market).next().is_none(),
                    format!("market {market}: pages without a slot")
                ),
            }
        }
        let between_ueur = T::Purses::in_transit_ueur();
        ensure!(
            between_ueur == in_transit_ueur,
            format!("{between_ueur} µ€ in transit between purses, {in_transit_ueur} in slots")
        );
        Ok(())
    }

    /// What buyers are still to pay and what is in transit is what others are still to receive.
    fn check_pages(market: MarketId, settling: &Settling) -> Result<(), String> {
        let mut to_come = settling.in_transit_ueur;
        let mut to_go = 0u128;
        let mut to_pay = BTreeMap::<SiteId, u128>::new();
        let mut pages = 0u32;
        for (number, page) in Pages::<T>::iter_prefix(market) {
            let is_left = (settling.next_page..settling.pages).contains(&number);
            ensure!(is_left, format!("market {market}: page {number} is none of the slot's"));
            pages = pages.saturating_add(1);
            for entry in page.iter().filter(|_| !settling.is_void) {
                let (paid_ueur, received_ueur) = entry.moves_ueur();
                to_come = to_come.saturating_add(paid_ueur);
                to_go = to_go.saturating_add(received_ueur);
                if let Entry::Bought { fills, .. } = entry {
                    let of_site = to_pay.entry(fills.first().map(|fill| fill.step.site()).unwrap_or_default());
                    let sum = of_site.or_default();
                    *sum = sum.saturating_add(paid_ueur);
                }
            }
        }
        let left = settling.pages.saturating_sub(settling.next_page);
        ensure!(pages == left, format!("market {market}: {pages} pages, {left} to be settled"));
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
        for ((market, era, buyer), beside_ueur) in FeesPaid::<T>::iter() {
            let sums = paid.entry((market, era)).or_default();
            let fee_ueur = T::Purses::noted_fee_ueur(&buyer, (market, era)).saturating_add(beside_ueur);
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
            let pot = T::Purses::free_ueur(&T::CommunityPot::convert(market));
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
            let least = order.least_required_ueur(side, next, T::HoldSlots::get());
            let required = order.required_ueur(side, next, T::HoldSlots::get());
            let settling = progress.is_some_and(|progress| progress.settling.is_some());
            ensure!(
                order.held_ueur >= least || settling,
                format!("site {site} {side:?}: {} µ€ on hold of {least} required", order.held_ueur)
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

    /// What is on hold in each owner's purse is what its orders hold.
    fn check_holds() -> Result<(), String> {
        let mut holds = BTreeMap::<T::AccountId, u128>::new();
        for order in Orders::<T>::iter_values() {
            let held = holds.entry(order.owner).or_default();
            *held = held.saturating_add(order.held_ueur);
        }
        for (owner, held) in holds {
            let on_hold = T::Purses::held_ueur(&owner);
            ensure!(on_hold == held, format!("{owner:?}: {on_hold} µ€ on hold, orders hold {held}"));
        }
        Ok(())
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
