//! How gateways, sites, points and markets go again. What goes leaves nothing behind: of a site once its slots are
//! settled, of a market a bounded part with each call.

use crate::{
    Config, Devices, Error, Event, GatewayDevices, GatewaySites, GatewayState, Gateways, MAX_ZONES_PER_CLOSING,
    MarketList, Markets, Nullifiers, Offers, Pallet, Points, SiteDevices, SiteGateways, Sites, Zones, ZonesOf,
};
use deren_primitives::{DeviceId, GatewayId, MarketId, SiteId, Slot};
use deren_runtime_apis::{SettlementProgress, SiteOrders};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::EnsureOrigin};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_core::H256;
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
    /// The account that signed, or `None` for the administration.
    pub(crate) fn admin_or_signed(origin: OriginFor<T>) -> Result<Option<T::AccountId>, DispatchError> {
        match T::AdminOrigin::try_origin(origin) {
            Ok(_) => Ok(None),
            Err(origin) => Ok(Some(ensure_signed(origin)?)),
        }
    }

    /// The first slot that may wait for its settlement in this market.
    pub(crate) fn unsettled_from(market: MarketId) -> Slot {
        T::Progress::settled_through(market).next()
    }

    pub(crate) fn do_unlink_gateway(who: T::AccountId, site: SiteId, gateway: GatewayId) -> DispatchResult {
        let market = Self::owned(&who, site)?.market;
        ensure!(GatewaySites::<T>::get(gateway).contains(&site), Error::<T>::GatewayNotLinked);
        let needed_from = Self::unsettled_from(market);
        let mut members = SiteDevices::<T>::get(site);
        let reads =
            |device: DeviceId| Devices::<T>::get(device).is_some_and(|it| it.site == site && it.gateway == gateway);
        let is_needed = members.iter().any(|member| member.is_needed(needed_from) && reads(member.device));
        ensure!(!is_needed, Error::<T>::GatewayInUse);
        members.retain(|member| {
            let is_read = reads(member.device);
            if is_read {
                Self::forget_device(site, member);
            }
            !is_read
        });
        Self::put_members(site, members);
        SiteGateways::<T>::mutate_exists(site, |gateways| Self::drop_from(gateways, &gateway));
        Self::unlink(gateway, site);
        Self::adjust_deposit(site, &who)
    }

    /// Ends the link. A gateway without a site is forgotten, unless its key was changed or it was deactivated. It must
    /// not come back as if nothing had been.
    fn unlink(gateway: GatewayId, site: SiteId) {
        GatewaySites::<T>::mutate_exists(gateway, |sites| Self::drop_from(sites, &site));
        if !GatewaySites::<T>::contains_key(gateway) {
            GatewayDevices::<T>::remove(gateway);
            let fresh = |state: &GatewayState| state.active && state.key_epoch == 0;
            if Gateways::<T>::get(gateway).is_some_and(|state| fresh(&state)) {
                Gateways::<T>::remove(gateway);
            }
        }
        Self::deposit_event(Event::GatewayUnlinked { gateway, site });
    }

    pub(crate) fn do_offer_site(who: T::AccountId, site: SiteId, to: Option<T::AccountId>) -> DispatchResult {
        let record = Self::owned(&who, site)?;
        ensure!(record.closed.is_none(), Error::<T>::SiteClosed);
        Offers::<T>::set(site, to.clone());
        Self::deposit_event(Event::SiteOffered { site, market: record.market, to });
        Ok(())
    }

    pub(crate) fn do_accept_site(who: T::AccountId, site: SiteId) -> DispatchResult {
        let mut record = Sites::<T>::get(site).ok_or(Error::<T>::UnknownSite)?;
        ensure!(record.closed.is_none(), Error::<T>::SiteClosed);
        ensure!(Offers::<T>::take(site).as_ref() == Some(&who), Error::<T>::SiteNotOffered);
        let former = record.owner.latest().cloned().ok_or(Error::<T>::UnknownSite)?;
        let market = record.market;
        let from = Self::change(market, &mut record.owner, who.clone())?;
        Points::<T>::mutate_extant(record.commitment, |point| point.owner = who.clone());
        Sites::<T>::insert(site, record);
        T::Orders::end(site);
        Self::hand_deposit_over(site, &former, &who)?;
        Self::deposit_event(Event::SiteTransferred { site, market, former, owner: who, from });
        Ok(())
    }

    pub(crate) fn do_close_site(who: Option<T::AccountId>, site: SiteId) -> DispatchResult {
        let mut record = match who {
            Some(who) => Self::owned(&who, site)?,
            None => Sites::<T>::get(site).ok_or(Error::<T>::UnknownSite)?,
        };
        ensure!(record.closed.is_none(), Error::<T>::SiteClosed);
        let market = record.market;
        let from = Self::change(market, &mut record.active, false)?;
        record.closed = Some(from);
        let mut members = SiteDevices::<T>::get(site);
        for member in members.iter_mut().filter(|member| member.until.is_none()) {
            member.until = Some(from);
            Self::retire(site, member.device, member.role, from, None);
        }
        SiteDevices::<T>::insert(site, members);
        Points::<T>::mutate_extant(record.commitment, |point| point.site = None);
        Sites::<T>::insert(site, record);
        Offers::<T>::remove(site);
        T::Orders::end(site);
        Self::deposit_event(Event::SiteClosed { site, market, from });
        Ok(())
    }

    /// Drops all that is left of a closed site whose slots are settled.
    pub(crate) fn do_forget_site(site: SiteId) -> DispatchResult {
        let record = Sites::<T>::get(site).ok_or(Error::<T>::UnknownSite)?;
        let closed = record.closed.ok_or(Error::<T>::SiteNotClosed)?;
        ensure!(closed <= Self::unsettled_from(record.market), Error::<T>::SlotsNotSettled);
        for member in SiteDevices::<T>::take(site) {
            Self::forget_device(site, &member);
        }
        for gateway in SiteGateways::<T>::take(site) {
            Self::unlink(gateway, site);
        }
        Sites::<T>::remove(site);
        if let Some(owner) = record.owner.latest() {
            Self::return_deposit(site, owner)?;
        }
        Markets::<T>::mutate_extant(record.market, |market| market.sites = market.sites.saturating_sub(1));
        Self::deposit_event(Event::SiteForgotten { site, market: record.market });
        Ok(())
    }

    /// By the market's operator, or by the administration where `who` is `None`.
    pub(crate) fn do_revoke_point(who: Option<T::AccountId>, commitment: H256) -> DispatchResult {
        let point = Points::<T>::get(commitment).ok_or(Error::<T>::UnknownPoint)?;
        let market = Zones::<T>::get(point.zone).ok_or(Error::<T>::UnknownZone)?.market;
        if let Some(who) = who {
            Self::operated(&who, market)?;
        }
        ensure!(point.site.is_none(), Error::<T>::PointTaken);
        Points::<T>::remove(commitment);
        Nullifiers::<T>::remove(point.nullifier);
        Self::return_point_deposit(commitment)?;
        Markets::<T>::mutate_extant(market, |market| market.points = market.points.saturating_sub(1));
        Self::deposit_event(Event::PointRevoked { commitment, market });
        Ok(())
    }

    /// Drops zones, the youngest first, and with the last one the market.
    pub(crate) fn do_close_market(market: MarketId) -> DispatchResult {
        let record = Markets::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
        ensure!(record.points == 0 && record.sites == 0, Error::<T>::MarketInUse);
        let mut zones = ZonesOf::<T>::get(market);
        for _ in 0..MAX_ZONES_PER_CLOSING {
            let Some(zone) = zones.pop() else { break };
            Zones::<T>::remove(zone);
        }
        if !zones.is_empty() {
            ZonesOf::<T>::insert(market, zones);
            return Ok(());
        }
        ZonesOf::<T>::remove(market);
        Markets::<T>::remove(market);
        MarketList::<T>::mutate(|markets| markets.retain(|other| *other != market));
        Self::deposit_event(Event::MarketClosed { market });
        Ok(())
    }

    pub(crate) fn do_set_trading(market: MarketId, trades: bool) -> DispatchResult {
        let mut record = Markets::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
        ensure!(record.trades.latest() != Some(&trades), Error::<T>::MarketAlreadySo);
        let from = Self::change(market, &mut record.trades, trades)?;
        Markets::<T>::insert(market, record);
        Self::deposit_event(if trades {
            Event::MarketResumed { market, from }
        } else {
            Event::MarketStopped { market, from }
        });
        Ok(())
    }

    /// Drops a thing from a list, and the list with its last one.
    pub(crate) fn drop_from<V: PartialEq, S: frame_support::traits::Get<u32>>(
        list: &mut Option<frame_support::BoundedVec<V, S>>,
        thing: &V,
    ) {
        if let Some(things) = list {
            things.retain(|other| other != thing);
        }
        if list.as_ref().is_some_and(|things| things.is_empty()) {
            *list = None;
        }
    }

    /// A device comes back only when all slots that it served are settled: till then they need what it was.
    pub(crate) fn ensure_settled(device: &crate::DeviceRecord) -> Result<(), DispatchError> {
        let waits =
            device.until.is_some_and(|until| until > device.from && until > Self::unsettled_from(device.market));
        ensure!(!waits, Error::<T>::SlotsNotSettled);
        Ok(())
    }
}
