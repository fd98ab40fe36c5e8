//! What other pallets and the outside read of the registry. Every answer is for one slot.

use crate::{
    Config, Devices, EdgeTerms, GatewayDevices, GatewayState, Gateways, MarketList, Markets, Pallet, SiteDevices,
    Sites, ZoneRecord, Zones, ZonesOf,
};
use alloc::vec::Vec;
use deren_market::{Edge, Network, Zone};
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, GatewayRecord, MarketId, PublicKey, ReadingError, SiteId, Slot, ZoneId,
};
use deren_runtime_apis::{DeviceView, MarketRegistry, MarketTerms, SiteView};

impl<T: Config> Pallet<T> {
    /// The gateway as the runtime's queries show it.
    pub fn gateway_record(gateway: GatewayId) -> Option<GatewayRecord> {
        let GatewayState { public_key, key_epoch, active } = Gateways::<T>::get(gateway)?;
        let devices = GatewayDevices::<T>::get(gateway).into_inner();
        Some(GatewayRecord { public_key, key_epoch, active, devices })
    }

    /// The zone as the clearing sees it; `None` in slots before it existed.
    pub(crate) fn zone_in(id: ZoneId, record: &ZoneRecord, slot: Slot) -> Option<Zone> {
        if record.since > slot {
            return None;
        }
        let edge = match record.parent {
            None => None,
            Some(parent) => {
                let EdgeTerms { fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh } = record.edge_at(slot)?;
                Some(Edge { parent, fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh })
            }
        };
        Some(Zone { id, edge })
    }
}

impl<T: Config> MarketRegistry<T::AccountId> for Pallet<T> {
    fn markets() -> Vec<MarketId> {
        MarketList::<T>::get().into_inner()
    }

    fn network(market: MarketId, slot: Slot) -> Option<Network> {
        let zones = ZonesOf::<T>::get(market)
            .into_iter()
            .filter_map(|id| Self::zone_in(id, &Zones::<T>::get(id)?, slot))
            .collect();
        Network::new(zones).ok()
    }

    fn zones(market: MarketId) -> u32 {
        ZonesOf::<T>::decode_len(market).and_then(|zones| u32::try_from(zones).ok()).unwrap_or_default()
    }

    fn terms(market: MarketId, slot: Slot) -> Option<MarketTerms> {
        let record = Markets::<T>::get(market)?;
        // Without terms nothing is cleared: a market that is stopped trades nothing.
        if !*record.trades.at(slot)? {
            return None;
        }
        let protocol_fee_bp = *record.protocol_fee_bp.at(slot)?;
        Some(MarketTerms { protocol_fee_bp })
    }

    fn operator(zone: ZoneId) -> Option<T::AccountId> {
        Some(Markets::<T>::get(Zones::<T>::get(zone)?.market)?.operator)
    }

    fn site(site: SiteId, slot: Slot) -> Option<SiteView<T::AccountId>> {
        let record = Sites::<T>::get(site)?;
        if !*record.active.at(slot)? {
            return None;
        }
        Some(SiteView { market: record.market, zone: record.zone, owner: record.owner.at(slot)?.clone() })
    }

    fn devices(site: SiteId, slot: Slot) -> Vec<(DeviceId, DeviceRole)> {
        SiteDevices::<T>::get(site)
            .into_iter()
            .filter(|member| member.covers(slot))
            .map(|member| (member.device, member.role))
            .collect()
    }

    fn gateway_key(gateway: GatewayId) -> Result<(PublicKey, u32), ReadingError> {
        let state = Gateways::<T>::get(gateway).ok_or(ReadingError::UnknownGateway)?;
        if !state.active {
            return Err(ReadingError::InactiveGateway);
        }
        Ok((state.public_key, state.key_epoch))
    }

    fn device(gateway: GatewayId, device: DeviceId, slot: Slot) -> Result<DeviceView, ReadingError> {
        let record = Devices::<T>::get(device).ok_or(ReadingError::UnknownDevice)?;
        if record.gateway != gateway {
            return Err(ReadingError::NotThisGatewaysDevice);
        }
        if record.until.is_some_and(|until| until <= slot) {
            return Err(ReadingError::InactiveDevice);
        }
        Ok(DeviceView {
            site: record.site,
            market: record.market,
            role: record.role,
            rated_power_w: record.rated_power_w,
            register_step_mwh: record.register_step_mwh,
            from: record.from,
            in_service: record.from <= slot,
        })
    }
}
