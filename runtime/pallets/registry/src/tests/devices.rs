//! Devices: roles, replacement, and being forgotten.

use super::mock::{Error, *};
use crate::{Devices, Event, GatewayDevices, SiteDevices};
use deren_primitives::{DeviceRole, ReadingError, SiteId, Slot, ZoneId};
use deren_runtime_apis::{DeviceView, MarketRegistry};
use frame_support::{assert_noop, assert_ok};

/// A producer of which a site has many.
fn small(n: u8) -> sp_runtime::DispatchResult {
    register_at(SITE, n, DeviceRole::Production, 1_000)
}

#[test]
fn a_device_serves_from_the_slot_after_its_registration() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Grid));
        let registered = Event::DeviceRegistered {
            device: device(1),
            site: SITE,
            market: MARKET,
            zone: ZoneId(1),
            gateway: gateway(7),
            role: DeviceRole::Grid,
            source: None,
            rated_power_w: 10_000,
            register_step_mwh: 100,
            from: Slot(101),
        };
        assert_eq!(last_event(), registered);
        assert_eq!(Registry::devices(SITE, Slot(100)), vec![]);
        assert_eq!(Registry::devices(SITE, Slot(101)), vec![(device(1), DeviceRole::Grid)]);
        let view = DeviceView {
            site: SITE,
            market: MARKET,
            role: DeviceRole::Grid,
            rated_power_w: 10_000,
            register_step_mwh: 100,
            from: Slot(101),
            in_service: true,
        };
        assert_eq!(Registry::device(gateway(7), device(1), Slot(101)), Ok(view.clone()));
        // What it measured before continues its chain and does not count.
        let before = DeviceView { in_service: false, ..view };
        assert_eq!(Registry::device(gateway(7), device(1), Slot(100)), Ok(before));
        assert_eq!(Registry::gateway_record(gateway(7)).map(|record| record.devices), Some(vec![device(1)]));
    });
}

#[test]
fn a_reading_is_told_which_device_is_wrong_and_why() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Production));
        let ask = |gateway, device| Registry::device(gateway, device, Slot(101)).map(|_| ());
        assert_eq!(ask(gateway(7), device(2)), Err(ReadingError::UnknownDevice));
        assert_eq!(ask(gateway(8), device(1)), Err(ReadingError::NotThisGatewaysDevice));
        assert_ok!(Registry::remove_device(by(OWNER), device(1)));
        assert_eq!(ask(gateway(7), device(1)), Err(ReadingError::InactiveDevice));
    });
}

#[test]
fn a_second_grid_meter_replaces_the_first_from_the_next_slot() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Grid));
        Current::set(110);
        assert_ok!(register(2, DeviceRole::Grid));
        assert_eq!(Registry::devices(SITE, Slot(110)), vec![(device(1), DeviceRole::Grid)]);
        assert_eq!(Registry::devices(SITE, Slot(111)), vec![(device(2), DeviceRole::Grid)]);
        let removed = Event::DeviceRemoved {
            device: device(1),
            site: SITE,
            role: DeviceRole::Grid,
            until: Slot(111),
            replaced_by: Some(device(2)),
        };
        assert!(System::events().iter().any(|record| record.event == RuntimeEvent::Registry(removed.clone())));
        // The old meter's last slots are still taken.
        assert!(Registry::device(gateway(7), device(1), Slot(110)).is_ok());
        assert!(Registry::device(gateway(7), device(1), Slot(111)).is_err());
        assert_eq!(GatewayDevices::<Test>::get(gateway(7)).into_inner(), vec![device(2)]);
    });
}

#[test]
fn of_two_replacements_in_one_slot_the_last_holds() {
    run(|| {
        with_gateway();
        for n in 1..4 {
            assert_ok!(register(n, DeviceRole::Grid));
        }
        for slot in 95..105 {
            let expected = if slot > 100 { vec![(device(3), DeviceRole::Grid)] } else { vec![] };
            assert_eq!(Registry::devices(SITE, Slot(slot)), expected);
        }
    });
}

#[test]
fn a_site_has_many_producers_and_one_grid_meter() {
    run(|| {
        with_gateway();
        let roles = [DeviceRole::Production, DeviceRole::Grid, DeviceRole::Production, DeviceRole::Storage];
        for (n, role) in (1..).zip(roles) {
            assert_ok!(register(n, role));
        }
        let served: Vec<_> = Registry::devices(SITE, Slot(101)).into_iter().map(|(_, role)| role).collect();
        assert_eq!(served, roles);
    });
}

#[test]
fn what_a_device_is_said_to_be_is_checked() {
    run(|| {
        with_gateway();
        with_site(2);
        let register = |who, site, power, step, n| {
            Registry::register_device(by(who), SiteId(site), device(1), DeviceRole::Grid, None, power, step, gateway(n))
        };
        assert_noop!(register(OWNER, 9, 1, 1, 7), Error::UnknownSite);
        assert_noop!(register(OTHER, 0, 1, 1, 7), Error::NotSiteOwner);
        assert_noop!(register(OWNER, 0, 0, 1, 7), Error::ZeroRatedPower);
        assert_noop!(register(OWNER, 0, 30_001, 1, 7), Error::RatedPowerAbovePoint);
        assert_noop!(register(OWNER, 0, 1, 0, 7), Error::RegisterStepOutOfRange);
        assert_noop!(register(OWNER, 0, 1, 10_001, 7), Error::RegisterStepOutOfRange);
        assert_noop!(register(OWNER, 0, 1, 1, 8), Error::UnknownGateway);
        assert_noop!(register(OWNER, 1, 1, 1, 7), Error::GatewayNotLinked);
        assert_ok!(register(OWNER, 0, 30_000, 10_000, 7));
        assert_noop!(register(OWNER, 0, 1, 1, 7), Error::DeviceAlreadyRegistered);
    });
}

#[test]
fn a_device_is_removed_once_by_its_sites_owner() {
    run(|| {
        with_gateway();
        assert_ok!(register(1, DeviceRole::Storage));
        assert_noop!(Registry::remove_device(by(OTHER), device(1)), Error::NotSiteOwner);
        assert_noop!(Registry::remove_device(by(OWNER), device(2)), Error::UnknownDevice);
        Current::set(105);
        assert_ok!(Registry::remove_device(by(OWNER), device(1)));
        let removed = Event::DeviceRemoved {
            device: device(1),
            site: SITE,
            role: DeviceRole::Storage,
            until: Slot(106),
            replaced_by: None,
        };
        assert_eq!(last_event(), removed);
        assert_noop!(Registry::remove_device(by(OWNER), device(1)), Error::DeviceAlreadyRemoved);
        assert!(Registry::devices(SITE, Slot(106)).is_empty());
    });
}

#[test]
fn a_removed_device_may_serve_again_elsewhere() {
    run(|| {
        with_gateway();
        with_site(2);
        link(7, SiteId(1));
        assert_ok!(register(1, DeviceRole::Production));
        Current::set(105);
        assert_ok!(Registry::remove_device(by(OWNER), device(1)));
        let move_it = || register_at(SiteId(1), 1, DeviceRole::Production, 1);
        assert_noop!(move_it(), Error::SlotsNotSettled);
        Settled::set(105);
        assert_ok!(move_it());
        assert_eq!(Registry::devices(SITE, Slot(105)), vec![(device(1), DeviceRole::Production)]);
        assert_eq!(Registry::devices(SITE, Slot(106)), vec![]);
        assert_eq!(Registry::devices(SiteId(1), Slot(106)), vec![(device(1), DeviceRole::Production)]);
    });
}

#[test]
fn a_device_removed_and_registered_again_in_one_slot_is_listed_once() {
    run(|| {
        with_gateway();
        assert_ok!(register(0, DeviceRole::Production));
        assert_ok!(Registry::remove_device(by(OWNER), device(0)));
        assert_ok!(register(0, DeviceRole::Grid));
        assert_eq!(Registry::devices(SITE, Slot(101)), vec![(device(0), DeviceRole::Grid)]);
        assert_eq!(SiteDevices::<Test>::get(SITE).len(), 1);
        assert_eq!(Registry::check_invariants(), Ok(()));
    });
}

#[test]
fn a_full_site_forgets_devices_whose_slots_are_settled() {
    run(|| {
        with_gateway();
        for n in 0..16 {
            assert_ok!(small(n));
        }
        assert_noop!(small(16), Error::TooManyDevicesAtSite);
        assert_ok!(Registry::remove_device(by(OWNER), device(0)));
        // It served in no slot after 100, but slot 100 is not settled yet.
        assert_noop!(small(16), Error::TooManyDevicesAtSite);
        Settled::set(100);
        assert_ok!(small(16));
        assert!(!Devices::<Test>::contains_key(device(0)));
        assert_eq!(SiteDevices::<Test>::get(SITE).len(), 16);
    });
}

#[test]
fn a_device_that_moved_is_not_forgotten_with_its_old_place() {
    run(|| {
        with_gateway();
        with_site(2);
        link(7, SiteId(1));
        for n in 0..16 {
            assert_ok!(small(n));
        }
        assert_ok!(Registry::remove_device(by(OWNER), device(0)));
        let elsewhere = register_at(SiteId(1), 0, DeviceRole::Grid, 1);
        assert_ok!(elsewhere);
        Settled::set(100);
        assert_ok!(small(16));
        assert!(Devices::<Test>::contains_key(device(0)));
        assert!(Registry::device(gateway(7), device(0), Slot(101)).is_ok());
    });
}

#[test]
fn a_gateway_reads_at_most_as_many_devices_as_configured() {
    run(|| {
        with_gateway();
        with_site(2);
        link(7, SiteId(1));
        for n in 0..16 {
            assert_ok!(small(n));
        }
        let more = |n| register_at(SiteId(1), n, DeviceRole::Production, 1);
        for n in 16..20 {
            assert_ok!(more(n));
        }
        assert_noop!(more(20), Error::TooManyDevicesOfGateway);
    });
}
