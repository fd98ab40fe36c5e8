//! The stage that turns a closed slot into prices, fills and a list of payments.
//!
//! No money moves here. An outcome that the one-pass verifier does not prove right, or whose amounts do not add up,
//! trades nothing: a fault must never move money.

use crate::types::{ClearingInput, Entry, Fills, MarketProgress, PendingFill, Settling, TradingOrder};
use crate::{Config, Error, Event, Pages, Pallet, Progress, Summaries, VoidReason, WeightInfo};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::Encode;
use deren_market::{
    Amounts, FillAmount, Outcome, Step,
    rewards::{FeeBase, SiteTrade, fee_bases, fee_paid_ueur, verify_fee_bases},
};
use deren_primitives::{MarketId, Side, Slot, SlotState, SlotSummary};
use deren_runtime_apis::{MarketRegistry, Metering};
use frame_support::{BoundedVec, ensure, pallet_prelude::*, traits::Get};
use sp_io::hashing::blake2_256;
use sp_runtime::{SaturatedConversion, traits::Convert};

impl<T: Config> Pallet<T> {
    /// See [`Self::clear`].
    pub(crate) fn do_clear(market: MarketId, slot: Slot) -> Result<Weight, DispatchError> {
        let progress = Progress::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
        ensure!(slot >= progress.next, Error::<T>::AlreadySettled);
        ensure!(slot == progress.next, Error::<T>::NotItsTurn);
        ensure!(progress.settling.is_none(), Error::<T>::AlreadyCleared);
        ensure!(slot <= T::Metering::closed_through(), Error::<T>::SlotNotClosed);
        Ok(Self::clear_slot(market, progress))
    }

    /// What clearing the market's next slot weighs: by its orders and zones as they are, with the pages that it writes.
    pub(crate) fn clear_weight(market: MarketId) -> Weight {
        Self::weight_of_clear(crate::OrderCount::<T>::get(market), T::Registry::zones(market))
    }

    /// What a clearing of these numbers of orders and zones weighs. Benchmarks spread what a few pages cost over
    /// thousands of orders and see nothing of it, so that their writes are added.
    pub(crate) fn weight_of_clear(orders: u32, zones: u32) -> Weight {
        // An order, or what it sold to others; a fee a zone; rent and dust; the protocol fee.
        let entries = orders.saturating_mul(2).saturating_add(zones).saturating_add(2);
        let pages = entries.div_ceil(T::PageSize::get().max(1));
        T::WeightInfo::clear(orders, zones).saturating_add(T::DbWeight::get().writes(pages.into()))
    }

    /// Clears the market's next slot, which is closed. Gives the weight of what it did.
    pub(crate) fn clear_slot(market: MarketId, progress: MarketProgress) -> Weight {
        let slot = progress.next;
        let readings = T::Metering::readings(market, slot);
        if readings == 0 {
            Self::begin_settling(market, slot, Vec::new(), None);
            return T::WeightInfo::skip_slot();
        }
        let weight = Self::clear_weight(market);
        let mut summary = Self::untraded(readings);
        let Some(input) = Self::clearing_input(market, slot) else {
            Self::begin_settling(market, slot, Vec::new(), Some(summary));
            return weight;
        };
        let file = input.market_file();
        let (outcome, amounts) = Self::trade(&input, &file.1).unwrap_or_else(|reason| {
            Self::deposit_event(Event::ClearingVoided { market, slot, reason });
            (Outcome::default(), Amounts::default())
        });
        summary.bought_wh = sum_wh(&amounts, Side::Buy);
        summary.sold_wh = sum_wh(&amounts, Side::Sell);
        summary.paid_ueur = amounts.paid_ueur;
        summary.received_ueur = amounts.received_ueur;
        summary.network_fees_ueur = sum(amounts.network_fees.iter().map(|(_, amount)| *amount));
        summary.congestion_rent_ueur = amounts.congestion_rent_ueur;
        summary.protocol_fee_ueur = amounts.protocol_fee_ueur;
        summary.dust_ueur = amounts.dust_ueur;
        summary.amounts_rounded = amounts.amounts_rounded;

        let entries = Self::entries(market, &input, &amounts);
        Self::deposit_event(Event::SlotCleared {
            market,
            slot,
            volume_wh: outcome.volume_wh,
            welfare_neur: outcome.welfare_neur,
            steps: file.1.len().saturated_into(),
            fills: outcome.fills.len().saturated_into(),
            input_hash: file.using_encoded(blake2_256),
            outcome_hash: outcome.using_encoded(blake2_256),
        });
        for zone in &outcome.zones {
            if zone.price_ueur_per_kwh.is_some() || zone.net_export_wh != 0 {
                Self::deposit_event(Event::ZoneCleared {
                    market,
                    slot,
                    zone: zone.id,
                    price_ueur_per_kwh: zone.price_ueur_per_kwh,
                    net_export_wh: zone.net_export_wh,
                });
            }
        }
        Self::begin_settling(market, slot, entries, Some(summary));
        weight
    }

    /// Clears, proves the outcome right, and works the amounts out.
    fn trade(input: &ClearingInput<T::AccountId>, clearing_steps: &[Step]) -> Result<(Outcome, Amounts), VoidReason> {
        let outcome = deren_market::clear(&input.network, clearing_steps).map_err(|_| VoidReason::NotCleared)?;
        deren_market::verify(&input.network, clearing_steps, &outcome).map_err(|_| VoidReason::NotVerified)?;
        let amounts = deren_market::settle(&input.network, &input.steps, &outcome, input.protocol_fee_bp)
            .map_err(|_| VoidReason::NotSettleable)?;
        ensure!(adds_up(&amounts) && is_covered(input, &amounts), VoidReason::NotSettleable);
        Ok((outcome, amounts))
    }

    /// Everything that settlement has to do, orders first.
    fn entries(market: MarketId, input: &ClearingInput<T::AccountId>, amounts: &Amounts) -> Vec<Entry<T::AccountId>> {
        let mut entries = order_entries(input, amounts);
        entries.extend(amounts.network_fees.iter().filter(|(_, amount)| *amount > 0).map(|(zone, amount_ueur)| {
            let to = T::Registry::operator(*zone).unwrap_or_else(|| T::CommunityPot::convert(market));
            Entry::NetworkFee { to, zone: *zone, amount_ueur: *amount_ueur }
        }));
        let (congestion_rent_ueur, dust_ueur) = (amounts.congestion_rent_ueur, amounts.dust_ueur);
        if congestion_rent_ueur > 0 || dust_ueur > 0 {
            entries.push(Entry::Community { congestion_rent_ueur, dust_ueur });
        }
        if amounts.protocol_fee_ueur > 0 {
            entries.push(Entry::ProtocolFee { amount_ueur: amounts.protocol_fee_ueur });
        }
        entries.extend(Self::fee_bases(input, amounts).into_iter().map(|base| Entry::Reward { base }));
        entries
    }

    /// Which part of the protocol fee was paid for whose energy. What does not stand the check is not rewarded: a fault
    /// must never mint.
    fn fee_bases(input: &ClearingInput<T::AccountId>, amounts: &Amounts) -> Vec<FeeBase<T::AccountId>> {
        let trades: Vec<_> = input.orders.iter().filter_map(|order| site_trade(order, amounts)).collect();
        let (fee_ueur, fee_bp) = (amounts.protocol_fee_ueur, input.protocol_fee_bp);
        let bases = fee_bases(fee_ueur, fee_bp, &trades);
        verify_fee_bases(fee_ueur, fee_bp, &trades, &bases).map(|()| bases).unwrap_or_default()
    }

    /// Stores the pages of what is to be done. A slot with nothing to do is finished at once.
    pub(crate) fn begin_settling(
        market: MarketId,
        slot: Slot,
        entries: Vec<Entry<T::AccountId>>,
        summary: Option<SlotSummary>,
    ) {
        let size = usize::try_from(T::PageSize::get()).unwrap_or(usize::MAX).max(1);
        let mut pages = 0u32;
        for page in entries.chunks(size) {
            Pages::<T>::insert(market, pages, BoundedVec::truncate_from(page.to_vec()));
            pages = pages.saturating_add(1);
        }
        let cleared_in_block = Self::block();
        let settling = Settling { next_page: 0, pages, cleared_in_block, is_void: false, in_transit_ueur: 0, summary };
        if pages == 0 && !Self::has_due(market, slot.next()) {
            Self::finish(market, slot, settling);
            return;
        }
        if let Some(summary) = &settling.summary {
            Summaries::<T>::insert(market, slot, summary);
        }
        Progress::<T>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
    }

    /// The sums of a slot that was measured and in which nothing is traded.
    pub(crate) fn untraded(readings: u32) -> SlotSummary {
        SlotSummary {
            state: SlotState::Cleared,
            cleared_in_block: Self::block(),
            settled_in_block: 0,
            readings,
            bought_wh: 0,
            sold_wh: 0,
            paid_ueur: 0,
            received_ueur: 0,
            network_fees_ueur: 0,
            congestion_rent_ueur: 0,
            protocol_fee_ueur: 0,
            dust_ueur: 0,
            amounts_rounded: 0,
        }
    }

    /// The number of this block.
    pub(crate) fn block() -> u32 {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }
}

/// The fill as it waits for its money.
fn pending(fill: &FillAmount) -> PendingFill {
    PendingFill {
        step: fill.id,
        zone: fill.zone,
        quantity_wh: fill.quantity_wh,
        price_ueur_per_kwh: fill.price_ueur_per_kwh,
        amount_ueur: fill.amount_ueur,
    }
}

/// What each order that traded pays or receives. First come the orders of accounts that pay more than they receive.
/// Each account's are together, its payments first.
fn order_entries<AccountId: Clone + Ord>(input: &ClearingInput<AccountId>, amounts: &Amounts) -> Vec<Entry<AccountId>> {
    let mut net = BTreeMap::<&AccountId, (u128, u128)>::new();
    let mut traded = Vec::new();
    for order in &input.orders {
        let fills: Fills = BoundedVec::truncate_from(fills_of(amounts, order.site, order.side).map(pending).collect());
        if fills.is_empty() {
            continue;
        }
        let ueur = sum(fills.iter().map(|fill| fill.amount_ueur));
        let (pays, receives) = net.entry(&order.owner).or_default();
        let part = match order.side {
            Side::Buy => pays,
            Side::Sell => receives,
        };
        *part = part.saturating_add(ueur);
        traded.push((order, fills));
    }
    let is_receiver = |owner| net.get(owner).is_some_and(|(pays, receives)| receives >= pays);
    traded.sort_by_cached_key(|(order, _)| (is_receiver(&order.owner), order.owner.clone(), order.side, order.site));
    let entry = |(order, fills): (&TradingOrder<AccountId>, Fills)| match order.side {
        Side::Buy => {
            let each = fills.iter().map(|fill| (fill.price_ueur_per_kwh, fill.quantity_wh));
            let fee_ueur = fee_paid_ueur(each, input.protocol_fee_bp);
            Entry::Bought { buyer: order.owner.clone(), fills, fee_ueur }
        }
        Side::Sell => Entry::Sold { seller: order.owner.clone(), fills },
    };
    traded.into_iter().map(entry).collect()
}

/// A sum that no market can make overflow.
fn sum(amounts: impl Iterator<Item = u128>) -> u128 {
    amounts.fold(0, u128::saturating_add)
}

/// What a side trades in all.
fn sum_wh(amounts: &Amounts, side: Side) -> u64 {
    let fills = amounts.fills.iter().filter(|fill| fill.side == side);
    fills.fold(0, |sum, fill| sum.saturating_add(fill.quantity_wh.into()))
}

/// The fills of one order. Fills are sorted by id, and an order's ids are together.
fn fills_of(amounts: &Amounts, site: deren_primitives::SiteId, side: Side) -> impl Iterator<Item = &FillAmount> {
    let first = amounts.fills.partition_point(|fill| (fill.id.site(), fill.side) < (site, side));
    amounts.fills.iter().skip(first).take_while(move |fill| fill.id.site() == site && fill.side == side)
}

/// What one order traded; `None` if nothing.
fn site_trade<AccountId: Clone>(order: &TradingOrder<AccountId>, amounts: &Amounts) -> Option<SiteTrade<AccountId>> {
    let fills = || fills_of(amounts, order.site, order.side);
    let zone = fills().next()?.zone;
    let wh = fills().fold(0u64, |sum, fill| sum.saturating_add(fill.quantity_wh.into()));
    let ueur = sum(fills().map(|fill| fill.amount_ueur));
    let ((sold_wh, received_ueur), (bought_wh, paid_ueur)) = match order.side {
        Side::Sell => ((wh, ueur), (0, 0)),
        Side::Buy => ((0, 0), (wh, ueur)),
    };
    let (site, owner, produced_wh) = (order.site, order.owner.clone(), order.produced_wh);
    Some(SiteTrade { site, zone, owner, sold_wh, bought_wh, produced_wh, received_ueur, paid_ueur })
}

/// The design's first two invariants, before any money moves.
fn adds_up(amounts: &Amounts) -> bool {
    let of_side = |side| sum(amounts.fills.iter().filter(|fill| fill.side == side).map(|fill| fill.amount_ueur));
    let fees = sum(amounts.network_fees.iter().map(|(_, amount)| *amount));
    let rest = [fees, amounts.congestion_rent_ueur, amounts.protocol_fee_ueur, amounts.dust_ueur];
    amounts.paid_ueur == sum(rest.into_iter().chain([amounts.received_ueur]))
        && amounts.paid_ueur == of_side(Side::Buy)
        && amounts.received_ueur == of_side(Side::Sell)
        && sum_wh(amounts, Side::Buy) == sum_wh(amounts, Side::Sell)
        && (amounts.dust_ueur == 0 || amounts.dust_ueur < amounts.amounts_rounded.into())
}

/// Each fill has an order that takes part, and no order costs more than is on hold for it.
fn is_covered<AccountId>(input: &ClearingInput<AccountId>, amounts: &Amounts) -> bool {
    let covered =
        input.orders.iter().filter(|order| order.side == Side::Buy).all(|order| {
            sum(fills_of(amounts, order.site, order.side).map(|fill| fill.amount_ueur)) <= order.held_ueur
        });
    covered && amounts.fills.iter().all(|fill| input.order(fill.id.site(), fill.side).is_some())
}
