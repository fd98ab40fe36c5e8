//! The invariants' function finds what must not be. Each test breaks one thing behind the calls' back.

use super::mock::*;
use crate::{Devices, GatewayDevices, GatewaySites, Gateways, Markets, Points, SiteDevices, Sites, Zones, ZonesOf};
use deren_primitives::{DeviceRole, SiteId, ZoneId};
use frame_support::assert_ok;

/// The violation that is found after `spoil`.
fn found(spoil: impl FnOnce()) -> String {
    new_test_ext().execute_with(|| {
        with_gateway();
        for (n, role) in [(1, DeviceRole::Grid), (2, DeviceRole::Production)] {
            assert_ok!(register(n, role));
        }
        assert_eq!(Registry::check_invariants(), Ok(()));
        spoil();
        Registry::check_invariants().expect_err("nothing was found")
    })
}

fn others_name() -> deren_primitives::Timeline<sp_runtime::AccountId32> {
    deren_primitives::Timeline::starting(deren_primitives::Slot(0), OTHER)
}

fn spoil_zone(change: impl FnOnce(&mut crate::ZoneRecord)) {
    Zones::<Test>::mutate(ZoneId(1), |zone| change(zone.as_mut().expect("a zone")));
}

fn spoil_device(n: u8, change: impl FnOnce(&mut crate::DeviceRecord)) {
    Devices::<Test>::mutate(device(n), |record| change(record.as_mut().expect("a device")));
}

#[test]
fn a_broken_tree() {
    assert!(found(|| spoil_zone(|zone| zone.parent = Some(ZoneId(1)))).contains("cycle"));
    assert!(found(|| spoil_zone(|zone| zone.parent = None)).contains("two roots"));
    assert!(found(|| spoil_zone(|zone| zone.depth = 3)).contains("wrong depth"));
    assert!(found(|| spoil_zone(|zone| zone.capacities = Default::default())).contains("edge"));
    assert!(found(|| Zones::<Test>::remove(ZoneId(0))).contains("unknown zone"));
    assert!(found(|| ZonesOf::<Test>::mutate(MARKET, |zones| zones.truncate(1))).contains("list"));
}

#[test]
fn two_grid_meters_in_one_slot() {
    let two = || {
        SiteDevices::<Test>::mutate(SITE, |members| members[1].role = DeviceRole::Grid);
    };
    assert!(found(two).contains("two grid meters"));
}

#[test]
fn a_site_without_its_point() {
    assert!(found(|| Points::<Test>::remove(point(1))).contains("points wrongly"));
    let others = || Sites::<Test>::mutate(SITE, |site| site.as_mut().expect("a site").owner = others_name());
    assert!(found(others).contains("owner"));
    let miscounted = || Markets::<Test>::mutate(MARKET, |market| market.as_mut().expect("a market").points = 7);
    assert!(found(miscounted).contains("points"));
}

#[test]
fn a_device_in_one_list_and_not_in_the_other() {
    assert!(found(|| Devices::<Test>::remove(device(1))).contains("not here"));
    assert!(found(|| SiteDevices::<Test>::remove(SITE)).contains("site's list"));
    assert!(found(|| GatewayDevices::<Test>::remove(gateway(7))).contains("gateway's list"));
    assert!(found(|| spoil_device(1, |record| record.until = Some(record.from))).contains("ends twice"));
    assert!(found(|| spoil_device(1, |record| record.rated_power_w = 1 << 20)).contains("above its point"));
    assert!(found(|| spoil_device(1, |record| record.zone = ZoneId(0))).contains("elsewhere"));
}

#[test]
fn a_gateway_that_is_not_there() {
    assert!(found(|| GatewaySites::<Test>::remove(gateway(7))).contains("not linked"));
    assert!(found(|| Gateways::<Test>::remove(gateway(7))).contains("unknown gateway"));
    let nowhere = || GatewaySites::<Test>::mutate(gateway(7), |sites| sites[0] = SiteId(9));
    assert!(found(nowhere).contains("not linked"));
}
