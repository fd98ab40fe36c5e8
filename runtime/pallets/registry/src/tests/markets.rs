//! Markets, zones and the lines between them.

use super::mock::{Error, *};
use crate::{EdgeTerms, Event, Zones};
use deren_market::{Edge, Network, Zone};
use deren_primitives::{MarketId, Slot, ZoneId};
use deren_runtime_apis::{MarketRegistry, MarketTerms};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

fn edge(parent: u32, fee_ueur_per_kwh: u32) -> Option<Edge> {
    Some(Edge {
        parent: ZoneId(parent),
        fee_ueur_per_kwh,
        capacity_up_wh: Some(50_000),
        capacity_down_wh: Some(40_000),
    })
}

fn below(parent: u32) -> crate::ParentEdge {
    Some((ZoneId(parent), 1_000, None, None))
}

#[test]
fn only_the_administration_creates_markets_and_names_operators() {
    run(|| {
        assert_noop!(Registry::create_market(by(OPERATOR), OPERATOR, 15, 100, MAX_FEE), BadOrigin);
        assert_ok!(Registry::create_market(RuntimeOrigin::root(), OPERATOR, 15, 100, MAX_FEE));
        let created = Event::MarketCreated {
            market: MARKET,
            operator: OPERATOR,
            privacy_threshold: 15,
            protocol_fee_bp: 100,
            max_fee_ueur_per_kwh: MAX_FEE,
            from: Slot(101),
        };
        assert_eq!(last_event(), created);
        assert_noop!(Registry::update_market(by(OPERATOR), MARKET, OTHER, 15, 100, MAX_FEE), BadOrigin);
        assert_ok!(Registry::update_market(RuntimeOrigin::root(), MARKET, OTHER, 15, 100, MAX_FEE));
        assert_noop!(Registry::create_zone(by(OPERATOR), MARKET, None), Error::NotOperator);
        assert_ok!(Registry::create_zone(by(OTHER), MARKET, None));
        assert_eq!(Registry::operator(ZoneId(0)), Some(OTHER));
    });
}

#[test]
fn there_are_at_most_as_many_markets_as_configured() {
    run(|| {
        for _ in 0..3 {
            assert_ok!(Registry::create_market(RuntimeOrigin::root(), OPERATOR, 15, 100, MAX_FEE));
        }
        assert_noop!(Registry::create_market(RuntimeOrigin::root(), OPERATOR, 15, 100, MAX_FEE), Error::TooManyMarkets);
        assert_eq!(Registry::markets(), vec![MarketId(0), MarketId(1), MarketId(2)]);
    });
}

#[test]
fn a_protocol_fee_is_at_most_the_price() {
    run(|| {
        let root = RuntimeOrigin::root;
        assert_noop!(Registry::create_market(root(), OPERATOR, 15, 10_001, MAX_FEE), Error::ProtocolFeeTooHigh);
        assert_ok!(Registry::create_market(root(), OPERATOR, 15, 10_000, MAX_FEE));
        assert_noop!(Registry::update_market(root(), MARKET, OPERATOR, 15, 10_001, MAX_FEE), Error::ProtocolFeeTooHigh);
        assert_noop!(Registry::update_market(root(), MarketId(9), OPERATOR, 15, 1, MAX_FEE), Error::UnknownMarket);
    });
}

#[test]
fn terms_hold_from_the_next_slot_on() {
    run(|| {
        with_market();
        assert_eq!(Registry::terms(MARKET, Slot(100)), None);
        assert_eq!(Registry::terms(MARKET, Slot(101)), Some(MarketTerms { protocol_fee_bp: 100 }));
        Current::set(104);
        assert_ok!(Registry::update_market(RuntimeOrigin::root(), MARKET, OPERATOR, 15, 200, MAX_FEE));
        assert_eq!(Registry::terms(MARKET, Slot(104)), Some(MarketTerms { protocol_fee_bp: 100 }));
        assert_eq!(Registry::terms(MARKET, Slot(105)), Some(MarketTerms { protocol_fee_bp: 200 }));
        assert_eq!(Registry::terms(MarketId(1), Slot(105)), None);
    });
}

#[test]
fn a_network_has_the_zones_and_edges_of_its_slot() {
    run(|| {
        with_market();
        assert_eq!(Registry::network(MARKET, Slot(100)), None);
        let root = Zone { id: ZoneId(0), edge: None };
        let old = Network::new(vec![root.clone(), Zone { id: ZoneId(1), edge: edge(0, 12_000) }]).ok();
        assert_eq!(Registry::network(MARKET, Slot(101)), old);
        Current::set(104);
        assert_ok!(Registry::set_edge(by(OPERATOR), ZoneId(1), 5_000, Some(50_000), Some(40_000)));
        assert_ok!(Registry::create_zone(by(OPERATOR), MARKET, Some((ZoneId(1), 7, None, None))));
        assert_eq!(Registry::network(MARKET, Slot(104)), old);
        let grandchild = Edge { parent: ZoneId(1), fee_ueur_per_kwh: 7, capacity_up_wh: None, capacity_down_wh: None };
        let with_fee = |fee| {
            let zones = [(1, edge(0, fee)), (2, Some(grandchild))].map(|(id, edge)| Zone { id: ZoneId(id), edge });
            Network::new([vec![root.clone()], zones.to_vec()].concat()).ok()
        };
        // The fee waits for its notice.
        assert_eq!(Registry::network(MARKET, Slot(105)), with_fee(12_000));
        assert_eq!(Registry::network(MARKET, Slot(108)), with_fee(12_000));
        assert_eq!(Registry::network(MARKET, Slot(109)), with_fee(5_000));
        let created = Event::ZoneCreated {
            zone: ZoneId(2),
            market: MARKET,
            parent: Some(ZoneId(1)),
            depth: 2,
            edge: Some(EdgeTerms { fee_ueur_per_kwh: 7, capacity_up_wh: None, capacity_down_wh: None }),
            from: Slot(105),
        };
        assert_eq!(last_event(), created);
    });
}

#[test]
fn a_market_has_one_root_and_every_other_zone_a_parent_in_it() {
    run(|| {
        with_market();
        assert_ok!(Registry::create_market(RuntimeOrigin::root(), OPERATOR, 15, 100, MAX_FEE));
        assert_noop!(Registry::create_zone(by(OPERATOR), MARKET, None), Error::MarketHasRoot);
        assert_noop!(Registry::create_zone(by(OPERATOR), MARKET, below(77)), Error::UnknownParent);
        assert_noop!(Registry::create_zone(by(OPERATOR), MarketId(1), below(0)), Error::ParentInOtherMarket);
        assert_noop!(Registry::create_zone(by(OPERATOR), MarketId(7), None), Error::UnknownMarket);
        assert_noop!(Registry::create_zone(by(OWNER), MARKET, below(0)), Error::NotOperator);
    });
}

#[test]
fn a_zone_is_at_most_eight_edges_below_the_root() {
    run(|| {
        with_market();
        for parent in 1..8 {
            assert_ok!(Registry::create_zone(by(OPERATOR), MARKET, below(parent)));
        }
        assert_eq!(Zones::<Test>::get(ZoneId(8)).map(|zone| zone.depth), Some(8));
        assert_noop!(Registry::create_zone(by(OPERATOR), MARKET, below(8)), Error::ZoneTooDeep);
        assert!(Registry::network(MARKET, Slot(101)).is_some());
    });
}

#[test]
fn a_market_has_at_most_1024_zones() {
    run(|| {
        with_market();
        for _ in 2..1024 {
            assert_ok!(Registry::create_zone(by(OPERATOR), MARKET, below(0)));
        }
        assert_noop!(Registry::create_zone(by(OPERATOR), MARKET, below(0)), Error::TooManyZones);
        assert!(Registry::network(MARKET, Slot(101)).is_some());
    });
}

#[test]
fn an_edge_is_changed_by_the_operator_and_only_where_there_is_one() {
    run(|| {
        with_market();
        assert_noop!(Registry::set_edge(by(OWNER), ZoneId(1), 1, None, None), Error::NotOperator);
        assert_noop!(Registry::set_edge(by(OPERATOR), ZoneId(0), 1, None, None), Error::RootHasNoEdge);
        assert_noop!(Registry::set_edge(by(OPERATOR), ZoneId(9), 1, None, None), Error::UnknownZone);
        assert_ok!(Registry::set_edge(by(OPERATOR), ZoneId(1), 1, None, Some(2)));
        let terms = EdgeTerms { fee_ueur_per_kwh: 1, capacity_up_wh: None, capacity_down_wh: Some(2) };
        assert_eq!(
            last_event(),
            Event::EdgeSet { zone: ZoneId(1), market: MARKET, edge: terms, from: Slot(101), fee_from: Slot(105) }
        );
    });
}

#[test]
fn changes_wait_for_settlement_when_too_many_are_kept() {
    run(|| {
        with_market();
        for slot in 101..108 {
            Current::set(slot);
            assert_ok!(Registry::set_edge(by(OPERATOR), ZoneId(1), 12_000, Some(slot.into()), None));
        }
        Current::set(108);
        assert_noop!(Registry::set_edge(by(OPERATOR), ZoneId(1), 12_000, None, None), Error::TooManyChanges);
        Settled::set(102);
        assert_ok!(Registry::set_edge(by(OPERATOR), ZoneId(1), 12_000, None, None));
        let up = |slot| Zones::<Test>::get(ZoneId(1)).and_then(|zone| zone.edge_at(Slot(slot))?.capacity_up_wh);
        assert_eq!(up(103), Some(102));
        assert_eq!(up(109), None);
    });
}

#[test]
fn upgrades_are_authorised_by_the_administration() {
    run(|| {
        let hash = sp_core::H256([5; 32]);
        assert_noop!(Registry::authorize_upgrade(by(OPERATOR), hash), BadOrigin);
        assert_ok!(Registry::authorize_upgrade(RuntimeOrigin::root(), hash));
        assert_eq!(System::authorized_upgrade().map(|upgrade| *upgrade.code_hash()), Some(hash));
    });
}
