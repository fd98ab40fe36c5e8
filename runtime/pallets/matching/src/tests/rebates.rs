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

/// What account 1's purse notes of the era of [`START`], and what is listed beside it.
fn noted() -> (u128, Option<u128>) {
    let of = (MARKET, START / 4);
    (Purse::noted_fee_ueur(&account(1), of), FeesPaid::<Test>::get((of.0, of.1, account(1))))
}

/// Site 1 buys of site 2 in this slot. Gives the protocol fee.
fn bought(slot: u32) -> u128 {
    measure(1, slot, -1_000);
    measure(2, slot, 1_000);
    trade(slot).protocol_fee_ueur
}

#[test]
fn fees_are_noted_in_the_purse_and_a_buyer_is_listed_once_an_era() {
    narrow_edge().execute_with(|| {
        assert_eq!(noted(), (0, None));
        let first = bought(START + 1);
        assert_eq!(noted(), (first, Some(0)));
        let second = bought(START + 2);
        assert_eq!(noted(), (first + second, Some(0)));
        bought(START + 3);
        blocks(3);
        assert_eq!(noted(), (0, None));
    });
}

#[test]
fn fees_for_which_a_purse_has_no_room_are_listed_beside_it() {
    narrow_edge().execute_with(|| {
        let others =
            (50..50 + pallet_deren_purse::types::FEE_NOTES).map(|market| (deren_primitives::MarketId(market), 1));
        let mut page = Purse::page();
        others.clone().for_each(|of| assert!(page.begin_fee(&account(1), of, 7)));
        assert_ok!(page.close());
        let first = bought(START + 1);
        assert_eq!(noted(), (0, Some(first)));
        // Then there is room for what comes.
        let mut page = Purse::page();
        others.for_each(|of| assert_eq!(page.take_fee(&account(1), of), 7));
        assert_ok!(page.close());
        let second = bought(START + 2);
        assert_eq!(noted(), (second, Some(first)));
        let third = bought(START + 3);
        blocks(3);
        let back = world(|world| world.eras[0].3);
        assert_eq!(back, (first + second + third) / 2);
        let rebated = events().into_iter().find_map(|event| match event {
            Event::Rebated { fee_ueur, amount_ueur, .. } => Some((fee_ueur, amount_ueur)),
            _ => None,
        });
        assert_eq!(rebated, Some((first + second + third, back)));
        assert_eq!(noted(), (0, None));
    });
}

#[test]
fn a_purse_with_nothing_but_a_note_is_kept_until_its_era_is_given_back() {
    narrow_edge().execute_with(|| {
        bought(START + 1);
        assert_ok!(Matching::cancel_order(
            RuntimeOrigin::signed(account(1)),
            deren_primitives::SiteId(1),
            deren_primitives::Side::Buy
        ));
        close(START + 2);
        settle_through(START + 2);
        draw_all(&account(1));
        let is_open = || pallet_deren_purse::Purses::<Test>::contains_key(account(1));
        assert!(is_open() && noted().0 > 0);
        close(START + 3);
        settle_through(START + 3);
        blocks(3);
        // What came back is in it.
        draw_all(&account(1));
        assert!(!is_open());
        check();
    });
}
