//! Pages, their order, and what is left behind.

use super::{mock::*, world::*};
use crate::{Event, Pages, Progress, Summaries};
use deren_primitives::{MarketId, SiteId, Slot, SlotState, ZoneId};
use deren_runtime_apis::{Purses as _, SiteView};
use frame_support::{assert_ok, weights::Weight};

/// Six homes: 1 to 3 buy, 4 to 6 sell; everything measured in slots 101 to 104.
fn six_homes() -> sp_io::TestExternalities {
    let sites: Vec<(u32, u32)> = (1..=6).map(|site| (site, 0)).collect();
    let mut ext = new_test_ext(vec![root(0)], &sites);
    ext.execute_with(|| {
        for site in 1..=3 {
            assert_ok!(buy(site, &[(300_000 + site, 1000)]));
            assert_ok!(sell(site + 3, &[(100_000, 1000)]));
        }
        close(START);
        settle_through(START);
        for slot in START + 1..START + 5 {
            for site in 1..=3 {
                measure(site, slot, -(500 + i64::from(site)));
                measure(site + 3, slot, 600);
            }
        }
        System::reset_events();
    });
    ext
}

/// How many pages are still to be done.
fn left(market: MarketId) -> u32 {
    let settling = Progress::<Test>::get(market).and_then(|progress| progress.settling);
    settling.map_or(0, |settling| settling.pages - settling.next_page)
}

fn state(slot: u32) -> Option<SlotState> {
    Summaries::<Test>::get(MARKET, Slot(slot)).map(|summary| summary.state)
}

#[test]
fn a_slot_is_settled_page_by_page() {
    six_homes().execute_with(|| {
        PagesPerBlock::set(Some(1));
        close(START + 1);
        next_block();
        assert_eq!(state(START + 1), Some(SlotState::Cleared));
        // 3 payments, 3 receipts, maybe dust, 3 rewards: by fours.
        let pages = left(MARKET);
        assert!((2..=3).contains(&pages));
        assert_eq!(Purse::in_transit_ueur(), 0);
        next_block();
        assert!(Purse::in_transit_ueur() > 0, "buyers pay first");
        for more in (0..pages - 1).rev() {
            assert_eq!(left(MARKET), more + 1);
            next_block();
        }
        settle_through(START + 1);
        assert_eq!(Pages::<Test>::iter_prefix(MARKET).count(), 0);
        assert_eq!(state(START + 1), Some(SlotState::Settled));
        assert_eq!(Purse::in_transit_ueur(), 0);
        let summary = Summaries::<Test>::get(MARKET, Slot(START + 1)).expect("kept");
        assert_eq!(u64::from(summary.settled_in_block), System::block_number());
        assert_eq!(summary.readings, 6);
        assert_eq!(events().last(), Some(&Event::SlotSettled { market: MARKET, slot: Slot(START + 1), summary }));
    });
}

#[test]
fn a_block_settles_as_many_pages_as_it_has_room_for() {
    six_homes().execute_with(|| {
        PageSize::set(1);
        close(START + 1);
        next_block();
        let pages = left(MARKET);
        assert!(pages > 5 && state(START + 1) == Some(SlotState::Cleared), "it settles from the next block on");
        PagesPerBlock::set(Some(3));
        next_block();
        assert_eq!(left(MARKET), pages - 3);
        PagesPerBlock::set(None);
        BlockBudget::set(Weight::MAX);
        next_block();
        assert_eq!((left(MARKET), state(START + 1)), (0, Some(SlotState::Settled)));
    });
}

#[test]
fn markets_settle_their_pages_in_turn() {
    six_homes().execute_with(|| {
        let other = MarketId(7);
        world(|world| {
            world.markets.insert(other, vec![root(70)]);
            for site in [17u8, 18] {
                let view = SiteView { market: other, zone: ZoneId(70), owner: account(site) };
                world.sites.insert(SiteId(site.into()), view);
            }
        });
        next_block();
        assert_ok!(buy(17, &[(300_000, 1000)]));
        assert_ok!(sell(18, &[(100_000, 1000)]));
        close(START + 1);
        settle_through(START + 1);
        measure(17, START + 2, -500);
        measure(18, START + 2, 600);
        PageSize::set(1);
        close(START + 2);
        next_block();
        let left = || [MARKET, other].map(left);
        let [first, second] = left();
        assert!(first > 2 && second >= 2, "{first} and {second} pages");
        PagesPerBlock::set(Some(4));
        next_block();
        assert_eq!(left(), [first - 2, second - 2]);
    });
}

#[test]
fn pages_of_any_size_move_the_same_money() {
    let run = |size: u32| {
        six_homes().execute_with(|| {
            PageSize::set(size);
            let summary = trade(START + 1);
            let purses: Vec<_> = (1..=6).map(|number| (free(&account(number)), held(&account(number)))).collect();
            (purses, summary.paid_ueur, summary.received_ueur, summary.dust_ueur)
        })
    };
    let expected = run(100);
    assert!(expected.1 > 0);
    for size in [1, 2, 3, 5, 7] {
        assert_eq!(run(size), expected, "pages of {size}");
    }
}

#[test]
fn each_fill_is_told_once_with_its_amount() {
    six_homes().execute_with(|| {
        let summary = trade(START + 1);
        let fills = events().into_iter().filter(|event| matches!(event, Event::FillSettled { .. })).count();
        assert_eq!(fills, 6);
        assert_eq!(summary.bought_wh, 501 + 502 + 503);
        assert_eq!(free(&account(1)) + held(&account(1)), PURSE - 50_100);
    });
}

#[test]
fn several_slots_in_flight_settle_one_wholly_before_the_next() {
    six_homes().execute_with(|| {
        close(START + 4);
        let mut last = START;
        for _ in 0..100 {
            next_block();
            let progress = Progress::<Test>::get(MARKET).expect("a market");
            assert!(progress.next.0 == last || progress.next.0 == last + 1);
            last = progress.next.0;
            for later in progress.next.0 + 1..START + 6 {
                assert_eq!(state(later), None, "slot {later} cleared before slot {last} was settled");
            }
            if last == START + 5 {
                break;
            }
        }
        assert_eq!(last, START + 5);
        let paid: u128 =
            (1..=4).map(|n| Summaries::<Test>::get(MARKET, Slot(START + n)).expect("kept").paid_ueur).sum();
        let spent: u128 = (1..=3).map(|n| PURSE - free(&account(n)) - held(&account(n))).sum();
        assert_eq!(paid, spent);
    });
}

#[test]
fn rewards_are_told_what_was_paid_for_whose_energy_once_a_site_and_slot() {
    six_homes().execute_with(|| {
        world(|world| world.protocol_fee_bp = 1_000);
        // Site 4 sells out of its battery: it exported 600 Wh and produced 100.
        world(|world| {
            let energy = world.energies.get_mut(&(SiteId(4), Slot(START + 1))).expect("measured");
            energy.produced_wh = 100;
        });
        let summary = trade(START + 1);
        let (rewarded, fees_ueur) = world(|world| (world.rewarded.clone(), world.fees_ueur));
        assert_eq!(fees_ueur, summary.protocol_fee_ueur);
        assert_eq!(rewarded.len(), 3);
        let (slot, first) = &rewarded[0];
        assert_eq!(
            (*slot, first.site, first.owner.clone(), first.rewarded_wh),
            (Slot(START + 1), SiteId(4), account(4), 100)
        );
        let sold: u64 = rewarded.iter().skip(1).map(|(_, base)| base.rewarded_wh).sum();
        assert!(sold <= 1200 && sold > 900);
        // Network fees and what the battery brought are in no fee base.
        let bases: u128 = rewarded.iter().map(|(_, base)| base.fee_ueur).sum();
        assert!(bases < fees_ueur && bases > 0, "{bases} of {fees_ueur}");
    });
}

#[test]
fn metering_forgets_each_slot_once_and_in_order() {
    six_homes().execute_with(|| {
        close(START + 4);
        settle_through(START + 4);
        let forgotten = world(|world| world.forgotten.clone());
        let expected: Vec<_> = (START..START + 5).map(|slot| (MARKET, Slot(slot))).collect();
        assert_eq!(forgotten, expected);
    });
}

#[test]
fn sums_are_kept_for_a_while_and_then_forgotten() {
    six_homes().execute_with(|| {
        for slot in START + 1..START + 12 {
            measure(1, slot, -1);
            trade(slot);
        }
        let kept = Summaries::<Test>::iter_key_prefix(MARKET).count();
        assert_eq!(kept, KeepSlots::get() as usize);
        assert_eq!(state(START + 11), Some(SlotState::Settled));
        assert_eq!(state(START + 6), None);
    });
}

#[test]
fn everything_is_settled_only_when_it_is_in_every_market() {
    six_homes().execute_with(|| {
        let other = MarketId(5);
        world(|world| {
            world.markets.insert(other, vec![root(50)]);
            for (site, energy) in [(7, -500), (8, 500)] {
                let owner = account(site);
                let view = SiteView { market: other, zone: ZoneId(50), owner };
                world.sites.insert(SiteId(site.into()), view);
                let energy = deren_primitives::SiteEnergy {
                    surplus_wh: i64::max(energy, 0) as u64,
                    demand_wh: i64::max(-energy, 0) as u64,
                    produced_wh: 0,
                };
                world.energies.insert((SiteId(site.into()), Slot(START + 2)), energy);
            }
        });
        next_block();
        assert_ok!(buy(7, &[(300_000, 1000)]));
        assert_ok!(sell(8, &[(100_000, 1000)]));
        close(START + 2);
        settle_through(START + 2);
        for market in [MARKET, other] {
            assert!(Progress::<Test>::get(market).is_some_and(|progress| progress.next == Slot(START + 3)));
            assert!(Summaries::<Test>::get(market, Slot(START + 2)).is_some_and(|summary| summary.paid_ueur > 0));
        }
    });
}
