//! What must hold of the registry's whole state. It reads everything, so it must never be called in a block.

use crate::{
    Config, Devices, GatewayDevices, GatewaySites, Gateways, MarketRecord, Markets, Membership, NextMarket, NextSite,
    NextZone, Nullifiers, Pallet, Points, SiteDevices, Sites, Zones, ZonesOf, points,
};
use alloc::{format, string::String, vec::Vec};
use deren_market::{Edge, MAX_DEPTH, Network, Zone};
use deren_primitives::{DeviceRole, MarketId, SiteId};
use frame_support::{ensure, traits::Get};

type Checked = Result<(), String>;

impl<T: Config> Pallet<T> {
    /// `Err` says which invariant is violated, and where.
    pub fn check_invariants() -> Checked {
        ensure!(NextMarket::<T>::get() <= T::MaxMarkets::get(), String::from("more markets than allowed"));
        for (id, market) in Markets::<T>::iter() {
            ensure!(id.0 < NextMarket::<T>::get(), format!("market {id} is beyond the next id"));
            Self::check_tree(id, &market)?;
            Self::check_points(id, &market)?;
        }
        Self::check_zones()?;
        for (id, site) in Sites::<T>::iter() {
            ensure!(id.0 < NextSite::<T>::get(), format!("site {id} is beyond the next id"));
            let point = Points::<T>::get(site.commitment).ok_or(format!("site {id} has no point"))?;
            ensure!(point.site == Some(id), format!("the point of site {id} is another site's"));
            ensure!(point.zone == site.zone, format!("site {id} is not in its point's zone"));
            ensure!(point.owner == site.owner, format!("site {id} is not its point's owner's"));
            let ratings = Self::ratings(id);
            let each = ratings.iter().all(|rating| point.terms.allow::<T>(rating).is_ok());
            ensure!(each, format!("a device of site {id} is above its point, or not approved there"));
            let fit = points::sum(&ratings).fit(point.terms.max_power_w);
            ensure!(fit, format!("the devices of site {id} are rated above its point"));
        }
        for (site, members) in SiteDevices::<T>::iter() {
            ensure!(Sites::<T>::contains_key(site), format!("devices of unknown site {site}"));
            Self::check_members(site, &members)?;
        }
        Self::check_devices()?;
        Self::check_nullifiers()?;
        Self::check_gateways()
    }

    fn check_zones() -> Checked {
        for (id, zone) in Zones::<T>::iter() {
            ensure!(id.0 < NextZone::<T>::get(), format!("zone {id} is beyond the next id"));
            let listed = ZonesOf::<T>::get(zone.market).contains(&id);
            ensure!(listed, format!("zone {id} is not in its market's list"));
            let Some(parent) = zone.parent else { continue };
            let parent = Zones::<T>::get(parent).ok_or(format!("zone {id} has an unknown parent"))?;
            ensure!(parent.market == zone.market, format!("zone {id} hangs in another market"));
            ensure!(Some(zone.depth) == parent.depth.checked_add(1), format!("zone {id} has a wrong depth"));
            ensure!(zone.depth <= MAX_DEPTH, format!("zone {id} is too deep"));
            ensure!(parent.since <= zone.since, format!("zone {id} is older than its parent"));
        }
        Ok(())
    }

    /// The newest tree is one that the market can clear.
    fn check_tree(id: MarketId, market: &MarketRecord<T::AccountId>) -> Checked {
        let mut zones = Vec::new();
        for zone in ZonesOf::<T>::get(id) {
            let record = Zones::<T>::get(zone).ok_or(format!("market {id} lists unknown zone {zone}"))?;
            ensure!(record.market == id, format!("market {id} lists another's zone {zone}"));
            ensure!(record.parent.is_some() || market.root == Some(zone), format!("market {id} has two roots"));
            let edge = match (record.parent, record.latest_edge()) {
                (Some(parent), Some(terms)) => Some(Edge {
                    parent,
                    fee_ueur_per_kwh: terms.fee_ueur_per_kwh,
                    capacity_up_wh: terms.capacity_up_wh,
                    capacity_down_wh: terms.capacity_down_wh,
                }),
                (None, None) => None,
                _ => return Err(format!("zone {zone} has an edge without a parent, or a parent without an edge")),
            };
            zones.push(Zone { id: zone, edge });
        }
        ensure!(market.root.is_some() != zones.is_empty(), format!("market {id} has zones without a root"));
        if !zones.is_empty() {
            Network::new(zones).map_err(|error| format!("market {id}: {error}"))?;
        }
        Ok(())
    }

    fn check_points(id: MarketId, market: &MarketRecord<T::AccountId>) -> Checked {
        let of_market = |zone| Zones::<T>::get(zone).is_some_and(|zone| zone.market == id);
        let points = Points::<T>::iter_values().filter(|point| of_market(point.zone)).count();
        ensure!(u32::try_from(points) == Ok(market.points), format!("market {id} counts its points wrongly"));
        ensure!(market.points <= T::MaxPointsPerMarket::get(), format!("market {id} has too many points"));
        Ok(())
    }

    /// A device's record is there while it is in the list, and no two grid meters serve in one slot.
    fn check_members(site: SiteId, members: &[Membership]) -> Checked {
        for (place, member) in members.iter().enumerate() {
            let record = Devices::<T>::get(member.device);
            let here = record.filter(|record| record.site == site && record.from == member.from);
            ensure!(here.is_some() || member.until.is_some(), format!("device {} is not here", member.device));
            let same_end = here.is_none_or(|record| record.until == member.until);
            ensure!(same_end, format!("device {} ends twice", member.device));
            for other in members.iter().skip(place.saturating_add(1)) {
                let two_grids = member.role == DeviceRole::Grid && other.role == DeviceRole::Grid;
                ensure!(!(two_grids && member.overlaps(other)), format!("site {site} has two grid meters in a slot"));
                let twice = member.device == other.device && member.overlaps(other);
                ensure!(!twice, format!("device {} is listed twice", member.device));
            }
        }
        Ok(())
    }

    /// Each point has a nullifier of its own, and each nullifier a point.
    fn check_nullifiers() -> Checked {
        for (nullifier, commitment) in Nullifiers::<T>::iter() {
            let point = Points::<T>::get(commitment).ok_or(format!("a nullifier of unknown point {commitment}"))?;
            ensure!(point.nullifier == nullifier, format!("point {commitment} has another nullifier"));
        }
        let (points, nullifiers) = (Points::<T>::iter_keys().count(), Nullifiers::<T>::iter_keys().count());
        ensure!(points == nullifiers, format!("{points} points have {nullifiers} nullifiers"));
        Ok(())
    }

    fn check_devices() -> Checked {
        for (id, device) in Devices::<T>::iter() {
            let site = Sites::<T>::get(device.site).ok_or(format!("device {id} is at an unknown site"))?;
            ensure!(site.market == device.market && site.zone == device.zone, format!("device {id} is elsewhere"));
            let listed = SiteDevices::<T>::get(device.site)
                .iter()
                .any(|member| member.device == id && member.from == device.from && member.until == device.until);
            ensure!(listed, format!("device {id} is not in its site's list"));
            let read = GatewayDevices::<T>::get(device.gateway).contains(&id);
            ensure!(read || device.until.is_some(), format!("device {id} is not in its gateway's list"));
            let linked = GatewaySites::<T>::get(device.gateway).contains(&device.site);
            ensure!(linked, format!("the gateway of device {id} is not linked to its site"));
        }
        Ok(())
    }

    fn check_gateways() -> Checked {
        for (gateway, devices) in GatewayDevices::<T>::iter() {
            for device in devices {
                let record = Devices::<T>::get(device).ok_or(format!("gateway {gateway} lists an unknown device"))?;
                let here = record.gateway == gateway && record.until.is_none();
                ensure!(here, format!("gateway {gateway} lists {device}, which it does not read"));
            }
        }
        for (gateway, sites) in GatewaySites::<T>::iter() {
            ensure!(Gateways::<T>::contains_key(gateway), format!("sites of unknown gateway {gateway}"));
            let known = sites.iter().all(Sites::<T>::contains_key);
            ensure!(known, format!("gateway {gateway} is linked to an unknown site"));
        }
        Ok(())
    }
}
