//! Placing, taking back, pausing and resuming orders, and the holds behind them.
//!
//! A change never touches a slot that has begun: it is stored with the next slot. The hold, in the owner's purse,
//! covers each slot until the newest version begins, and `HoldSlots` slots of that. So settlement never lacks money.
//! Whoever moves money away while a market lags still pays for the slots that have begun. What was taken is not paused
//! before it trades.

use crate::types::{MarketProgress, Order, OrderKey, OrderState, Steps};
use crate::{Config, Due, Error, Event, MarketOfSite, OrderCount, Orders, Pallet, WeightInfo};
use deren_primitives::{MarketId, Side, SiteId, Slot, Timeline};
use deren_runtime_apis::{MarketRegistry, Metering, PursePage, Purses, SiteOrders};
use frame_support::{ensure, pallet_prelude::*, storage::with_storage_layer, traits::Get};

/// Purses that are open.
pub(crate) type Page<T> = <<T as Config>::Purses as Purses<<T as frame_system::Config>::AccountId>>::Page;

impl<T: Config> Pallet<T> {
    /// See [`Self::place_order`].
    pub(crate) fn do_place_order(owner: T::AccountId, site: SiteId, side: Side, steps: Steps) -> DispatchResult {
        Self::check_steps(side, &steps)?;
        let from = T::Metering::current_slot().next();
        let market = Self::market_of_own_site(&owner, site, from)?;
        ensure!(MarketOfSite::<T>::get(site).is_none_or(|old| old == market), Error::<T>::OrderInOtherMarket);
        let progress = Self::progress_of(market);

        let key = (site, side);
        let existing = Orders::<T>::get(market, key);
        let is_change = existing.as_ref().is_some_and(|order| !Self::ends_cancelled(order));
        let mut order = match existing {
            Some(order) => order,
            None => {
                Self::count_new_order(market)?;
                MarketOfSite::<T>::insert(site, market);
                Order { owner: owner.clone(), timeline: Timeline::default(), held_ueur: 0 }
            }
        };
        ensure!(order.owner == owner, Error::<T>::OrderOfFormerOwner);
        Self::set_version(market, key, &mut order, &progress, from, OrderState::Active(steps.clone()))?;
        let mut page = T::Purses::page();
        Self::raise_hold(&mut page, &mut order, side, progress.next).map_err(|_| Error::<T>::InsufficientFunds)?;
        Self::lower_hold(&mut page, &mut order, side, progress.next)?;
        page.close()?;
        let held_ueur = order.held_ueur;
        Orders::<T>::insert(market, key, order);
        Self::deposit_event(if is_change {
            Event::OrderChanged { market, site, side, owner, from_slot: from, steps, held_ueur }
        } else {
            Event::OrderPlaced { market, site, side, owner, from_slot: from, steps, held_ueur }
        });
        Ok(())
    }

    /// See [`Self::cancel_order`]. Former owners may cancel too: it is their money that is on hold.
    pub(crate) fn do_cancel_order(who: T::AccountId, site: SiteId, side: Side) -> DispatchResult {
        let from = T::Metering::current_slot().next();
        let (market, order) = Self::order_of(site, side)?;
        let owns_site = || Self::market_of_own_site(&who, site, from).is_ok();
        ensure!(order.owner == who || owns_site(), Error::<T>::NotSiteOwner);
        Self::end_order(market, (site, side), order)
    }

    /// True if `who` has an order there that stands, and that [`Self::cancel_order`] would end. What is asked here is
    /// all that can make that fail for its owner.
    pub fn can_end_own_order(who: &T::AccountId, site: SiteId, side: Side) -> bool {
        let Ok((market, mut order)) = Self::order_of(site, side) else { return false };
        let from = T::Metering::current_slot().next();
        order.owner == *who
            && !Self::ends_cancelled(&order)
            && Self::add_version(&mut order, &Self::progress_of(market), from, OrderState::Cancelled).is_ok()
    }

    /// Cancels the order from the next slot on.
    fn end_order(market: MarketId, key: OrderKey, mut order: Order<T::AccountId>) -> DispatchResult {
        ensure!(!Self::ends_cancelled(&order), Error::<T>::AlreadyCancelled);
        let from = T::Metering::current_slot().next();
        let progress = Self::progress_of(market);
        Self::set_version(market, key, &mut order, &progress, from, OrderState::Cancelled)?;
        let ((site, side), owner) = (key, order.owner.clone());
        Self::deposit_event(Event::OrderCancelled { market, site, side, owner, from_slot: from });
        let mut page = T::Purses::page();
        Self::lower_hold(&mut page, &mut order, side, progress.next)?;
        page.close()?;
        Self::keep_or_remove(market, key, order);
        Ok(())
    }

    /// See [`Self::resume_order`].
    pub(crate) fn do_resume_order(owner: T::AccountId, site: SiteId, side: Side) -> DispatchResult {
        let from = T::Metering::current_slot().next();
        let (market, mut order) = Self::order_of(site, side)?;
        ensure!(Self::market_of_own_site(&owner, site, from)? == market, Error::<T>::OrderInOtherMarket);
        ensure!(order.owner == owner, Error::<T>::OrderOfFormerOwner);
        let Some(OrderState::Paused(steps)) = order.timeline.latest().cloned() else {
            return Err(Error::<T>::NotPaused.into());
        };

        let key = (site, side);
        let progress = Self::progress_of(market);
        Self::set_version(market, key, &mut order, &progress, from, OrderState::Active(steps.clone()))?;
        let mut page = T::Purses::page();
        Self::raise_hold(&mut page, &mut order, side, progress.next).map_err(|_| Error::<T>::InsufficientFunds)?;
        page.close()?;
        let held_ueur = order.held_ueur;
        Orders::<T>::insert(market, key, order);
        Self::deposit_event(Event::OrderResumed { market, site, side, owner, from_slot: from, steps, held_ueur });
        Ok(())
    }

    /// Once everything before `from` is settled: forgets what no slot needs any more, and takes the hold again. It
    /// comes out of what the owner has free in the purse or in EUR. An order whose hold cannot be taken is paused.
    pub(crate) fn refresh_order(market: MarketId, key: OrderKey, from: Slot) -> DispatchResult {
        let Some(mut order) = Orders::<T>::get(market, key) else { return Ok(()) };
        order.timeline.forget_before(from);
        let mut page = T::Purses::page();
        if let Err(missing_ueur) = Self::raise_hold(&mut page, &mut order, key.1, from) {
            Self::pause(market, key, &mut order, from, missing_ueur);
        }
        Self::lower_hold(&mut page, &mut order, key.1, from)?;
        page.close()?;
        Self::keep_or_remove(market, key, order);
        Ok(())
    }

    /// The order waits for its owner from the first slot that has not begun. It waits earlier if what is on hold does
    /// not cover the slots from `next` to there, which nothing has cleared yet. The end of a cancelled order comes
    /// earlier.
    fn pause(market: MarketId, key: OrderKey, order: &mut Order<T::AccountId>, next: Slot, missing_ueur: u128) {
        let begins = T::Metering::current_slot().next();
        let from = order.covered_until(key.1, next).map_or(begins, |end| begins.min(end)).max(next);
        let state = match order.timeline.latest() {
            Some(OrderState::Active(steps) | OrderState::Paused(steps)) => OrderState::Paused(steps.clone()),
            Some(OrderState::Cancelled) | None => OrderState::Cancelled,
        };
        if order.timeline.set(from, state.clone()).is_err() {
            order.timeline = Timeline::starting(from, state);
        }
        order.timeline.forget_before(next);
        if order.has_several_versions() {
            Due::<T>::insert((market, from, key), ());
        }
        let (site, side) = key;
        let owner = order.owner.clone();
        Self::deposit_event(Event::OrderPaused { market, site, side, owner, from_slot: from, missing_ueur });
    }

    /// Steps are at least one, each for something, best first.
    fn check_steps(side: Side, steps: &Steps) -> Result<(), Error<T>> {
        ensure!(!steps.is_empty(), Error::<T>::NoSteps);
        ensure!(steps.iter().all(|step| step.cap_wh > 0), Error::<T>::ZeroCap);
        let in_order = steps.iter().zip(steps.iter().skip(1)).all(|(better, worse)| match side {
            Side::Buy => better.limit_ueur_per_kwh > worse.limit_ueur_per_kwh,
            Side::Sell => better.limit_ueur_per_kwh < worse.limit_ueur_per_kwh,
        });
        ensure!(in_order, Error::<T>::StepsOutOfOrder);
        Ok(())
    }

    /// The market of a site that is `owner`'s in this slot.
    fn market_of_own_site(owner: &T::AccountId, site: SiteId, slot: Slot) -> Result<MarketId, Error<T>> {
        let view = T::Registry::site(site, slot).ok_or(Error::<T>::UnknownSite)?;
        ensure!(view.owner == *owner, Error::<T>::NotSiteOwner);
        Ok(view.market)
    }

    /// A site's order, whether the site is active or not.
    fn order_of(site: SiteId, side: Side) -> Result<(MarketId, Order<T::AccountId>), Error<T>> {
        let market = MarketOfSite::<T>::get(site).ok_or(Error::<T>::NoOrder)?;
        let order = Orders::<T>::get(market, (site, side)).ok_or(Error::<T>::NoOrder)?;
        Ok((market, order))
    }

    /// True if the order's newest version is its end.
    fn ends_cancelled(order: &Order<T::AccountId>) -> bool {
        matches!(order.timeline.latest(), Some(OrderState::Cancelled))
    }

    /// Makes room for one order more.
    fn count_new_order(market: MarketId) -> Result<(), Error<T>> {
        OrderCount::<T>::try_mutate(market, |count| {
            let more = count.checked_add(1).filter(|more| *more <= T::MaxOrders::get());
            *count = more.ok_or(Error::<T>::TooManyOrders)?;
            Ok(())
        })
    }

    /// Lets `state` hold from `from` on, and notes when what was before can be forgotten.
    fn set_version(
        market: MarketId,
        key: OrderKey,
        order: &mut Order<T::AccountId>,
        progress: &MarketProgress,
        from: Slot,
        state: OrderState,
    ) -> DispatchResult {
        Self::add_version(order, progress, from, state)?;
        if order.has_several_versions() {
            Due::<T>::insert((market, from, key), ());
        }
        Ok(())
    }

    /// Lets `state` hold from `from` on, and forgets what no slot needs any more.
    fn add_version(
        order: &mut Order<T::AccountId>,
        progress: &MarketProgress,
        from: Slot,
        state: OrderState,
    ) -> Result<(), Error<T>> {
        order.timeline.forget_before(progress.next);
        order.timeline.set(from, state).map_err(|_| Error::<T>::TooManyChanges)
    }

    /// Puts on hold what is missing when `next` is the first slot that is not settled, or changes nothing and says how
    /// much is missing.
    fn raise_hold(page: &mut Page<T>, order: &mut Order<T::AccountId>, side: Side, next: Slot) -> Result<(), u128> {
        let required = order.required_ueur(side, next, T::HoldSlots::get());
        let missing = required.saturating_sub(order.held_ueur);
        if missing > 0 {
            page.hold(&order.owner, missing).map_err(|_| missing)?;
            order.held_ueur = required;
        }
        Ok(())
    }

    /// Makes free what is on hold beyond need.
    fn lower_hold(page: &mut Page<T>, order: &mut Order<T::AccountId>, side: Side, next: Slot) -> DispatchResult {
        let required = order.required_ueur(side, next, T::HoldSlots::get());
        let surplus = order.held_ueur.saturating_sub(required);
        if surplus > 0 {
            page.release(&order.owner, surplus)?;
            order.held_ueur = required;
        }
        Ok(())
    }

    /// Stores the order, or forgets it if nothing of it is needed and nothing on hold.
    fn keep_or_remove(market: MarketId, key: OrderKey, order: Order<T::AccountId>) {
        if !order.is_over() || order.held_ueur > 0 {
            Orders::<T>::insert(market, key, order);
            return;
        }
        let (site, side) = key;
        Orders::<T>::remove(market, key);
        OrderCount::<T>::mutate(market, |count| *count = count.saturating_sub(1));
        let has_other = [Side::Buy, Side::Sell].into_iter().any(|side| Orders::<T>::contains_key(market, (site, side)));
        if !has_other {
            MarketOfSite::<T>::remove(site);
        }
        Self::deposit_event(Event::OrderRemoved { market, site, side, owner: order.owner });
    }
}

impl<T: Config> SiteOrders for Pallet<T> {
    fn end(site: SiteId) {
        for side in [Side::Buy, Side::Sell] {
            // There may be no order, or one that ends already.
            let _ = with_storage_layer(|| {
                let (market, order) = Self::order_of(site, side)?;
                Self::end_order(market, (site, side), order)
            });
        }
    }

    fn end_weight() -> Weight {
        T::WeightInfo::cancel_order().saturating_mul(2)
    }
}
