//! The sites that owners register at approved points.

use crate::{Config, Error, Event, Markets, NextSite, Pallet, Points, SiteRecord, Sites, Zones};
use deren_primitives::{SiteId, Timeline};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_core::H256;
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
    /// The site, if `who` owns it.
    pub(crate) fn owned(who: &T::AccountId, site: SiteId) -> Result<SiteRecord<T::AccountId>, DispatchError> {
        let record = Sites::<T>::get(site).ok_or(Error::<T>::UnknownSite)?;
        ensure!(record.owner.latest() == Some(who), Error::<T>::NotSiteOwner);
        Ok(record)
    }

    /// The site, if `who` owns it and it is not suspended.
    pub(crate) fn owned_and_active(
        who: &T::AccountId,
        site: SiteId,
    ) -> Result<SiteRecord<T::AccountId>, DispatchError> {
        let record = Self::owned(who, site)?;
        ensure!(record.closed.is_none(), Error::<T>::SiteClosed);
        ensure!(record.active.latest() == Some(&true), Error::<T>::SiteSuspended);
        Ok(record)
    }

    pub(crate) fn do_register_site(who: T::AccountId, commitment: H256) -> DispatchResult {
        Points::<T>::try_mutate(commitment, |point| {
            let point = point.as_mut().ok_or(Error::<T>::UnknownPoint)?;
            ensure!(point.owner == who, Error::<T>::NotPointOwner);
            ensure!(point.site.is_none(), Error::<T>::PointTaken);
            let market = Zones::<T>::get(point.zone).ok_or(Error::<T>::UnknownZone)?.market;
            let id = NextSite::<T>::get();
            NextSite::<T>::put(id.checked_add(1).ok_or(Error::<T>::IdsUsedUp)?);
            let (site, zone, max_power_w, from) = (SiteId(id), point.zone, point.terms.max_power_w, Self::next_slot());
            point.site = Some(site);
            let (active, owner) = (Timeline::starting(from, true), Timeline::starting(from, who.clone()));
            Markets::<T>::mutate_extant(market, |record| record.sites = record.sites.saturating_add(1));
            Sites::<T>::insert(site, SiteRecord { owner, market, zone, commitment, active, closed: None });
            Self::adjust_deposit(site, &who)?;
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
            ensure!(record.closed.is_none(), Error::<T>::SiteClosed);
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
