//! Connection points that operators approve, and the sites that owners register at them.

use crate::{Config, Error, Event, Markets, NextSite, Pallet, PointRecord, Points, SiteRecord, Sites, Zones};
use deren_primitives::{SiteId, Timeline, ZoneId};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_core::H256;
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
    /// The site, if `who` owns it.
    pub(crate) fn owned(who: &T::AccountId, site: SiteId) -> Result<SiteRecord<T::AccountId>, DispatchError> {
        let record = Sites::<T>::get(site).ok_or(Error::<T>::UnknownSite)?;
        ensure!(record.owner == *who, Error::<T>::NotSiteOwner);
        Ok(record)
    }

    /// The site, if `who` owns it and it is not suspended.
    pub(crate) fn owned_and_active(
        who: &T::AccountId,
        site: SiteId,
    ) -> Result<SiteRecord<T::AccountId>, DispatchError> {
        let record = Self::owned(who, site)?;
        ensure!(record.active.latest() == Some(&true), Error::<T>::SiteSuspended);
        Ok(record)
    }

    pub(crate) fn do_approve_point(
        who: T::AccountId,
        zone: ZoneId,
        commitment: H256,
        owner: T::AccountId,
        max_power_w: u32,
    ) -> DispatchResult {
        let market = Zones::<T>::get(zone).ok_or(Error::<T>::UnknownZone)?.market;
        let mut record = Self::operated(&who, market)?;
        ensure!(max_power_w > 0, Error::<T>::ZeroMaxPower);
        ensure!(!Points::<T>::contains_key(commitment), Error::<T>::PointAlreadyApproved);
        ensure!(record.points < T::MaxPointsPerMarket::get(), Error::<T>::TooManyPoints);
        record.points = record.points.saturating_add(1);
        Markets::<T>::insert(market, record);
        Points::<T>::insert(commitment, PointRecord { zone, owner: owner.clone(), max_power_w, site: None });
        Self::deposit_event(Event::PointApproved { commitment, market, zone, owner, max_power_w });
        Ok(())
    }

    pub(crate) fn do_register_site(who: T::AccountId, commitment: H256) -> DispatchResult {
        Points::<T>::try_mutate(commitment, |point| {
            let point = point.as_mut().ok_or(Error::<T>::UnknownPoint)?;
            ensure!(point.owner == who, Error::<T>::NotPointOwner);
            ensure!(point.site.is_none(), Error::<T>::PointTaken);
            let market = Zones::<T>::get(point.zone).ok_or(Error::<T>::UnknownZone)?.market;
            let id = NextSite::<T>::get();
            NextSite::<T>::put(id.checked_add(1).ok_or(Error::<T>::IdsUsedUp)?);
            let (site, zone, max_power_w, from) = (SiteId(id), point.zone, point.max_power_w, Self::next_slot());
            point.site = Some(site);
            let active = Timeline::starting(from, true);
            Sites::<T>::insert(site, SiteRecord { owner: who.clone(), market, zone, commitment, max_power_w, active });
            Self::deposit_event(Event::SiteRegistered {
                site,
                market,
                zone,
                owner: who,
                commitment,
                max_power_w,
                from,
            });
            Ok(())
        })
    }

    pub(crate) fn do_set_active(who: T::AccountId, site: SiteId, active: bool) -> DispatchResult {
        Sites::<T>::try_mutate(site, |record| {
            let record = record.as_mut().ok_or(Error::<T>::UnknownSite)?;
            let market = record.market;
            Self::operated(&who, market)?;
            let unchanged = record.active.latest() == Some(&active);
            ensure!(!(unchanged && active), Error::<T>::SiteNotSuspended);
            ensure!(!unchanged, Error::<T>::SiteSuspended);
            let from = Self::change(record.market, &mut record.active, active)?;
            Self::deposit_event(if active {
                Event::SiteResumed { site, market, from }
            } else {
                Event::SiteSuspended { site, market, from }
            });
            Ok(())
        })
    }
}
