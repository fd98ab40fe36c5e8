//! What must hold of the registry's whole state. It reads everything, so it must never be called in a block.

use crate::{
    Config, Devices, GatewayDevices, GatewaySites, Gateways, MarketList, MarketRecord, Markets, Membership, NextMarket,
    NextSite, NextZone, Nullifiers, Offers, Pallet, Points, SiteDevices, SiteGateways, SiteRecord, Sites, Zones,
    ZonesOf, points,
};
use alloc::{format, string::String, vec::Vec};
use deren_market::{Edge, MAX_DEPTH, Network, Zone};
use deren_primitives::{DeviceRole, MarketId, SiteId};
use frame_support::{ensure, traits::Get};

type Checked = Result<(), String>;

impl<T: Config> Pallet<T> {
    /// `Err` says which invariant is violated, and where.
    pub fn check_invariants() -> Checked {
        let listed = MarketList::<T>::get();
        let (all, count) = (listed.iter().all(Markets::<T>::contains_key), Markets::<T>::iter_keys().count());
        ensure!(all && count == listed.len(), String::from("the list of markets is not that of the records"));
        for (id, market) in Markets::<T>::iter() {
            ensure!(id.0 < NextMarket::<T>::get(), format!("market {id} is beyond the next id"));
            Self::check_tree(id, &market)?;
            Self::check_points(id, &market)?;
            let sites = Sites::<T>::iter_values().filter(|site| site.market == id).count();
            ensure!(u32::try_from(sites) == Ok(market.sites), format!("market {id} counts its sites wrongly"));
        }
        Self::check_zones()?;
        for (id, site) in Sites::<T>::iter() {
            ensure!(id.0 < NextSite::<T>::get(), format!("site {id} is beyond the next id"));
            ensure!(Markets::<T>::contains_key(site.market), format!("site {id} is in no market"));
            if site.closed.is_some() {
                Self::check_closed(id, &site)?;
                continue;
            }
            let point = Points::<T>::get(site.commitment).ok_or(format!("site {id} has no point"))?;
            ensure!(point.site == Some(id), format!("the point of site {id} is another site's"));
            ensure!(point.zone == site.zone, format!("site {id} is not in its point's zone"));
            ensure!(Some(&point.owner) == site.owner.latest(), format!("site {id} is not its point's owner's"));
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
        Self::check_links()?;
        Self::check_deposits()?;
        Self::check_gateways()
    }

    /// What is closed serves no more, and nobody takes it over.
    fn check_closed(id: SiteId, site: &SiteRecord<T::AccountId>) -> Checked {
        ensure!(site.active.latest() == Some(&false), format!("closed site {id} is active"));
        ensure!(Self::ratings(id).is_empty(), format!("closed site {id} has devices that stay"));
        ensure!(!Offers::<T>::contains_key(id), format!("closed site {id} is offered"));
        Ok(())
    }

    /// Both lists of links say the same.
    fn check_links() -> Checked {
        for (site, gateways) in SiteGateways::<T>::iter() {
            ensure!(Sites::<T>::contains_key(site), format!("gateways of unknown site {site}"));
            let both = gateways.iter().all(|gateway| GatewaySites::<T>::get(gateway).contains(&site));
            ensure!(both, format!("a gateway of site {site} is not linked to it"));
        }
        let by_site: usize = SiteGateways::<T>::iter_values().map(|gateways| gateways.len()).sum();
        let by_gateway: usize = GatewaySites::<T>::iter_values().map(|sites| sites.len()).sum();
        ensure!(by_site == by_gateway, format!("{by_site} links of sites are {by_gateway} of gateways"));
        let offered = Offers::<T>::iter_keys().find(|site| !Sites::<T>::contains_key(site));
        ensure!(offered.is_none(), format!("an offer of unknown site {offered:?}"));
        Ok(())
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
