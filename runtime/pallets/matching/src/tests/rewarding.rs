//! What rewards are told: only what was really paid for, by others.

use super::{mock::*, world::*};
use deren_primitives::{Side, SiteId, ZoneId};
use deren_runtime_apis::SiteView;
use frame_support::assert_ok;

/// Site 31 of account 30.
const SECOND_SITE: u32 = 31;

/// Account 30 has two sites in one zone, account 1 one.
fn two_own_sites(protocol_fee_bp: u16) -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0)], &[(30, 0), (1, 0)]);
    world(|world| {
        world.protocol_fee_bp = protocol_fee_bp;
        let view = SiteView { market: MARKET, zone: ZoneId(0), owner: account(30) };
        world.sites.insert(SiteId(SECOND_SITE), view);
    });
    ext.execute_with(next_block);
    ext
}

/// The second site's owner places an order for it.
fn sell_at_second_site(limit_ueur_per_kwh: u32, cap_wh: u32) {
    let order = steps(&[(limit_ueur_per_kwh, cap_wh)]);
    assert_ok!(Matching::place_order(RuntimeOrigin::signed(account(30)), SiteId(SECOND_SITE), Side::Sell, order));
}

/// What rewards were told of in all, in Wh.
fn rewarded_wh() -> u64 {
    world(|world| world.rewarded.iter().map(|(_, base)| base.rewarded_wh).sum())
}

#[test]
fn selling_to_oneself_at_price_zero_is_not_rewarded() {
    two_own_sites(100).execute_with(|| {
        leave_free(&account(30), 0);
        sell_at_second_site(0, 4_000_000_000);
        assert_ok!(buy(30, &[(0, 4_000_000_000)]));
        measure(SECOND_SITE, START + 1, 4_000_000_000);
        measure(30, START + 1, -4_000_000_000);
        close(START);
        settle_through(START);
        let summary = trade(START + 1);
        assert_eq!((summary.bought_wh, summary.paid_ueur), (4_000_000_000, 0));
        assert_eq!(rewarded_wh(), 0);
    });
}

#[test]
fn selling_to_oneself_for_money_is_not_rewarded() {
    two_own_sites(100).execute_with(|| {
        sell_at_second_site(100_000, 1_000);
        assert_ok!(buy(30, &[(300_000, 1_000)]));
        measure(SECOND_SITE, START + 1, 1_000);
        measure(30, START + 1, -1_000);
        close(START);
        settle_through(START);
        let summary = trade(START + 1);
        assert!(summary.bought_wh == 1_000 && summary.protocol_fee_ueur > 0);
        assert_eq!(rewarded_wh(), 0);
    });
}

#[test]
fn a_sale_without_a_protocol_fee_is_not_rewarded() {
    two_own_sites(0).execute_with(|| {
        sell_at_second_site(100_000, 1_000);
        assert_ok!(buy(1, &[(300_000, 1_000)]));
        measure(SECOND_SITE, START + 1, 1_000);
        measure(1, START + 1, -1_000);
        close(START);
        settle_through(START);
        let summary = trade(START + 1);
        assert_eq!((summary.bought_wh, summary.protocol_fee_ueur), (1_000, 0));
        assert_eq!(rewarded_wh(), 0);
    });
}
