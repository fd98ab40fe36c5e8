//! How gateways, sites, points and markets go again.

use super::mock::{Error, *};
use crate::{
    Devices, Event, GatewaySites, Gateways, MarketList, Markets, Nullifiers, Offers, Points, SiteDevices, SiteGateways,
    Sites, Zones,
};
use deren_primitives::{DeviceRole, MarketId, ReadingError, SiteId, Slot, ZoneId};
use deren_runtime_apis::{GatewayControl, MarketRegistry};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

/// Everything before the present slot is settled, and the next slot begins.
fn pass() {
    Settled::set(Current::get());
    Current::mutate(|slot| *slot += 1);
}

#[test]
fn a_gateway_of_two_owners_gets_a_new_key_when_one_lets_it_go() {
    run(|| {
        with_gateway();
        assert_ok!(approve(9, OTHER, 1_000));
        assert_ok!(Registry::register_site(by(OTHER), point(9)));
        let code = link_code(7, &OTHER, SiteId(1), 2_000);
        assert_ok!(Registry::link_gateway(by(OTHER), SiteId(1), public(7), 2_000, code));
        Registry::deactivate(gateway(7));
        let replace = || {
            let code = handover(8, gateway(7), 1, 8);
            Registry::replace_key(by(OWNER), gateway(7), public(8), code).map(|_| ()).map_err(|error| error.error)
        };
        assert_eq!(replace(), Err(Error::NotOwnerOfAllSites.into()));
        assert_noop!(Registry::unlink_gateway(by(OWNER), SiteId(1), gateway(7)), Error::NotSiteOwner);
        assert_ok!(Registry::unlink_gateway(by(OTHER), SiteId(1), gateway(7)));
        assert_eq!(last_event(), Event::GatewayUnlinked { gateway: gateway(7), site: SiteId(1) });
        assert_eq!(replace(), Ok(()));
        assert_noop!(Registry::unlink_gateway(by(OTHER), SiteId(1), gateway(7)), Error::GatewayNotLinked);
    });
}

#[test]
fn a_gateway_is_unlinked_once_its_devices_slots_are_settled_and_forgotten_then() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Grid));
        let unlink = || Registry::unlink_gateway(by(OWNER), SITE, gateway(7));
        assert_noop!(unlink(), Error::GatewayInUse);
        pass();
        assert_ok!(Registry::remove_device(by(OWNER), device(1)));
        assert_noop!(unlink(), Error::GatewayInUse);
        pass();
        assert_ok!(unlink());
        assert!(!Devices::<Test>::contains_key(device(1)) && !SiteDevices::<Test>::contains_key(SITE));
        assert!(!Gateways::<Test>::contains_key(gateway(7)) && !GatewaySites::<Test>::contains_key(gateway(7)));
        assert!(!SiteGateways::<Test>::contains_key(SITE));
        link(7, SITE);
    });
}

#[test]
fn a_gateway_with_another_key_or_a_proof_against_it_does_not_come_back_as_new() {
    run(|| {
        with_gateway();
        assert_ok!(rotate(7, 1, 8));
        assert_ok!(Registry::unlink_gateway(by(OWNER), SITE, gateway(7)));
        let old = link_code(7, &OWNER, SITE, 2_000);
        assert_noop!(Registry::link_gateway(by(OWNER), SITE, public(7), 2_000, old), Error::BadLinkCode);
        link(9, SITE);
        Registry::deactivate(gateway(9));
        assert_ok!(Registry::unlink_gateway(by(OWNER), SITE, gateway(9)));
        let code = link_code(9, &OWNER, SITE, 2_000);
        assert_noop!(Registry::link_gateway(by(OWNER), SITE, public(9), 2_000, code), Error::GatewayInactive);
    });
}

#[test]
fn a_site_is_linked_to_a_few_gateways() {
    run(|| {
        with_market();
        with_site(1);
        (10..18).for_each(|n| link(n, SITE));
        let code = link_code(18, &OWNER, SITE, 2_000);
        assert_noop!(Registry::link_gateway(by(OWNER), SITE, public(18), 2_000, code), Error::TooManyGateways);
    });
}

#[test]
fn a_site_changes_hands_when_both_agree_and_what_was_before_stays_the_former_owners() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Grid));
        Current::set(105);
        assert_noop!(Registry::accept_site(by(OTHER), SITE), Error::SiteNotOffered);
        assert_noop!(Registry::offer_site(by(OTHER), SITE, Some(OTHER)), Error::NotSiteOwner);
        assert_ok!(Registry::offer_site(by(OWNER), SITE, Some(OTHER)));
        assert_ok!(Registry::offer_site(by(OWNER), SITE, None));
        assert_noop!(Registry::accept_site(by(OTHER), SITE), Error::SiteNotOffered);
        assert_ok!(Registry::offer_site(by(OWNER), SITE, Some(OTHER)));
        assert_noop!(Registry::accept_site(by(OPERATOR), SITE), Error::SiteNotOffered);
        assert_ok!(Registry::accept_site(by(OTHER), SITE));
        let transferred =
            Event::SiteTransferred { site: SITE, market: MARKET, former: OWNER, owner: OTHER, from: Slot(106) };
        assert_eq!(last_event(), transferred);
        assert_eq!(Ended::get(), vec![SITE]);
        let owner = |slot| Registry::site(SITE, Slot(slot)).map(|view| view.owner);
        assert_eq!((owner(105), owner(106)), (Some(OWNER), Some(OTHER)));
        // The devices stay, and are the new owner's to remove.
        assert_eq!(Registry::devices(SITE, Slot(106)), vec![(device(1), DeviceRole::Grid)]);
        assert_noop!(Registry::remove_device(by(OWNER), device(1)), Error::NotSiteOwner);
        assert_ok!(Registry::remove_device(by(OTHER), device(1)));
        assert!(!Offers::<Test>::contains_key(SITE));
    });
}

#[test]
fn a_closed_site_frees_its_point_and_is_forgotten_when_it_is_settled() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Grid));
        Current::set(105);
        assert_noop!(Registry::close_site(by(OTHER), SITE), Error::NotSiteOwner);
        assert_noop!(Registry::forget_site(by(OTHER), SITE), Error::SiteNotClosed);
        assert_ok!(Registry::offer_site(by(OWNER), SITE, Some(OTHER)));
        assert_ok!(Registry::close_site(by(OWNER), SITE));
        assert_eq!(last_event(), Event::SiteClosed { site: SITE, market: MARKET, from: Slot(106) });
        assert_eq!(Ended::get(), vec![SITE]);
        assert!(Registry::site(SITE, Slot(105)).is_some() && Registry::site(SITE, Slot(106)).is_none());
        // Its last readings are still taken.
        assert!(Registry::device(gateway(7), device(1), Slot(105)).is_ok());
        assert_eq!(Registry::device(gateway(7), device(1), Slot(106)).err(), Some(ReadingError::InactiveDevice));
        assert_noop!(Registry::close_site(by(OWNER), SITE), Error::SiteClosed);
        assert_noop!(Registry::accept_site(by(OTHER), SITE), Error::SiteClosed);
        assert_noop!(Registry::resume_site(by(OPERATOR), SITE), Error::SiteClosed);
        assert_noop!(register(2, DeviceRole::Grid), Error::SiteClosed);
        assert_noop!(Registry::forget_site(by(OTHER), SITE), Error::SlotsNotSettled);
        // The next site at the same point is another.
        assert_ok!(Registry::register_site(by(OWNER), point(1)));
        assert_eq!(Points::<Test>::get(point(1)).and_then(|point| point.site), Some(SiteId(1)));
        Settled::set(105);
        assert_ok!(Registry::forget_site(by(OTHER), SITE));
        assert!(!Sites::<Test>::contains_key(SITE) && !Devices::<Test>::contains_key(device(1)));
        assert!(!Gateways::<Test>::contains_key(gateway(7)) && !SiteDevices::<Test>::contains_key(SITE));
        assert_eq!(Markets::<Test>::get(MARKET).map(|market| (market.points, market.sites)), Some((1, 1)));
    });
}

#[test]
fn the_administration_can_close_a_site_and_revoke_a_point_that_an_operator_took() {
    run(|| {
        with_market();
        with_site(1);
        assert_noop!(Registry::revoke_point(by(OPERATOR), point(1)), Error::PointTaken);
        assert_ok!(Registry::close_site(RuntimeOrigin::root(), SITE));
        assert_noop!(Registry::revoke_point(by(OTHER), point(1)), Error::NotOperator);
        assert_ok!(Registry::revoke_point(RuntimeOrigin::root(), point(1)));
        assert_eq!(last_event(), Event::PointRevoked { commitment: point(1), market: MARKET });
        assert!(!Nullifiers::<Test>::contains_key(salted(1)));
        // The same connection point again, by who it belongs to.
        assert_ok!(approve(1, OTHER, 1));
        assert_ok!(Registry::revoke_point(by(OPERATOR), point(1)));
        assert_noop!(Registry::revoke_point(by(OPERATOR), point(1)), Error::UnknownPoint);
    });
}

#[test]
fn a_market_goes_when_nothing_is_left_in_it_and_its_id_with_it() {
    run(|| {
        with_market();
        with_site(1);
        for _ in 2..130 {
            assert_ok!(Registry::create_zone(by(OPERATOR), MARKET, Some((ZoneId(0), 1, None, None))));
        }
        let close = || Registry::close_market(RuntimeOrigin::root(), MARKET);
        assert_noop!(Registry::close_market(by(OPERATOR), MARKET), BadOrigin);
        assert_noop!(close(), Error::MarketInUse);
        assert_ok!(Registry::close_site(by(OWNER), SITE));
        assert_ok!(Registry::revoke_point(by(OPERATOR), point(1)));
        assert_noop!(close(), Error::MarketInUse);
        pass();
        assert_ok!(Registry::forget_site(by(OWNER), SITE));
        for left in [66, 2] {
            assert_ok!(close());
            assert_eq!(Zones::<Test>::iter().count(), left);
            assert_eq!(Registry::check_invariants(), Ok(()));
        }
        assert_ok!(close());
        assert_eq!(last_event(), Event::MarketClosed { market: MARKET });
        assert_noop!(close(), Error::UnknownMarket);
        for _ in 0..3 {
            assert_ok!(Registry::create_market(RuntimeOrigin::root(), OPERATOR, 15, 100, MAX_FEE));
        }
        assert_eq!(MarketList::<Test>::get().into_inner(), [1, 2, 3].map(MarketId));
    });
}

#[test]
fn a_stopped_market_trades_nothing_from_the_next_slot_until_it_is_resumed() {
    run(|| {
        with_market();
        Current::set(105);
        assert_noop!(Registry::stop_market(by(OPERATOR), MARKET), BadOrigin);
        assert_noop!(Registry::resume_market(RuntimeOrigin::root(), MARKET), Error::MarketAlreadySo);
        assert_ok!(Registry::stop_market(RuntimeOrigin::root(), MARKET));
        assert_eq!(last_event(), Event::MarketStopped { market: MARKET, from: Slot(106) });
        let trades = |slot| Registry::terms(MARKET, Slot(slot)).is_some();
        assert!(trades(105) && !trades(106));
        Current::set(108);
        assert_ok!(Registry::resume_market(RuntimeOrigin::root(), MARKET));
        assert!(!trades(108) && trades(109));
        assert_eq!(Registry::markets(), vec![MARKET]);
    });
}
