//! What each call and each stage costs, at its worst, growing with orders, zones and entries.

use crate::types::{
    Entry, EraFees as EraSums, Fills, MAX_STEPS, MarketProgress, Order, OrderState, PendingFill, PriceStep, Rebating,
    Settling, Steps,
};
use crate::{
    Call, Config, Due, EraFees, FeesPaid, MarketOfSite, OrderCount, Orders, Pages, Pallet, Progress, Rebates, Summaries,
};
use alloc::vec::Vec;
use deren_market::rewards::FeeBase;
use deren_primitives::{MarketId, OrderStepId, Side, SiteEnergy, SiteId, Slot, Timeline, ZoneId};
use deren_runtime_apis::{MarketRegistry, ProductionRewards, PursePage, Purses};
use frame_benchmarking::v2::*;
use frame_support::{
    BoundedVec, assert_ok,
    traits::{EnsureOrigin, Get, Hooks},
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

/// Puts so much of the account's EUR on hold in its purse.
fn hold<T: Config>(who: &T::AccountId, ueur: u128) {
    let mut page = T::Purses::page();
    assert_ok!(page.hold(who, ueur));
    assert_ok!(page.close());
}

/// Makes so much free in an account's purse.
fn fill<T: Config>(who: &T::AccountId, ueur: u128) {
    Helper::<T>::fund(who, ueur.saturating_add(1));
    let mut page = T::Purses::page();
    assert_ok!(page.hold(who, ueur));
    assert_ok!(page.release(who, ueur));
    assert_ok!(page.close());
}

/// A site's order that holds from the current slot on, its money on hold.
fn order<T: Config>(market: MarketId, site: SiteId, side: Side, owner: &T::AccountId, state: OrderState) {
    let mut order = Order { owner: owner.clone(), timeline: Timeline::starting(NOW, state), held_ueur: 0 };
    order.held_ueur = order.required_ueur(side, NOW, T::HoldSlots::get());
    hold::<T>(owner, order.held_ueur);
    MarketOfSite::<T>::insert(site, market);
    OrderCount::<T>::mutate(market, |count| *count = count.saturating_add(1));
    Orders::<T>::insert(market, (site, side), order);
}

/// A cleared slot of one page, with so much in transit.
fn settling_with(in_transit_ueur: u128) -> Settling {
    Settling { next_page: 0, pages: 1, cleared_in_block: 0, is_void: false, in_transit_ueur, summary: None }
}

/// A new site's buy order of eight steps, of the owner with this number.
fn buying<T: Config>(market: MarketId, number: u32) -> SiteId {
    let owner = funded::<T>(number);
    let site = Helper::<T>::site(market, 0, &owner);
    order::<T>(market, site, Side::Buy, &owner, OrderState::Active(eight_steps(Side::Buy)));
    site
}

/// The era of the current slot has a fee, of which something comes back.
fn fees_of_the_era<T: Config>(market: MarketId) {
    fill::<T>(&T::CommunityPot::convert(market), PURSE);
    note_fee::<T>(market, &account("buyer of before", 0, 0));
}

/// A buyer's fee of the era of the current slot.
fn note_fee<T: Config>(market: MarketId, buyer: &T::AccountId) {
    let era = Pallet::<T>::era_of(NOW);
    let mut sums = EraFees::<T>::get(market, era);
    let mut page = T::Purses::page();
    Pallet::<T>::note_fee(&mut page, &mut sums, (market, era), buyer, 3_000);
    assert_ok!(page.close());
    EraFees::<T>::insert(market, era, sums);
}

/// Fills of 1 kWh for 0.3 € each.
fn fills(site: SiteId, side: Side, count: u32) -> Fills {
    let fill = |step: u32| PendingFill {
        step: OrderStepId::new(site, side, u8::try_from(step).unwrap_or_default()),
        zone: ZoneId(0),
        quantity_wh: 1000,
        price_ueur_per_kwh: 300_000,
        amount_ueur: 300_000,
    };
    BoundedVec::truncate_from((0..count).map(fill).collect())
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

    /// The last page, on which `p` owners pay for `t` fills in all out of what they have free. The treasury's EUR
    /// follow it, and the slot and an era end after it.
    #[benchmark]
    fn settle(p: Linear<1, { T::PageSize::get() }>, t: Linear<1, { T::PageSize::get().saturating_mul(MAX_STEPS) }>) {
        let market = market::<T>(1);
        fees_of_the_era::<T>(market);
        let mut left = t;
        let mut entries = Vec::new();
        for number in 0..p {
            let buyer: T::AccountId = account("owner", number, 0);
            fill::<T>(&buyer, PURSE);
            let site = Helper::<T>::site(market, 0, &buyer);
            let count = left.min(MAX_STEPS);
            left = left.saturating_sub(count);
            entries.push(Entry::Bought { buyer, fills: fills(site, Side::Buy, count), fee_ueur: 0 });
        }
        entries.pop();
        entries.push(Entry::ProtocolFee { amount_ueur: 1 });
        Pages::<T>::insert(market, 0, BoundedVec::truncate_from(entries));
        // What is left in transit is nobody's here.
        Progress::<T>::insert(market, MarketProgress { next: NOW, settling: Some(settling_with(1)) });
        let payer = funded::<T>(p);
        hold::<T>(&payer, 1);
        let mut page = T::Purses::page();
        assert_ok!(page.pay_held(&payer, 1));
        assert_ok!(page.close());
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), market, NOW);

        assert!(!Pages::<T>::contains_key(market, 0));
        assert_eq!(Pallet::<T>::progress_of(market).next, NOW.next());
    }

    /// What `p` purses cost more that open than what is written of them.
    #[benchmark]
    fn open_purses(p: Linear<1, { T::PageSize::get() }>) {
        let accounts: Vec<T::AccountId> = (0..p).map(|number| account("new", number, 0)).collect();

        #[block]
        {
            for who in &accounts {
                frame_system::Pallet::<T>::inc_sufficients(who);
            }
        }
    }

    /// The first fees of an era of `b` buyers, beside their purses.
    #[benchmark]
    fn note_fees(b: Linear<1, { T::PageSize::get() }>) {
        let market = market::<T>(1);
        let buyers: Vec<T::AccountId> = (0..b).map(|number| account("buyer", number, 0)).collect();
        let (mut page, mut sums) = (T::Purses::page(), EraSums::default());

        #[block]
        {
            for buyer in &buyers {
                Pallet::<T>::note_fee(&mut page, &mut sums, (market, 0), buyer, 3_000);
            }
        }

        assert_eq!(sums.buyers, b);
    }

    /// What `s` sites of different owners sold to others.
    #[benchmark]
    fn tell_rewards(s: Linear<1, { T::PageSize::get() }>) {
        let market = market::<T>(1);
        let base = |number| FeeBase {
            site: SiteId(number),
            zone: ZoneId(number),
            owner: account("seller", number, 0),
            rewarded_wh: 1_000,
            fee_ueur: 3_000,
        };

        #[block]
        {
            for number in 0..s {
                T::Rewards::sold_to_others(market, NOW, base(number));
            }
        }
    }

    /// `o` orders that pay out of their hold.
    #[benchmark]
    fn shrink_holds(o: Linear<1, { T::PageSize::get() }>) {
        let market = market::<T>(1);
        let sites: Vec<SiteId> = (0..o).map(|number| buying::<T>(market, number)).collect();

        #[block]
        {
            for site in &sites {
                assert_ok!(Pallet::<T>::shrink_hold(market, NOW, *site, 300_000));
            }
        }

        assert_eq!(Due::<T>::iter().count(), sites.len());
    }

    /// `o` orders whose hold is taken again out of EUR.
    #[benchmark]
    fn refresh_orders(o: Linear<1, { T::PageSize::get() }>) {
        let market = market::<T>(1);
        for number in 0..o {
            let site = buying::<T>(market, number);
            assert_ok!(Pallet::<T>::shrink_hold(market, NOW, site, 300_000));
            let mut page = T::Purses::page();
            assert_ok!(page.pay_held(&account("owner", number, 0), 300_000));
            assert_ok!(page.close());
        }

        #[block]
        {
            assert_eq!(Pallet::<T>::refresh_due(market, NOW.next(), o), Ok(o));
        }

        assert_eq!(Due::<T>::iter().count(), 0);
    }

    /// A page of `e` buyers, to each of whom half of the fee comes back.
    #[benchmark]
    fn rebate(e: Linear<1, { T::PageSize::get() }>) {
        let market = market::<T>(1);
        for number in 0..e {
            FeesPaid::<T>::insert((market, 0, account::<T::AccountId>("buyer", number, 0)), 3_000);
        }
        fill::<T>(&T::CommunityPot::convert(market), PURSE);
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
        Progress::<T>::insert(market, MarketProgress { next: NOW, settling: Some(settling_with(0)) });
        let origin = T::UrgentOrigin::try_successful_origin().unwrap_or_else(|()| RawOrigin::Root.into());

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, market, NOW);

        assert!(Pallet::<T>::progress_of(market).settling.is_some_and(|settling| settling.is_void));
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::benchmark_ext(), crate::tests::mock::Test);
}
