//! Connection points that operators approve: under which name, for whom, and what may stand behind them.

use crate::{
    Config, Devices, Error, Event, MAX_POINT_POWER_W, MAX_REGISTER_STEP_MWH, Markets, Membership, Nullifiers, Pallet,
    PointRecord, PointTerms, Points, SiteDevices, ZoneRecord, Zones, types::Rating,
};
use alloc::vec::Vec;
use deren_market::point::{Ratings, fits_line};
use deren_primitives::{DeviceRole, SiteId, ZoneId, point_commitment};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_core::H256;

impl PointTerms {
    /// `Err` says what of a device's rating is not approved here, its neighbours left out.
    pub(crate) fn allow<T: Config>(&self, rating: &Rating) -> Result<(), Error<T>> {
        ensure!(rating.rated_power_w > 0, Error::<T>::ZeroRatedPower);
        ensure!(rating.rated_power_w <= self.max_power_w, Error::<T>::RatedPowerAbovePoint);
        let steps = 1..=self.max_register_step_mwh;
        ensure!(steps.contains(&rating.register_step_mwh), Error::<T>::RegisterStepOutOfRange);
        match (rating.role, rating.source) {
            (DeviceRole::Production, None) => Err(Error::<T>::SourceMissing),
            (DeviceRole::Production, Some(source)) if !self.sources.contains(source) => {
                Err(Error::<T>::SourceNotApproved)
            }
            (DeviceRole::Production, Some(_)) | (DeviceRole::Grid | DeviceRole::Storage, None) => Ok(()),
            (DeviceRole::Grid | DeviceRole::Storage, Some(_)) => Err(Error::<T>::SourceWithoutProduction),
        }
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_approve_point(
        who: T::AccountId,
        zone: ZoneId,
        salted: H256,
        nullifier: H256,
        owner: T::AccountId,
        terms: PointTerms,
    ) -> DispatchResult {
        let line = Zones::<T>::get(zone).ok_or(Error::<T>::UnknownZone)?;
        let market = line.market;
        let mut record = Self::operated(&who, market)?;
        Self::check_terms(&line, &terms)?;
        let commitment = H256(point_commitment(market, salted.as_fixed_bytes()));
        ensure!(!Points::<T>::contains_key(commitment), Error::<T>::PointAlreadyApproved);
        ensure!(!Nullifiers::<T>::contains_key(nullifier), Error::<T>::PointApprovedElsewhere);
        ensure!(record.points < T::MaxPointsPerMarket::get(), Error::<T>::TooManyPoints);
        record.points = record.points.saturating_add(1);
        Markets::<T>::insert(market, record);
        Nullifiers::<T>::insert(nullifier, commitment);
        Self::take_point_deposit(commitment, who)?;
        Points::<T>::insert(commitment, PointRecord { zone, nullifier, owner: owner.clone(), terms, site: None });
        let PointTerms { max_power_w, max_register_step_mwh, sources } = terms;
        Self::deposit_event(Event::PointApproved {
            commitment,
            nullifier,
            market,
            zone,
            owner,
            max_power_w,
            max_register_step_mwh,
            sources,
        });
        Ok(())
    }

    pub(crate) fn do_amend_point(who: T::AccountId, commitment: H256, terms: PointTerms) -> DispatchResult {
        let mut point = Points::<T>::get(commitment).ok_or(Error::<T>::UnknownPoint)?;
        let line = Zones::<T>::get(point.zone).ok_or(Error::<T>::UnknownZone)?;
        Self::operated(&who, line.market)?;
        Self::check_terms(&line, &terms)?;
        let present = point.site.map(Self::ratings).unwrap_or_default();
        let each = present.iter().all(|rating| terms.allow::<T>(rating).is_ok());
        ensure!(each && sum(&present).fit(terms.max_power_w), Error::<T>::TermsBelowDevices);
        point.terms = terms;
        let (market, site) = (line.market, point.site);
        Points::<T>::insert(commitment, point);
        let PointTerms { max_power_w, max_register_step_mwh, sources } = terms;
        Self::deposit_event(Event::PointAmended {
            commitment,
            market,
            site,
            max_power_w,
            max_register_step_mwh,
            sources,
        });
        Ok(())
    }

    /// Terms are within the chain's bounds, and the zone's line carries the power.
    fn check_terms(line: &ZoneRecord, terms: &PointTerms) -> Result<(), Error<T>> {
        let PointTerms { max_power_w, max_register_step_mwh, sources } = *terms;
        ensure!((1..=MAX_POINT_POWER_W).contains(&max_power_w), Error::<T>::MaxPowerOutOfRange);
        ensure!((1..=MAX_REGISTER_STEP_MWH).contains(&max_register_step_mwh), Error::<T>::RegisterStepOutOfRange);
        ensure!(sources.is_known(), Error::<T>::UnknownSources);
        let seconds = T::SlotEnergySeconds::get();
        let fits = line
            .latest_edge()
            .is_none_or(|edge| fits_line(max_power_w, seconds, edge.capacity_up_wh, edge.capacity_down_wh));
        ensure!(fits, Error::<T>::MaxPowerAboveLine);
        Ok(())
    }

    /// What the devices that stay at a site are said to be.
    pub(crate) fn ratings(site: SiteId) -> Vec<Rating> {
        Self::ratings_of(&SiteDevices::<T>::get(site))
    }

    /// What those of these devices that stay are said to be.
    pub(crate) fn ratings_of(members: &[Membership]) -> Vec<Rating> {
        members
            .iter()
            .filter(|member| member.until.is_none())
            .filter_map(|member| Devices::<T>::get(member.device))
            .map(|record| Rating {
                role: record.role,
                source: record.source,
                rated_power_w: record.rated_power_w,
                register_step_mwh: record.register_step_mwh,
            })
            .collect()
    }
}

/// The rated powers of these devices, role by role.
pub(crate) fn sum(ratings: &[Rating]) -> Ratings {
    ratings.iter().fold(Ratings::default(), |sums, rating| sums.with(rating.role, rating.rated_power_w))
}
