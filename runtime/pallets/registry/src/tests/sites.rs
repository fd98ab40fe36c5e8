//! Connection points and sites.

use super::mock::{Error, *};
use crate::{Event, Points};
use deren_primitives::{SiteId, Slot, ZoneId};
use deren_runtime_apis::{MarketRegistry, SiteView};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_commitment_is_approved_once() {
    run(|| {
        with_market();
        assert_ok!(approve(1, OWNER, 30_000));
        assert_noop!(approve(1, OWNER, 30_000), Error::PointAlreadyApproved);
        assert_ok!(Registry::register_site(by(OWNER), point(1)));
        assert_noop!(approve(1, OWNER, 30_000), Error::PointAlreadyApproved);
    });
}

#[test]
fn points_are_approved_by_the_zones_operator_and_take_some_power() {
    run(|| {
        with_market();
        let approve = |who, zone, power| {
            Registry::approve_point(by(who), ZoneId(zone), salted(1), salted(1), OWNER, terms(power))
        };
        assert_noop!(approve(OWNER, 1, 1), Error::NotOperator);
        assert_noop!(approve(OPERATOR, 9, 1), Error::UnknownZone);
        assert_noop!(approve(OPERATOR, 1, 0), Error::MaxPowerOutOfRange);
        assert_ok!(approve(OPERATOR, 1, 1));
        let approved = Event::PointApproved {
            commitment: point(1),
            nullifier: salted(1),
            market: MARKET,
            zone: ZoneId(1),
            owner: OWNER,
            max_power_w: 1,
            max_register_step_mwh: 10_000,
            sources: deren_primitives::Sources::ALL,
        };
        assert_eq!(last_event(), approved);
    });
}

#[test]
fn a_market_has_at_most_as_many_points_as_configured() {
    run(|| {
        with_market();
        for n in 0..20 {
            assert_ok!(approve(n, OWNER, 30_000));
        }
        assert_noop!(approve(99, OWNER, 30_000), Error::TooManyPoints);
    });
}

#[test]
fn a_site_is_registered_once_by_the_owner_of_its_point() {
    run(|| {
        with_market();
        assert_noop!(Registry::register_site(by(OWNER), point(1)), Error::UnknownPoint);
        assert_ok!(approve(1, OWNER, 30_000));
        assert_noop!(Registry::register_site(by(OTHER), point(1)), Error::NotPointOwner);
        assert_ok!(Registry::register_site(by(OWNER), point(1)));
        let registered = Event::SiteRegistered {
            site: SITE,
            market: MARKET,
            zone: ZoneId(1),
            owner: OWNER,
            commitment: point(1),
            max_power_w: 30_000,
            from: Slot(101),
        };
        assert_eq!(last_event(), registered);
        assert_noop!(Registry::register_site(by(OWNER), point(1)), Error::PointTaken);
        assert_eq!(Points::<Test>::get(point(1)).and_then(|point| point.site), Some(SITE));
    });
}

#[test]
fn a_site_can_trade_from_the_slot_after_its_registration() {
    run(|| {
        with_market();
        with_site(1);
        assert_eq!(Registry::site(SITE, Slot(100)), None);
        let view = SiteView { market: MARKET, zone: ZoneId(1), owner: OWNER };
        assert_eq!(Registry::site(SITE, Slot(101)), Some(view));
        assert_eq!(Registry::site(SiteId(1), Slot(101)), None);
    });
}

#[test]
fn a_suspension_holds_from_the_next_slot_until_it_is_lifted() {
    run(|| {
        with_market();
        with_site(1);
        assert_noop!(Registry::suspend_site(by(OWNER), SITE), Error::NotOperator);
        assert_noop!(Registry::suspend_site(by(OPERATOR), SiteId(9)), Error::UnknownSite);
        assert_noop!(Registry::resume_site(by(OPERATOR), SITE), Error::SiteNotSuspended);
        Current::set(105);
        assert_ok!(Registry::suspend_site(by(OPERATOR), SITE));
        assert_eq!(last_event(), Event::SiteSuspended { site: SITE, market: MARKET, from: Slot(106) });
        assert_noop!(Registry::suspend_site(by(OPERATOR), SITE), Error::SiteSuspended);
        assert!(Registry::site(SITE, Slot(105)).is_some());
        assert!(Registry::site(SITE, Slot(106)).is_none());
        Current::set(108);
        assert_ok!(Registry::resume_site(by(OPERATOR), SITE));
        assert_eq!(last_event(), Event::SiteResumed { site: SITE, market: MARKET, from: Slot(109) });
        assert!(Registry::site(SITE, Slot(108)).is_none());
        assert!(Registry::site(SITE, Slot(109)).is_some());
    });
}

#[test]
fn a_suspended_site_takes_no_gateway_and_no_device() {
    run(|| {
        with_gateway();
        assert_ok!(Registry::suspend_site(by(OPERATOR), SITE));
        let code = link_code(8, &OWNER, SITE, 2_000);
        assert_noop!(Registry::link_gateway(by(OWNER), SITE, public(8), 2_000, code), Error::SiteSuspended);
        assert_noop!(register(1, deren_primitives::DeviceRole::Grid), Error::SiteSuspended);
    });
}
