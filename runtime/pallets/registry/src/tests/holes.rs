//! What an owner or an operator must not be able to do, however well it fits the other rules.

use super::mock::{Error, *};
use crate::{Event, PointTerms};
use deren_primitives::{DeviceRole, SiteId, Slot, Source, Sources, ZoneId};
use deren_runtime_apis::MarketRegistry;
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_point_takes_no_more_power_than_its_line() {
    run(|| {
        with_market();
        // The feeder carries 50 kWh a quarter-hour: 200 kW.
        assert_noop!(approve(1, OWNER, 200_001), Error::MaxPowerAboveLine);
        assert_noop!(approve(1, OWNER, u32::MAX), Error::MaxPowerOutOfRange);
        assert_ok!(approve(1, OWNER, 200_000));
        assert_noop!(Registry::amend_point(by(OPERATOR), point(1), terms(200_001)), Error::MaxPowerAboveLine);
        // Where a line has no limit the chain has one.
        let at_the_root =
            |power| Registry::approve_point(by(OPERATOR), ZoneId(0), salted(2), salted(2), OWNER, terms(power));
        assert_noop!(at_the_root(1_000_001), Error::MaxPowerOutOfRange);
        assert_ok!(at_the_root(1_000_000));
    });
}

#[test]
fn another_operator_cannot_take_a_commitment_away() {
    run(|| {
        with_market();
        assert_ok!(Registry::create_market(RuntimeOrigin::root(), OTHER, 15, 100, MAX_FEE));
        assert_ok!(Registry::create_zone(by(OTHER), deren_primitives::MarketId(1), None));
        assert_ok!(Registry::approve_point(by(OTHER), ZoneId(2), salted(1), salted(2), OTHER, terms(1)));
        with_site(1);
    });
}

#[test]
fn an_owner_does_not_choose_a_tolerance_of_a_kilowatt_hour() {
    run(|| {
        with_gateway();
        let register = |n, step| {
            Registry::register_device(by(OWNER), SITE, device(n), DeviceRole::Grid, None, 1, step, gateway(7))
        };
        assert_noop!(register(1, 1_000_000), Error::RegisterStepOutOfRange);
        assert_noop!(register(1, 10_001), Error::RegisterStepOutOfRange);
        assert_ok!(register(1, 10_000));
        let approve = |max_register_step_mwh| {
            Registry::amend_point(by(OPERATOR), point(1), PointTerms { max_register_step_mwh, ..terms(30_000) })
        };
        assert_noop!(approve(1_000_001), Error::RegisterStepOutOfRange);
        assert_ok!(approve(1_000_000));
        assert_ok!(register(2, 1_000_000));
        assert_noop!(approve(999_999), Error::TermsBelowDevices);
    });
}

#[test]
fn all_producers_together_are_rated_at_most_as_the_point() {
    run(|| {
        with_gateway();
        for n in 1..4 {
            assert_ok!(register(n, DeviceRole::Production));
        }
        assert_noop!(register(4, DeviceRole::Production), Error::RatedPowersAbovePoint);
        // A battery and the grid meter count by themselves, and what is gone counts no more.
        assert_ok!(register(5, DeviceRole::Grid));
        assert_ok!(register(6, DeviceRole::Grid));
        assert_ok!(register_at(SITE, 7, DeviceRole::Storage, 30_000));
        assert_noop!(register_at(SITE, 8, DeviceRole::Storage, 1), Error::RatedPowersAbovePoint);
        assert_ok!(Registry::remove_device(by(OWNER), device(1)));
        assert_ok!(register(4, DeviceRole::Production));
        assert_noop!(Registry::amend_point(by(OPERATOR), point(1), terms(29_999)), Error::TermsBelowDevices);
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
        assert_noop!(register_at(SiteId(1), 1, DeviceRole::Grid, 1), Error::SlotsNotSettled);
        assert_noop!(register(1, DeviceRole::Grid), Error::SlotsNotSettled);
        let view = Registry::device(gateway(7), device(1), Slot(105)).map(|view| (view.site, view.in_service));
        assert_eq!(view, Ok((SITE, true)));
        Settled::set(105);
        assert_ok!(register_at(SiteId(1), 1, DeviceRole::Grid, 1));
    });
}

#[test]
fn a_fee_is_noticed_before_it_holds() {
    run(|| {
        with_market();
        Current::set(104);
        let set = |fee, up| Registry::set_edge(by(OPERATOR), ZoneId(1), fee, up, None);
        assert_noop!(set(u32::MAX, None), Error::FeeAboveCap);
        assert_noop!(set(MAX_FEE + 1, None), Error::FeeAboveCap);
        assert_ok!(set(MAX_FEE, Some(1)));
        let edge = |slot| Registry::network(MARKET, Slot(slot)).and_then(|network| network.edge(ZoneId(1)));
        let terms = |slot| edge(slot).map(|edge| (edge.fee_ueur_per_kwh, edge.capacity_up_wh));
        // The line carries less from the next slot on, and costs more four whole slots later.
        assert_eq!(terms(105), Some((12_000, Some(1))));
        assert_eq!(terms(108), Some((12_000, Some(1))));
        assert_eq!(terms(109), Some((MAX_FEE, Some(1))));
        // A fee that stays needs no notice, and does not wait again.
        Current::set(106);
        assert_ok!(set(MAX_FEE, Some(2)));
        let edge = crate::EdgeTerms { fee_ueur_per_kwh: MAX_FEE, capacity_up_wh: Some(2), capacity_down_wh: None };
        let expected = Event::EdgeSet { zone: ZoneId(1), market: MARKET, edge, from: Slot(107), fee_from: Slot(109) };
        assert_eq!(last_event(), expected);
        assert_eq!(terms(109), Some((MAX_FEE, Some(2))));
        let root = |fee| Registry::create_zone(by(OPERATOR), MARKET, Some((ZoneId(0), fee, None, None)));
        assert_noop!(root(MAX_FEE + 1), Error::FeeAboveCap);
        assert_ok!(root(MAX_FEE));
    });
}

#[test]
fn a_device_that_its_owner_removed_is_not_taken_by_another_owner() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Grid));
        assert_ok!(Registry::remove_device(by(OWNER), device(1)));
        Settled::set(100);
        assert_ok!(approve(9, OTHER, 1_000));
        assert_ok!(Registry::register_site(by(OTHER), point(9)));
        let code = link_code(8, &OTHER, SiteId(1), 2_000);
        assert_ok!(Registry::link_gateway(by(OTHER), SiteId(1), public(8), 2_000, code));
        let take = || {
            let grid = DeviceRole::Grid;
            Registry::register_device(by(OTHER), SiteId(1), device(1), grid, None, 1, 1, gateway(8))
        };
        assert_noop!(take(), Error::DeviceOfOtherOwner);
        // It is free when the site has forgotten it.
        assert_ok!(Registry::unlink_gateway(by(OWNER), SITE, gateway(7)));
        assert_ok!(take());
    });
}

#[test]
fn the_same_connection_point_is_approved_once_whatever_its_salt_and_market() {
    run(|| {
        with_market();
        let id = salted(99);
        let approve =
            |who, zone, salt| Registry::approve_point(by(who), ZoneId(zone), salted(salt), id, OWNER, terms(30_000));
        assert_ok!(approve(OPERATOR, 1, 1));
        assert_noop!(approve(OPERATOR, 1, 2), Error::PointApprovedElsewhere);
        assert_ok!(Registry::create_market(RuntimeOrigin::root(), OTHER, 15, 100, MAX_FEE));
        assert_ok!(Registry::create_zone(by(OTHER), deren_primitives::MarketId(1), None));
        assert_noop!(approve(OTHER, 2, 1), Error::PointApprovedElsewhere);
    });
}

#[test]
fn a_producer_has_a_source_that_the_operator_approved() {
    run(|| {
        with_gateway();
        let register = |n, role, source| {
            Registry::register_device(by(OWNER), SITE, device(n), role, source, 1_000, 100, gateway(7))
        };
        let sun_and_wind = Sources::of(&[Source::Solar, Source::Wind]);
        let approve = |sources| Registry::amend_point(by(OPERATOR), point(1), PointTerms { sources, ..terms(30_000) });
        assert_ok!(approve(sun_and_wind));
        assert_noop!(register(1, DeviceRole::Production, None), Error::SourceMissing);
        assert_noop!(register(1, DeviceRole::Production, Some(Source::Water)), Error::SourceNotApproved);
        assert_noop!(register(1, DeviceRole::Storage, Some(Source::Solar)), Error::SourceWithoutProduction);
        assert_ok!(register(1, DeviceRole::Production, Some(Source::Wind)));
        assert_ok!(register(2, DeviceRole::Grid, None));
        assert_noop!(approve(Sources::of(&[Source::Solar])), Error::TermsBelowDevices);
        assert_noop!(approve(Sources(0xff)), Error::UnknownSources);
        assert_ok!(approve(Sources::of(&[Source::Wind])));
        assert_noop!(Registry::amend_point(by(OTHER), point(1), terms(1)), Error::NotOperator);
        assert_noop!(Registry::amend_point(by(OPERATOR), point(9), terms(1)), Error::UnknownPoint);
    });
}
