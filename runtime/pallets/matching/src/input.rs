//! The input of a clearing, from state alone.
//!
//! It must never depend on anything but the slot's network, orders and readings. So every machine gets the same bytes,
//! and may be asked at any time between a slot's closing and its settlement.

use crate::types::{ClearingInput, Order, OrderKey, TradingOrder};
use crate::{Config, Orders, Pallet};
use alloc::vec::Vec;
use deren_market::{Network, Step, cut_to_measured};
use deren_primitives::{MarketId, SiteEnergy, SiteId, Slot, ZoneId};
use deren_runtime_apis::{MarketRegistry, Metering};

/// What one site brings to a clearing.
struct Offered<AccountId> {
    zone: ZoneId,
    owner: AccountId,
    energy: SiteEnergy,
}

impl<T: Config> Pallet<T> {
    /// The input of the clearing of a closed slot that is not settled yet. It is each site's order at that slot, cut to
    /// what its accepted, unflagged readings show, best step first. `None` if the market had no network then.
    pub fn clearing_input(market: MarketId, slot: Slot) -> Option<ClearingInput<T::AccountId>> {
        let network = T::Registry::network(market, slot)?;
        let protocol_fee_bp = T::Registry::terms(market, slot)?.protocol_fee_bp;
        let mut orders: Vec<(OrderKey, Order<T::AccountId>)> = Orders::<T>::iter_prefix(market).collect();
        orders.sort_unstable_by_key(|(key, _)| *key);

        let mut steps = Vec::new();
        let mut trading: Vec<TradingOrder<T::AccountId>> = Vec::new();
        let mut known: Option<(SiteId, Option<Offered<T::AccountId>>)> = None;
        for ((site, side), order) in &orders {
            let Some(version) = order.timeline.at(slot).and_then(|standing| standing.active_steps()) else { continue };
            if known.as_ref().is_none_or(|(last, _)| last != site) {
                known = Some((*site, Self::offered(&network, market, *site, slot)));
            }
            let Some((_, Some(offered))) = &known else { continue };
            if offered.owner != order.owner {
                continue;
            }
            let before = steps.len();
            let wanted = version.iter().map(|step| (step.limit_ueur_per_kwh, step.cap_wh));
            steps.extend(cut_to_measured((*site, *side, offered.zone), wanted, offered.energy));
            if steps.len() > before {
                trading.push(TradingOrder {
                    site: *site,
                    side: *side,
                    owner: order.owner.clone(),
                    produced_wh: offered.energy.produced_wh,
                    held_ueur: order.held_ueur,
                });
            }
        }
        steps.sort_unstable_by_key(|step: &Step| step.id);
        Some(ClearingInput { network, protocol_fee_bp, steps, orders: trading })
    }

    /// What a site can trade in a slot; `None` if it was not active in this market, or nothing was measured.
    fn offered(network: &Network, market: MarketId, site: SiteId, slot: Slot) -> Option<Offered<T::AccountId>> {
        let view = T::Registry::site(site, slot)?;
        if view.market != market || !network.contains(view.zone) {
            return None;
        }
        let energy = T::Metering::site_energy(site, slot)?;
        Some(Offered { zone: view.zone, owner: view.owner, energy })
    }
}
