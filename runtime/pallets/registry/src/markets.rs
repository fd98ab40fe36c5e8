//! Markets, their trees of zones and the lines between zones. A tree only grows until its market closes: ids are never
//! reused, and a zone's parent never changes.

use crate::{
    Config, EdgeTerms, Error, Event, MAX_PROTOCOL_FEE_BP, MarketList, MarketRecord, Markets, NextMarket, NextZone,
    Pallet, ParentEdge, ZoneRecord, Zones, ZonesOf,
};
use deren_market::MAX_DEPTH;
use deren_primitives::{MarketId, Slot, Timeline, ZoneId};
use deren_runtime_apis::{Metering, SettlementProgress};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
    /// The slot from which a change made now holds.
    pub(crate) fn next_slot() -> Slot {
        T::Metering::current_slot().next()
    }

    /// Makes `value` hold from the next slot on, and forgets versions that only settled slots of the market needed.
    pub(crate) fn change<V>(market: MarketId, timeline: &mut Timeline<V>, value: V) -> Result<Slot, DispatchError> {
        let from = Self::next_slot();
        Self::change_from(market, timeline, value, from)?;
        Ok(from)
    }

    /// Makes `value` hold from `from` on, a slot that has not begun, and forgets versions that only settled slots
    /// needed.
    fn change_from<V>(market: MarketId, timeline: &mut Timeline<V>, value: V, from: Slot) -> DispatchResult {
        timeline.forget_before(T::Progress::settled_through(market).next().min(Self::next_slot()));
        timeline.set(from, value).map_err(|_| Error::<T>::TooManyChanges.into())
    }

    /// The market, if `who` is its operator.
    pub(crate) fn operated(who: &T::AccountId, market: MarketId) -> Result<MarketRecord<T::AccountId>, DispatchError> {
        let record = Markets::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
        ensure!(record.operator == *who, Error::<T>::NotOperator);
        Ok(record)
    }

    pub(crate) fn do_create_market(
        operator: T::AccountId,
        privacy_threshold: u32,
        protocol_fee_bp: u16,
        max_fee_ueur_per_kwh: u32,
    ) -> DispatchResult {
        ensure!(protocol_fee_bp <= MAX_PROTOCOL_FEE_BP, Error::<T>::ProtocolFeeTooHigh);
        let id = NextMarket::<T>::get();
        MarketList::<T>::try_append(MarketId(id)).map_err(|()| Error::<T>::TooManyMarkets)?;
        let from = Self::next_slot();
        Markets::<T>::insert(
            MarketId(id),
            MarketRecord {
                operator: operator.clone(),
                privacy_threshold,
                protocol_fee_bp: Timeline::starting(from, protocol_fee_bp),
                max_fee_ueur_per_kwh,
                root: None,
                points: 0,
                sites: 0,
                trades: Timeline::starting(from, true),
            },
        );
        NextMarket::<T>::put(id.checked_add(1).ok_or(Error::<T>::IdsUsedUp)?);
        let market = MarketId(id);
        Self::deposit_event(Event::MarketCreated {
            market,
            operator,
            privacy_threshold,
            protocol_fee_bp,
            max_fee_ueur_per_kwh,
            from,
        });
        Ok(())
    }

    pub(crate) fn do_update_market(
        market: MarketId,
        operator: T::AccountId,
        privacy_threshold: u32,
        protocol_fee_bp: u16,
        max_fee_ueur_per_kwh: u32,
    ) -> DispatchResult {
        ensure!(protocol_fee_bp <= MAX_PROTOCOL_FEE_BP, Error::<T>::ProtocolFeeTooHigh);
        Markets::<T>::try_mutate(market, |record| {
            let record = record.as_mut().ok_or(Error::<T>::UnknownMarket)?;
            let from = Self::change(market, &mut record.protocol_fee_bp, protocol_fee_bp)?;
            record.operator = operator.clone();
            record.privacy_threshold = privacy_threshold;
            record.max_fee_ueur_per_kwh = max_fee_ueur_per_kwh;
            Self::deposit_event(Event::MarketUpdated {
                market,
                operator,
                privacy_threshold,
                protocol_fee_bp,
                max_fee_ueur_per_kwh,
                from,
            });
            Ok(())
        })
    }

    pub(crate) fn do_create_zone(who: T::AccountId, market: MarketId, parent: ParentEdge) -> DispatchResult {
        let mut record = Self::operated(&who, market)?;
        let since = Self::next_slot();
        let id = NextZone::<T>::get();
        let zone = ZoneId(id);
        let (depth, edge) = match parent {
            None => {
                ensure!(record.root.is_none(), Error::<T>::MarketHasRoot);
                record.root = Some(zone);
                Markets::<T>::insert(market, record);
                (0, None)
            }
            Some((parent, fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh)) => {
                ensure!(fee_ueur_per_kwh <= record.max_fee_ueur_per_kwh, Error::<T>::FeeAboveCap);
                let depth = Self::depth_below(parent, market)?;
                (depth, Some(EdgeTerms { fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh }))
            }
        };
        ZonesOf::<T>::try_append(market, zone).map_err(|()| Error::<T>::TooManyZones)?;
        NextZone::<T>::put(id.checked_add(1).ok_or(Error::<T>::IdsUsedUp)?);
        let parent = parent.map(|(parent, ..)| parent);
        Zones::<T>::insert(zone, ZoneRecord::starting(market, parent, depth, since, edge));
        Self::deposit_event(Event::ZoneCreated { zone, market, parent, depth, edge, from: since });
        Ok(())
    }

    /// How many edges a new zone below `parent` is away from the root.
    fn depth_below(parent: ZoneId, market: MarketId) -> Result<u8, DispatchError> {
        let parent = Zones::<T>::get(parent).ok_or(Error::<T>::UnknownParent)?;
        ensure!(parent.market == market, Error::<T>::ParentInOtherMarket);
        let depth = parent.depth.saturating_add(1);
        ensure!(depth <= MAX_DEPTH, Error::<T>::ZoneTooDeep);
        Ok(depth)
    }

    pub(crate) fn do_set_edge(who: T::AccountId, zone: ZoneId, edge: EdgeTerms) -> DispatchResult {
        Zones::<T>::try_mutate(zone, |record| {
            let record = record.as_mut().ok_or(Error::<T>::UnknownZone)?;
            let market = record.market;
            let max_fee_ueur_per_kwh = Self::operated(&who, market)?.max_fee_ueur_per_kwh;
            ensure!(record.parent.is_some(), Error::<T>::RootHasNoEdge);
            let ZoneRecord { fee_ueur_per_kwh: fees, capacities, .. } = record;
            let fee_from = Self::change_fee(market, fees, edge.fee_ueur_per_kwh, max_fee_ueur_per_kwh)?;
            let from = Self::change(market, capacities, edge.capacities())?;
            Self::deposit_event(Event::EdgeSet { zone, market, edge, from, fee_from });
            Ok(())
        })
    }

    /// Gives the slot from which the fee holds: of one that stays as it is, the slot from which it does already.
    fn change_fee(
        market: MarketId,
        timeline: &mut Timeline<u32>,
        fee: u32,
        max_fee: u32,
    ) -> Result<Slot, DispatchError> {
        if let Some((from, _)) = timeline.versions().last().filter(|(_, latest)| *latest == fee) {
            return Ok(*from);
        }
        ensure!(fee <= max_fee, Error::<T>::FeeAboveCap);
        let from = Slot(Self::next_slot().0.saturating_add(T::FeeNotice::get()));
        Self::change_from(market, timeline, fee, from)?;
        Ok(from)
    }
}
