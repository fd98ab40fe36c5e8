//! Rent and dust come back to the buyers of an era.

use super::{mock::*, world::*};
use crate::{Event, FeesPaid, Rebates};
use deren_runtime_apis::{PursePage, Purses as _};
use frame_support::assert_ok;
use sp_runtime::AccountId32;

/// Somebody's EUR came into this purse before.
fn give(to: &AccountId32, ueur: u128) {
    let mut page = Purse::page();
    assert_ok!(page.hold(&account(40), ueur));
    assert_ok!(page.pay_held(&account(40), ueur));
    assert_ok!(page.receive(to, ueur));
    assert_ok!(page.close());
}

/// A cheap feeder behind a narrow edge: site 2 sells there, site 1 buys above it.
fn narrow_edge() -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0), below(1, 0, 1_000, Some(300))], &[(1, 0), (2, 1)]);
    world(|world| world.protocol_fee_bp = 1_000);
    ext.execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1_000)]));
        assert_ok!(sell(2, &[(100_000, 1_000)]));
        close(START);
        settle_through(START);
    });
    ext
}

#[test]
fn rent_comes_back_to_the_buyers_of_an_era() {
    narrow_edge().execute_with(|| {
        let (mut paid, mut fees, mut rent) = (0, 0, 0);
        // Slots 100 to 103 are an era.
        for slot in START + 1..=START + 3 {
            measure(1, slot, -1_000);
            measure(2, slot, 1_000);
            let summary = trade(slot);
            paid += summary.paid_ueur;
            fees += summary.protocol_fee_ueur;
            rent += summary.congestion_rent_ueur + summary.dust_ueur;
        }
        blocks(3);
        assert!(rent > fees && fees > 0, "rent {rent}, fees {fees}");
        // Half of the fees came back, and not a µ€ more.
        let spent = PURSE - free(&account(1)) - held(&account(1));
        assert_eq!(spent, paid - fees / 2);
    });
}

#[test]
fn what_rent_and_dust_do_not_cover_stays_paid() {
    narrow_edge().execute_with(|| {
        // Of an era of dust alone, not all fees come back; rewards are told how much did.
        world(|world| world.markets.insert(MARKET, vec![root(0), below(1, 0, 1_000, None)]));
        let (mut paid, mut pot) = (0, 0);
        for slot in START + 1..=START + 3 {
            measure(1, slot, -331);
            measure(2, slot, 331);
            let summary = trade(slot);
            paid += summary.paid_ueur;
            pot += summary.congestion_rent_ueur + summary.dust_ueur;
        }
        blocks(3);
        let (market, era, fees_ueur, rebates_ueur) = world(|world| world.eras[0]);
        assert_eq!((market, era, rebates_ueur), (MARKET, START / 4, pot));
        assert!(pot > 0 && pot < fees_ueur, "{pot} of {fees_ueur}");
        assert_eq!(PURSE - free(&account(1)) - held(&account(1)), paid - pot);
        assert_eq!(free(&community()), 0);
    });
}

#[test]
fn buyers_get_back_pro_rata_page_by_page_and_once() {
    let sites: Vec<(u32, u32)> = (1..=9).map(|site| (site, u32::from(site == 9))).collect();
    new_test_ext(vec![root(0), below(1, 0, 1_000, Some(720))], &sites).execute_with(|| {
        world(|world| world.protocol_fee_bp = 1_000);
        for site in 1..=8 {
            assert_ok!(buy(site, &[(300_000, 1_000)]));
            measure(site, START + 3, -10 * i64::from(site));
        }
        assert_ok!(sell(9, &[(100_000, 1_000)]));
        measure(9, START + 3, 360);
        close(START);
        settle_through(START);
        // Rent of an earlier era.
        give(&community(), 500);
        PagesPerBlock::set(None);
        events();
        trade(START + 3);
        let fees = world(|world| world.eras.last().map(|(.., fees, _)| *fees)).expect("an era");
        blocks(4);
        let mut back = std::collections::BTreeMap::new();
        for event in events() {
            if let Event::Rebated { account, fee_ueur, amount_ueur, .. } = event {
                assert!(amount_ueur <= fee_ueur && fee_ueur <= fees);
                assert_eq!(back.insert(account, amount_ueur), None, "twice");
            }
        }
        assert_eq!(back.len(), 8);
        assert!(back[&account(8)] >= 8 * back[&account(1)]);
        assert_eq!(Rebates::<Test>::iter().count() + FeesPaid::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_blocked_buyer_holds_nothing_up_and_draws_later() {
    narrow_edge().execute_with(|| {
        let mut paid = 0;
        for slot in START + 1..=START + 3 {
            measure(1, slot, -1_000);
            measure(2, slot, 1_000);
            if slot == START + 3 {
                assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, account(1)));
            }
            paid += trade(slot).paid_ueur;
        }
        next_block();
        let back = world(|world| world.eras[0].3);
        assert!(back > 0);
        assert_eq!(free(&account(1)) + held(&account(1)), PURSE - paid + back);
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, account(1)));
        draw_all(&account(1));
        check();
    });
}
