//! Any sequence of calls leaves the invariants whole, and never changes a slot that has begun.

use super::mock::*;
use crate::PointTerms;
use deren_primitives::{DeviceRole, SiteId, Slot, Sources, ZoneId};
use deren_runtime_apis::MarketRegistry;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Wait(u8),
    Settle,
    Zone(u8),
    Edge(u8, u32),
    Fee(u16),
    Site(u8),
    Amend { n: u8, power_w: u32, sources: u8 },
    Unlink(u8),
    Transfer(u8, bool),
    Close(u8),
    Forget(u8),
    Revoke(u8),
    CloseMarket,
    Trade(bool),
    Suspend(u8, bool),
    Device { n: u8, site: u8, role: u8 },
    Remove(u8),
    Rotate(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3u8).prop_map(Step::Wait),
        Just(Step::Settle),
        (0..6u8).prop_map(Step::Zone),
        (0..6u8, 0..60_000u32).prop_map(|(zone, fee)| Step::Edge(zone, fee)),
        (0..11_000u16).prop_map(Step::Fee),
        (0..6u8).prop_map(Step::Site),
        (0..6u8, 0..60_000u32, any::<u8>()).prop_map(|(n, power_w, sources)| Step::Amend { n, power_w, sources }),
        (0..4u8).prop_map(Step::Unlink),
        (0..4u8, any::<bool>()).prop_map(|(site, back)| Step::Transfer(site, back)),
        (0..6u8).prop_map(Step::Close),
        (0..6u8).prop_map(Step::Forget),
        (0..6u8).prop_map(Step::Revoke),
        Just(Step::CloseMarket),
        any::<bool>().prop_map(Step::Trade),
        (0..4u8, any::<bool>()).prop_map(|(site, active)| Step::Suspend(site, active)),
        (0..9u8, 0..3u8, 0..3u8).prop_map(|(n, site, role)| Step::Device { n, site, role }),
        (0..9u8).prop_map(Step::Remove),
        (8..10u8).prop_map(Step::Rotate),
    ]
}

/// Does it as whoever may; whether it succeeds is the registry's affair.
fn take(step: Step) {
    let _ = match step {
        Step::Wait(slots) => {
            Current::mutate(|slot| *slot += u32::from(slots));
            Ok(())
        }
        Step::Settle => {
            Settled::set(Current::get() - 1);
            Ok(())
        }
        Step::Zone(parent) => {
            Registry::create_zone(by(OPERATOR), MARKET, Some((ZoneId(parent.into()), 1, None, Some(5))))
        }
        Step::Edge(zone, fee) => Registry::set_edge(by(OPERATOR), ZoneId(zone.into()), fee, None, None),
        Step::Fee(bp) => Registry::update_market(RuntimeOrigin::root(), MARKET, OPERATOR, 15, bp, MAX_FEE),
        Step::Site(n) => {
            let _ = approve(n, OWNER, 30_000);
            Registry::register_site(by(OWNER), point(n))
        }
        Step::Amend { n, power_w, sources } => {
            let terms = PointTerms { sources: Sources(sources & 0x1f), ..terms(power_w) };
            Registry::amend_point(by(OPERATOR), point(n), terms)
        }
        Step::Unlink(site) => Registry::unlink_gateway(by(OWNER), SiteId(site.into()), gateway(7)),
        Step::Transfer(site, back) => {
            let (from, to) = if back { (OTHER, OWNER) } else { (OWNER, OTHER) };
            let _ = Registry::offer_site(by(from), SiteId(site.into()), Some(to.clone()));
            Registry::accept_site(by(to), SiteId(site.into()))
        }
        Step::Close(site) => Registry::close_site(by(OWNER), SiteId(site.into())),
        Step::Forget(site) => Registry::forget_site(by(OTHER), SiteId(site.into())),
        Step::Revoke(n) => Registry::revoke_point(by(OPERATOR), point(n)),
        Step::CloseMarket => Registry::close_market(RuntimeOrigin::root(), MARKET),
        Step::Trade(true) => Registry::resume_market(RuntimeOrigin::root(), MARKET),
        Step::Trade(false) => Registry::stop_market(RuntimeOrigin::root(), MARKET),
        Step::Suspend(site, true) => Registry::resume_site(by(OPERATOR), SiteId(site.into())),
        Step::Suspend(site, false) => Registry::suspend_site(by(OPERATOR), SiteId(site.into())),
        Step::Device { n, site, role } => {
            let site = SiteId(site.into());
            let code = link_code(7, &OWNER, site, 2_000);
            let _ = Registry::link_gateway(by(OWNER), site, public(7), 2_000, code);
            let roles = DeviceRole::ALL;
            register_at(site, n, roles[usize::from(role)], 12_000)
        }
        Step::Remove(n) => Registry::remove_device(by(OWNER), device(n)),
        Step::Rotate(n) => {
            let epoch = Registry::gateway_key(gateway(7)).map_or(0, |(_, epoch)| epoch);
            let new = if epoch % 2 == 0 { n } else { 7 };
            let code = handover(new, gateway(7), epoch + 1, new);
            let _ = Registry::replace_key(by(OWNER), gateway(7), public(new), code);
            rotate(7, epoch + 1, new)
        }
    };
}

/// All that shapes a slot.
fn shape(slot: Slot) -> String {
    let sites: Vec<_> =
        (0..7).map(SiteId).map(|site| (Registry::site(site, slot), Registry::devices(site, slot))).collect();
    format!("{:?} {:?} {sites:?}", Registry::network(MARKET, slot), Registry::terms(MARKET, slot))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn calls_keep_the_invariants_and_the_present_slot(steps in proptest::collection::vec(step(), 1..60)) {
        new_test_ext().execute_with(|| {
            with_gateway();
            for step in steps {
                let now = Slot(Current::get());
                let unsettled = Slot(Settled::get()).next();
                let before = (shape(now), shape(unsettled));
                take(step.clone());
                // A market that goes takes its zones with it: there is no site in it whose slot they could shape.
                let before = if matches!(step, Step::CloseMarket) { (shape(now), shape(unsettled)) } else { before };
                assert_eq!((shape(now), shape(unsettled)), before, "{step:?} changed a slot that had begun");
                assert_eq!(Registry::check_invariants(), Ok(()), "after {step:?}");
            }
        });
    }
}
