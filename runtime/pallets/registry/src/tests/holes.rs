//! What an owner or an operator must not be able to do, however well it fits the other rules.

use super::mock::{Error, *};
use deren_primitives::{DeviceRole, SiteId, Slot, ZoneId};
use deren_runtime_apis::MarketRegistry;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

const POINT: H256 = H256([1; 32]);

#[test]
fn a_point_takes_no_more_power_than_its_line() {
    run(|| {
        with_market();
        // The feeder carries 50 kWh a quarter-hour: 200 kW.
        let approve = |n, power| Registry::approve_point(by(OPERATOR), ZoneId(1), H256([n; 32]), OWNER, power);
        assert!(approve(1, 200_001).is_err());
        assert!(approve(2, u32::MAX).is_err());
        assert_ok!(approve(3, 200_000));
    });
}

#[test]
fn another_operator_cannot_take_a_commitment_away() {
    run(|| {
        with_market();
        assert_ok!(Registry::create_market(RuntimeOrigin::root(), OTHER, 15, 100));
        assert_ok!(Registry::create_zone(by(OTHER), deren_primitives::MarketId(1), None));
        assert_ok!(Registry::approve_point(by(OTHER), ZoneId(2), POINT, OTHER, 1));
        assert_ok!(Registry::approve_point(by(OPERATOR), ZoneId(1), POINT, OWNER, 30_000));
    });
}

#[test]
fn an_owner_does_not_choose_a_tolerance_of_a_kilowatt_hour() {
    run(|| {
        with_gateway();
        let register = |step| {
            Registry::register_device(by(OWNER), SITE, device(1), DeviceRole::Grid, 1, step, gateway(7))
        };
        assert_noop!(register(1_000_000), Error::RegisterStepOutOfRange);
        assert_noop!(register(10_001), Error::RegisterStepOutOfRange);
        assert_ok!(register(10_000));
    });
}

#[test]
fn all_producers_together_are_rated_at_most_as_the_point() {
    run(|| {
        with_gateway();
        for n in 1..4 {
            assert_ok!(register(n, DeviceRole::Production));
        }
        assert!(register(4, DeviceRole::Production).is_err());
    });
}

#[test]
fn a_device_that_comes_back_keeps_its_last_slots() {
    run(|| {
        with_gateway();
        with_site(2);
        link(7, SiteId(1));
        assert_ok!(register(1, DeviceRole::Grid));
        Current::set(105);
        assert_ok!(Registry::remove_device(by(OWNER), device(1)));
        let _ = Registry::register_device(by(OWNER), SiteId(1), device(1), DeviceRole::Grid, 1, 1, gateway(7));
        let view = Registry::device(gateway(7), device(1), Slot(105)).map(|view| (view.site, view.in_service));
        assert_eq!(view, Ok((SITE, true)));
    });
}

#[test]
fn a_fee_is_noticed_before_it_holds() {
    run(|| {
        with_market();
        Current::set(104);
        let _ = Registry::set_edge(by(OPERATOR), ZoneId(1), u32::MAX, None, None);
        let network = Registry::network(MARKET, Slot(105)).expect("a network");
        let fee = network.edge(ZoneId(1)).map(|edge| edge.fee_ueur_per_kwh);
        assert_eq!(fee, Some(12_000));
    });
}

#[test]
fn a_device_of_one_gateway_is_not_taken_by_another() {
    run(|| {
        with_gateway();
        with_site(2);
        link(8, SiteId(1));
        let squat = Registry::register_device(by(OWNER), SiteId(1), device(1), DeviceRole::Grid, 1, 1, gateway(8));
        let _ = squat;
        assert_ok!(register(1, DeviceRole::Grid));
    });
}
