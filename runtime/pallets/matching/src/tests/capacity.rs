//! Edges: their capacities, their fees and what they earn when they are full.

use super::{mock::*, world::*};
use crate::Event;
use deren_primitives::{Side, Slot, ZoneId};
use frame_support::assert_ok;

/// Two feeders below a substation: solar on one, consumers on the other.
fn two_feeders(capacity_wh: Option<u64>) -> sp_io::TestExternalities {
    let zones = vec![root(0), below(1, 0, 12_000, capacity_wh), below(2, 0, 8_000, capacity_wh)];
    let mut ext = new_test_ext(zones, &[(1, 1), (2, 1), (3, 2), (4, 2)]);
    ext.execute_with(|| {
        world(|world| {
            world.protocol_fee_bp = 100;
            world.operators = [(ZoneId(1), account(211)), (ZoneId(2), account(212))].into();
        });
        assert_ok!(sell(1, &[(60_000, 2000)]));
        assert_ok!(sell(2, &[(61_000, 2000)]));
        assert_ok!(buy(3, &[(240_000, 2000)]));
        assert_ok!(buy(4, &[(230_000, 2000)]));
        close(START);
        for (site, wh) in [(1, 1000), (2, 1001), (3, -900), (4, -777)] {
            measure(site, START + 1, wh);
        }
    });
    ext
}

#[test]
fn operators_receive_the_fee_of_each_kwh_that_crosses_their_edges() {
    two_feeders(None).execute_with(|| {
        let summary = trade(START + 1);
        assert_eq!(summary.bought_wh, 1677);
        assert_eq!(summary.congestion_rent_ueur, 0);
        assert_eq!(free(&account(211)), 12_000 * 1677 / 1000);
        assert_eq!(free(&account(212)), 8_000 * 1677 / 1000);
        assert_eq!(summary.network_fees_ueur, free(&account(211)) + free(&account(212)));
        assert_eq!(free(&community()), summary.dust_ueur);
    });
}

#[test]
fn a_full_edge_carries_its_capacity_and_its_rent_goes_to_the_community() {
    two_feeders(Some(600)).execute_with(|| {
        let summary = trade(START + 1);
        assert_eq!((summary.bought_wh, summary.sold_wh), (600, 600));
        assert!(summary.congestion_rent_ueur > 0);
        assert_eq!(free(&community()), summary.congestion_rent_ueur + summary.dust_ueur);
        assert_eq!(free(&Treasury::get()), summary.protocol_fee_ueur);
        let flows = events().into_iter().filter_map(|event| match event {
            Event::ZoneCleared { zone, net_export_wh, .. } => Some((zone.0, net_export_wh)),
            _ => None,
        });
        assert_eq!(flows.collect::<Vec<_>>(), [(0, 0), (1, 600), (2, -600)]);
    });
}

#[test]
fn no_fill_is_worse_than_its_limit_all_fees_included() {
    for capacity_wh in [None, Some(900), Some(1)] {
        two_feeders(capacity_wh).execute_with(|| {
            trade(START + 1);
            let mut fills = 0;
            for event in events() {
                let Event::FillSettled { slot, step, quantity_wh, amount_ueur, .. } = event else { continue };
                assert_eq!(slot, Slot(START + 1));
                let limit: u128 = [60_000, 61_000, 240_000, 230_000][step.site().0 as usize - 1];
                let at_limit = limit * u128::from(quantity_wh);
                match step.side() {
                    Side::Buy => assert!(amount_ueur <= at_limit.div_ceil(1000)),
                    Side::Sell => assert!(amount_ueur >= at_limit / 1000),
                }
                fills += 1;
            }
            assert!(fills >= 2);
        });
    }
}

#[test]
fn where_no_operator_is_named_the_community_receives_the_fee() {
    two_feeders(None).execute_with(|| {
        world(|world| world.operators.clear());
        let summary = trade(START + 1);
        assert!(summary.network_fees_ueur > 0);
        assert_eq!(free(&community()), summary.network_fees_ueur + summary.dust_ueur);
    });
}

#[test]
fn trade_within_a_feeder_pays_no_network_fee() {
    new_test_ext(vec![root(0), below(1, 0, 12_000, Some(0))], &[(1, 1), (2, 1)]).execute_with(|| {
        assert_ok!(sell(1, &[(60_000, 2000)]));
        assert_ok!(buy(2, &[(240_000, 2000)]));
        close(START);
        measure(1, START + 1, 300);
        measure(2, START + 1, -500);
        let summary = trade(START + 1);
        assert_eq!((summary.bought_wh, summary.network_fees_ueur, summary.congestion_rent_ueur), (300, 0, 0));
    });
}
