//! Devices at sites. Each change holds from the next slot. A removed device is remembered for as long as one of its
//! slots may not be settled, so that its last readings still count.

use crate::{
    Config, DeviceRecord, Devices, Error, Event, GatewayDevices, GatewaySites, Gateways, MAX_DEVICES_PER_SITE,
    Membership, Pallet, Points, SiteDevices, points, types::Rating,
};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, MarketId, SiteId, Slot};
use frame_support::{BoundedVec, ensure, pallet_prelude::DispatchResult, traits::ConstU32};

pub(crate) type Memberships = BoundedVec<Membership, ConstU32<MAX_DEVICES_PER_SITE>>;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register_device(
        who: T::AccountId,
        site: SiteId,
        device: DeviceId,
        rating: Rating,
        gateway: GatewayId,
    ) -> DispatchResult {
        let record = Self::owned_and_active(&who, site)?;
        let terms = Points::<T>::get(record.commitment).ok_or(Error::<T>::UnknownPoint)?.terms;
        terms.allow::<T>(&rating)?;
        Self::ensure_linked_and_active(gateway, site)?;
        let earlier = Devices::<T>::get(device);
        ensure!(earlier.as_ref().is_none_or(|earlier| earlier.until.is_some()), Error::<T>::DeviceAlreadyRegistered);
        if let Some(earlier) = &earlier {
            ensure!(Self::owned(&who, earlier.site).is_ok(), Error::<T>::DeviceOfOtherOwner);
            Self::ensure_settled(earlier)?;
        }
        let from = Self::next_slot();
        let Rating { role, source, rated_power_w, register_step_mwh } = rating;
        let mut members = SiteDevices::<T>::get(site);
        if role == DeviceRole::Grid {
            let grid = members.iter_mut().find(|member| member.role == DeviceRole::Grid && member.until.is_none());
            if let Some(replaced) = grid {
                replaced.until = Some(from);
                Self::retire(site, replaced.device, role, from, Some(device));
            }
        }
        let others = points::sum(&Self::ratings_of(&members));
        ensure!(others.with(role, rated_power_w).fit(terms.max_power_w), Error::<T>::RatedPowersAbovePoint);
        // Removed before its first slot began: it never served, and comes again now.
        members.retain(|member| member.device != device || member.until.is_none_or(|until| until > member.from));
        Self::make_room(site, record.market, &mut members);
        members
            .try_push(Membership { device, role, from, until: None })
            .map_err(|_| Error::<T>::TooManyDevicesAtSite)?;
        SiteDevices::<T>::insert(site, members);
        GatewayDevices::<T>::try_append(gateway, device).map_err(|()| Error::<T>::TooManyDevicesOfGateway)?;
        let (market, zone) = (record.market, record.zone);
        Devices::<T>::insert(
            device,
            DeviceRecord {
                site,
                market,
                zone,
                role,
                source,
                rated_power_w,
                register_step_mwh,
                gateway,
                from,
                until: None,
            },
        );
        Self::adjust_deposit(site, &who)?;
        Self::deposit_event(Event::DeviceRegistered {
            device,
            site,
            market,
            zone,
            gateway,
            role,
            source,
            rated_power_w,
            register_step_mwh,
            from,
        });
        Ok(())
    }

    fn ensure_linked_and_active(gateway: GatewayId, site: SiteId) -> DispatchResult {
        let state = Gateways::<T>::get(gateway).ok_or(Error::<T>::UnknownGateway)?;
        ensure!(GatewaySites::<T>::get(gateway).contains(&site), Error::<T>::GatewayNotLinked);
        ensure!(state.active, Error::<T>::GatewayInactive);
        Ok(())
    }

    pub(crate) fn do_remove_device(who: T::AccountId, device: DeviceId) -> DispatchResult {
        let record = Devices::<T>::get(device).ok_or(Error::<T>::UnknownDevice)?;
        Self::owned(&who, record.site)?;
        ensure!(record.until.is_none(), Error::<T>::DeviceAlreadyRemoved);
        let until = Self::next_slot();
        SiteDevices::<T>::mutate(record.site, |members| {
            let present = members.iter_mut().find(|member| member.device == device && member.until.is_none());
            if let Some(member) = present {
                member.until = Some(until);
            }
        });
        Self::retire(record.site, device, record.role, until, None);
        Ok(())
    }

    /// Marks a device's record as ended, takes it off its gateway's list, and says so.
    pub(crate) fn retire(site: SiteId, device: DeviceId, role: DeviceRole, until: Slot, replaced_by: Option<DeviceId>) {
        Devices::<T>::mutate_extant(device, |record| {
            record.until = Some(until);
            GatewayDevices::<T>::mutate_exists(record.gateway, |devices| Self::drop_from(devices, &device));
        });
        Self::deposit_event(Event::DeviceRemoved { device, site, role, until, replaced_by });
    }

    /// If the list is full, drops devices of which no slot waits for its settlement in the site's market.
    fn make_room(site: SiteId, market: MarketId, members: &mut Memberships) {
        if !members.is_full() {
            return;
        }
        let unsettled_from = Self::unsettled_from(market);
        members.retain(|member| {
            let needed = member.is_needed(unsettled_from);
            if !needed {
                Self::forget_device(site, member);
            }
            needed
        });
    }

    /// Stores the devices of a site; of none there is no list.
    pub(crate) fn put_members(site: SiteId, members: Memberships) {
        if members.is_empty() {
            SiteDevices::<T>::remove(site);
        } else {
            SiteDevices::<T>::insert(site, members);
        }
    }

    /// Drops the device's record unless it serves again, here or elsewhere. Metering keeps where its readings stand: a
    /// device that is registered again goes on there, so that none of its slots can be accepted twice.
    pub(crate) fn forget_device(site: SiteId, member: &Membership) {
        let same =
            |record: &DeviceRecord| record.site == site && record.from == member.from && record.until == member.until;
        if Devices::<T>::get(member.device).is_some_and(|record| same(&record)) {
            Devices::<T>::remove(member.device);
        }
    }
}
