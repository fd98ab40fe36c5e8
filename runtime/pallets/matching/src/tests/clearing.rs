//! The input of a clearing, and that the outcome is a pure function of it.

use super::{mock::*, world::*};
use crate::{Event, Orders, Progress, Summaries, VoidReason};
use codec::Encode;
use deren_primitives::{OrderStepId, Side, SiteId, Slot};
use frame_support::assert_ok;
use sp_io::hashing::blake2_256;

/// An order: site, side, steps.
type Placed = (u32, Side, Vec<(u32, u32)>);

fn quantities(slot: u32) -> Vec<(OrderStepId, u32)> {
    let input = Matching::clearing_input(MARKET, Slot(slot)).expect("a market");
    input.steps.iter().map(|step| (step.id, step.quantity_wh)).collect()
}

fn id(site: u32, side: Side, step: u8) -> OrderStepId {
    OrderStepId::new(SiteId(site), side, step)
}

#[test]
fn steps_are_cut_to_what_was_measured_best_step_first() {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 500), (200_000, 400), (100_000, 300)]));
        assert_ok!(sell(2, &[(50_000, 100), (60_000, 100)]));
        measure(1, START + 1, -700);
        measure(2, START + 1, 150);
        assert_eq!(
            quantities(START + 1),
            [
                (id(1, Side::Buy, 0), 500),
                (id(1, Side::Buy, 1), 200),
                (id(2, Side::Sell, 0), 100),
                (id(2, Side::Sell, 1), 50),
            ]
        );
    });
}

#[test]
fn nobody_trades_what_no_reading_shows() {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        for site in [1, 2] {
            assert_ok!(buy(site, &[(300_000, 500)]));
            assert_ok!(sell(site, &[(50_000, 500)]));
        }
        close(START);
        measure(1, START + 1, -700);
        // Site 2 has no reading; site 1 imports, so its sell order offers nothing.
        assert_eq!(quantities(START + 1), [(id(1, Side::Buy, 0), 500)]);
        let summary = trade(START + 1);
        assert_eq!((summary.readings, summary.bought_wh, summary.paid_ueur), (1, 0, 0));
    });
}

#[test]
fn a_site_that_is_suspended_or_in_no_zone_of_the_market_takes_no_part() {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0), (3, 9)]).execute_with(|| {
        for site in [1, 2, 3] {
            assert_ok!(sell(site, &[(50_000, 500)]));
            measure(site, START + 1, 100);
        }
        world(|world| world.sites.remove(&SiteId(1)));
        assert_eq!(quantities(START + 1), [(id(2, Side::Sell, 0), 100)]);
    });
}

#[test]
fn buy_limits_enter_the_clearing_without_the_protocol_fee() {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        world(|world| world.protocol_fee_bp = 250);
        assert_ok!(buy(1, &[(102_500, 500)]));
        assert_ok!(sell(2, &[(100_000, 500)]));
        close(START);
        measure(1, START + 1, -500);
        measure(2, START + 1, 500);
        let input = Matching::clearing_input(MARKET, Slot(START + 1)).expect("a market");
        assert_eq!(input.clearing_steps()[0].limit_ueur_per_kwh, 100_000);
        assert_eq!(input.steps[0].limit_ueur_per_kwh, 102_500);
        let summary = trade(START + 1);
        assert_eq!((summary.paid_ueur, summary.received_ueur, summary.protocol_fee_ueur), (51_250, 50_000, 1_250));
        assert_eq!(free(&Treasury::get()), 1_250);
    });
}

#[test]
fn the_same_readings_and_orders_give_the_same_bytes_in_whatever_order_they_came() {
    let orders: Vec<Placed> = (1..=8)
        .map(|site| match site % 2 {
            0 => (site, Side::Buy, vec![(200_000 + site, 300), (150_000, 300)]),
            _ => (site, Side::Sell, vec![(100_000 + site, 300), (190_000, 300)]),
        })
        .collect();
    let run = |orders: Vec<&Placed>| {
        new_test_ext(vec![root(0)], &(1..=8).map(|site| (site, 0)).collect::<Vec<_>>()).execute_with(|| {
            for (site, side, of) in orders {
                assert_ok!(place(*site, *side, of));
            }
            close(START);
            for site in 1..=8u32 {
                measure(site, START + 1, if site % 2 == 0 { -500 } else { 430 });
            }
            close(START + 1);
            next_block();
            let seen = events();
            let hashes = seen.iter().find_map(|event| match event {
                Event::SlotCleared { slot, input_hash, outcome_hash, volume_wh, .. } if *slot == Slot(START + 1) => {
                    Some((*input_hash, *outcome_hash, *volume_wh))
                }
                _ => None,
            });
            // While the slot is being settled its input can still be asked, and is what it was.
            assert!(Progress::<Test>::get(MARKET).is_some_and(|progress| progress.settling.is_some()));
            let input = Matching::clearing_input(MARKET, Slot(START + 1)).expect("a market");
            let file = input.market_file();
            let outcome = deren_market::clear(&input.network, &file.1).expect("an outcome");
            assert_eq!(deren_market::verify(&input.network, &file.1, &outcome), Ok(()));
            assert_eq!(hashes, Some((blake2_256(&file.encode()), blake2_256(&outcome.encode()), outcome.volume_wh)));
            hashes
        })
    };
    let forward = run(orders.iter().collect());
    assert!(forward.is_some_and(|(_, _, volume_wh)| volume_wh > 0));
    assert_eq!(run(orders.iter().rev().collect()), forward);
}

#[test]
fn zones_tell_their_price_and_flow() {
    new_test_ext(vec![root(0), below(1, 0, 10_000, None), below(2, 0, 0, None)], &[(1, 1), (2, 0)]).execute_with(
        || {
            assert_ok!(sell(1, &[(50_000, 500)]));
            assert_ok!(buy(2, &[(200_000, 400)]));
            close(START);
            measure(1, START + 1, 500);
            measure(2, START + 1, -400);
            close(START + 1);
            next_block();
            let zones: Vec<(u32, Option<i64>, i64)> = events()
                .into_iter()
                .filter_map(|event| match event {
                    Event::ZoneCleared { zone, price_ueur_per_kwh, net_export_wh, .. } => {
                        Some((zone.0, price_ueur_per_kwh, net_export_wh))
                    }
                    _ => None,
                })
                .collect();
            assert_eq!(zones[0], (0, Some(60_000), 0));
            assert_eq!(zones[1], (1, Some(50_000), 400));
        },
    );
}

#[test]
fn what_the_holds_do_not_cover_is_void_and_moves_nothing() {
    one_closed().execute_with(|| {
        // Only a fault in the books can do this.
        Orders::<Test>::mutate(MARKET, (SiteId(1), Side::Buy), |order| {
            order.as_mut().expect("there").held_ueur = 79_999;
        });
        events();
        let progress = Progress::<Test>::get(MARKET).expect("a market");
        Matching::clear_slot(MARKET, progress);
        let slot = Slot(START + 1);
        let seen = events();
        assert!(seen.contains(&Event::ClearingVoided { market: MARKET, slot, reason: VoidReason::NotSettleable }));
        let summary = Summaries::<Test>::get(MARKET, slot).expect("kept");
        assert_eq!((summary.readings, summary.bought_wh, summary.paid_ueur), (2, 0, 0));
        assert_eq!((held(&account(1)), free(&account(2))), (300_000, PURSE));
    });
}
