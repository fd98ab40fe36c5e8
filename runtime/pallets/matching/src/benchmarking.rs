//! What each call and each stage costs, at its worst, growing with orders, zones and entries.

use crate::delivery::MAX_SWEPT;
use crate::types::{Entry, MarketProgress, Order, OrderState, PendingFill, PriceStep, Rebating, Settling, Steps};
use crate::{
    Call, Claimable, Config, FeesPaid, HoldReason, MarketOfSite, OrderCount, Orders, Pages, Pallet, Progress, Rebates,
    Stranded, Summaries,
};
use alloc::vec::Vec;
use deren_primitives::{MarketId, OrderStepId, Side, SiteEnergy, SiteId, Slot, Timeline, ZoneId};
use deren_runtime_apis::MarketRegistry;
use frame_benchmarking::v2::*;
use frame_support::{
    BoundedVec, assert_ok,
    traits::{EnsureOrigin, Get, Hooks, fungible::hold::Mutate as _},
};
use frame_system::RawOrigin;
use sp_runtime::traits::Convert;

/// What benchmarks need of the registry, of metering and of EUR. The runtime implements it with its real pallets.
pub trait BenchmarkHelper<AccountId> {
    /// A new market with so many zones: a root, and all others right below it.
    fn market(zones: u32) -> MarketId;
    /// A new active site of this owner in the market's zone of this number (0 is the root).
    fn site(market: MarketId, zone: u32, owner: &AccountId) -> SiteId;
    /// The site measured this in the slot.
    fn measure(site: SiteId, slot: Slot, energy: SiteEnergy);
    /// The slot becomes current, and all slots before it are closed.
    fn begin(slot: Slot);
    /// Gives the account EUR, which are there after the first such call.
    fn fund(who: &AccountId, ueur: u128);
}

type Helper<T> = <T as Config>::BenchmarkHelper;

/// The current slot of each benchmark: the last of an era of 96 slots, so that what ends the slot ends an era too.
const NOW: Slot = Slot(1_000_031);
/// The most markets that there are.
const MOST_MARKETS: u32 = 16;
/// More than all orders of a benchmark can cost.
const PURSE: u128 = 1_000_000_000_000;

/// An account by number, with EUR.
fn funded<T: Config>(number: u32) -> T::AccountId {
    let who = account("owner", number, 0);
    Helper::<T>::fund(&who, PURSE);
    who
}

/// Eight steps of 1000 Wh, best first.
fn eight_steps(side: Side) -> Steps {
    let limits = (0..8u32).map(|step| match side {
        Side::Buy => 300_000u32.saturating_sub(step.saturating_mul(1000)),
        Side::Sell => 100_000u32.saturating_add(step.saturating_mul(1000)),
    });
    let steps = limits.map(|limit_ueur_per_kwh| PriceStep { limit_ueur_per_kwh, cap_wh: 1000 });
    BoundedVec::truncate_from(steps.collect())
}

/// A market in the current slot, of which all slots before are settled.
fn market<T: Config>(zones: u32) -> MarketId {
    Helper::<T>::begin(NOW);
    let market = Helper::<T>::market(zones);
    Progress::<T>::insert(market, MarketProgress { next: NOW, settling: None });
    market
}

/// A site's order that holds from the current slot on, its money on hold.
fn order<T: Config>(market: MarketId, site: SiteId, side: Side, owner: &T::AccountId, state: OrderState) {
    let mut order = Order { owner: owner.clone(), timeline: Timeline::starting(NOW, state), held_ueur: 0 };
    order.held_ueur = order.required_ueur(side, NOW, T::HoldSlots::get());
    assert_ok!(T::EurHolds::hold(&HoldReason::Orders.into(), owner, order.held_ueur));
    MarketOfSite::<T>::insert(site, market);
    OrderCount::<T>::mutate(market, |count| *count = count.saturating_add(1));
    Orders::<T>::insert(market, (site, side), order);
}

/// A cleared slot of so many pages, of which the first, with buyers' payments, is done and kept.
fn settling(pages: u32) -> Settling {
    Settling {
        next_page: 1,
        pages,
        pay_pages: 1,
        kept_from: 0,
        cleared_in_block: 0,
        failed_blocks: 0,
        is_void: false,
        pot_ueur: 0,
        summary: None,
    }
}

/// The era of the current slot has a fee, of which something comes back.
fn fees_of_the_era<T: Config>(market: MarketId) {
    Helper::<T>::fund(&T::CommunityPot::convert(market), PURSE);
    Pallet::<T>::note_fee(market, NOW, account("buyer of before", 0, 0), 3_000);
}

/// A fill of 1 kWh for 0.3 €.
fn fill(site: SiteId, side: Side) -> PendingFill {
    PendingFill {
        step: OrderStepId::new(site, side, 0),
        zone: ZoneId(0),
        quantity_wh: 1000,
        price_ueur_per_kwh: 300_000,
        amount_ueur: 300_000,
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// A change of an order of eight steps that takes more money on hold.
    #[benchmark]
    fn place_order() {
        let market = market::<T>(2);
        let owner = funded::<T>(0);
        let site = Helper::<T>::site(market, 1, &owner);
        let one = BoundedVec::truncate_from(alloc::vec![PriceStep { limit_ueur_per_kwh: 1, cap_wh: 1 }]);
        order::<T>(market, site, Side::Buy, &owner, OrderState::Active(one));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), site, Side::Buy, eight_steps(Side::Buy));

        let changed = Orders::<T>::get(market, (site, Side::Buy)).map(|order| order.held_ueur);
        // The current slot is still at a µ€.
        assert_eq!(changed, Some(2_372_000u128.saturating_mul(T::HoldSlots::get().into()).saturating_add(1)));
    }

    /// The end of an order that has begun.
    #[benchmark]
    fn cancel_order() {
        let market = market::<T>(2);
        let owner = funded::<T>(0);
        let site = Helper::<T>::site(market, 1, &owner);
        order::<T>(market, site, Side::Buy, &owner, OrderState::Active(eight_steps(Side::Buy)));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), site, Side::Buy);

        let order = Orders::<T>::get(market, (site, Side::Buy));
        assert!(order.is_some_and(|order| matches!(order.timeline.latest(), Some(OrderState::Cancelled))));
    }

    /// A paused order whose hold is taken again.
    #[benchmark]
    fn resume_order() {
        let market = market::<T>(2);
        let owner = funded::<T>(0);
        let site = Helper::<T>::site(market, 1, &owner);
        order::<T>(market, site, Side::Buy, &owner, OrderState::Paused(eight_steps(Side::Buy)));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), site, Side::Buy);

        let order = Orders::<T>::get(market, (site, Side::Buy));
        assert!(order.is_some_and(|order| matches!(order.timeline.latest(), Some(OrderState::Active(_)))));
    }

    /// A claim, before which as many pots as may be are swept.
    #[benchmark]
    fn claim() {
        let owner = funded::<T>(0);
        Helper::<T>::fund(&Pallet::<T>::claims_account(), PURSE);
        Claimable::<T>::insert(&owner, 1_000);
        for _ in 0..MAX_SWEPT {
            let market = market::<T>(1);
            Helper::<T>::fund(&Pallet::<T>::pot(market), PURSE);
            Stranded::<T>::insert(market, PURSE);
        }
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), owner.clone());

        assert_eq!(Claimable::<T>::get(&owner), None);
    }

    /// A block in which `m` markets have nothing to do.
    #[benchmark]
    fn look_at_markets(m: Linear<1, MOST_MARKETS>) {
        for _ in 0..m {
            market::<T>(1);
        }
        assert_eq!(T::Registry::markets().len(), m as usize);
        let block = 1u32.into();

        #[block]
        {
            Pallet::<T>::on_initialize(block);
        }
    }

    /// A slot without readings, which ends an era.
    #[benchmark]
    fn skip_slot() {
        let market = market::<T>(1);
        fees_of_the_era::<T>(market);
        Helper::<T>::begin(NOW.next());
        let progress = Pallet::<T>::progress_of(market);

        #[block]
        {
            Pallet::<T>::clear_slot(market, progress);
        }

        assert_eq!(Pallet::<T>::progress_of(market).next, NOW.next());
    }

    /// A slot in which every step of `o` orders can trade, in a market of `z` zones.
    #[benchmark]
    fn clear(o: Linear<2, { T::MaxOrders::get() }>, z: Linear<1, { T::MaxZones::get() }>) {
        let market = market::<T>(z);
        for number in 0..o {
            let owner = funded::<T>(number);
            let site = Helper::<T>::site(market, number.checked_rem(z).unwrap_or_default(), &owner);
            let (side, energy) = match number % 2 {
                0 => (Side::Buy, SiteEnergy { demand_wh: 8000, ..Default::default() }),
                _ => (Side::Sell, SiteEnergy { surplus_wh: 8000, produced_wh: 8000, ..Default::default() }),
            };
            order::<T>(market, site, side, &owner, OrderState::Active(eight_steps(side)));
            Helper::<T>::measure(site, NOW, energy);
        }
        Helper::<T>::begin(NOW.next());
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), market, NOW);

        assert!(Summaries::<T>::get(market, NOW).is_some_and(|summary| summary.bought_wh > 0));
    }

    /// The last page, of `e` orders whose holds are taken again and whose fees are noted. What could not leave the pot
    /// goes before it, and the page that was kept with it. The slot and an era end after it, if it has room.
    #[benchmark]
    fn settle(e: Linear<1, { T::PageSize::get() }>) {
        let market = market::<T>(1);
        fees_of_the_era::<T>(market);
        Helper::<T>::fund(&Pallet::<T>::pot(market), PURSE);
        Stranded::<T>::insert(market, 1_000);
        let payer = funded::<T>(e);
        let site = Helper::<T>::site(market, 0, &payer);
        let paid = alloc::vec![Entry::Pay { from: payer, fill: fill(site, Side::Buy) }];
        Pages::<T>::insert(market, 0, BoundedVec::truncate_from(paid));
        let mut entries = Vec::new();
        for number in 0..e {
            let owner = funded::<T>(number);
            let site = Helper::<T>::site(market, 0, &owner);
            order::<T>(market, site, Side::Buy, &owner, OrderState::Active(eight_steps(Side::Buy)));
            let step = PriceStep { limit_ueur_per_kwh: 400_000, cap_wh: 8000 };
            let more = OrderState::Active(BoundedVec::truncate_from(alloc::vec![step]));
            Orders::<T>::mutate(market, (site, Side::Buy), |order| {
                if let Some(order) = order {
                    order.timeline = Timeline::starting(NOW, more);
                }
            });
            entries.push(Entry::Refill { site, buyer: owner, fee_ueur: 3_000 });
        }
        Pages::<T>::insert(market, 1, BoundedVec::truncate_from(entries));
        Progress::<T>::insert(market, MarketProgress { next: NOW, settling: Some(settling(2)) });
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), market, NOW);

        assert!(!Pages::<T>::contains_key(market, 1) && !Stranded::<T>::contains_key(market));
        let is_over = Pallet::<T>::progress_of(market).next == NOW.next();
        assert_eq!(is_over, e < T::PageSize::get());
    }

    /// A page of `e` buyers, to each of whom half of the fee comes back.
    #[benchmark]
    fn rebate(e: Linear<1, { T::PageSize::get() }>) {
        let market = market::<T>(1);
        for number in 0..e {
            FeesPaid::<T>::insert((market, 0, funded::<T>(number)), 3_000);
        }
        Helper::<T>::fund(&T::CommunityPot::convert(market), PURSE);
        let fees_ueur: u128 = u128::from(e).saturating_mul(3_000);
        let rebates_ueur = fees_ueur.checked_div(2).unwrap_or_default();
        Rebates::<T>::insert(market, 0, Rebating { fees_ueur, rebates_ueur, paid_ueur: 0, buyers: 0 });

        #[block]
        {
            assert_eq!(Pallet::<T>::rebate_page(market, 0), Ok(e));
        }

        assert_eq!(FeesPaid::<T>::iter_prefix((market, 0)).count(), 0);
    }

    /// The end of a slot that is cleared and of which nobody has paid.
    #[benchmark]
    fn void_slot() {
        let market = market::<T>(1);
        Helper::<T>::begin(NOW.next());
        let nothing_done = Settling { next_page: 0, ..settling(1) };
        Progress::<T>::insert(market, MarketProgress { next: NOW, settling: Some(nothing_done) });
        let origin = T::UrgentOrigin::try_successful_origin().unwrap_or_else(|()| RawOrigin::Root.into());

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, market, NOW);

        assert!(Pallet::<T>::progress_of(market).settling.is_some_and(|settling| settling.is_void));
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::benchmark_ext(), crate::tests::mock::Test);
}
