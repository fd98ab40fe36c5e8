//! What can be frozen or blocked, and that no market stands still for it.

use super::{mock::*, world::*};
use crate::Event;
use deren_primitives::Slot;
use deren_runtime_apis::SettlementProgress;
use frame_support::{assert_ok, storage::with_storage_layer};

/// Site 1 buys 800 Wh of site 2 in each of three slots, of which the first is closed; a page is an entry.
fn ready() -> sp_io::TestExternalities {
    let mut ext = ordered();
    ext.execute_with(|| {
        for slot in START + 1..=START + 3 {
            measure(1, slot, -800);
            measure(2, slot, 800);
        }
        PageSize::set(1);
        PagesPerBlock::set(Some(1));
        close(START + 1);
    });
    ext
}

fn halts() -> usize {
    events().into_iter().filter(|event| matches!(event, Event::SettlementHalted { .. })).count()
}

#[test]
fn a_frozen_pot_stops_no_market() {
    ready().execute_with(|| {
        blocks(2);
        assert_eq!(free(&Matching::pot(MARKET)), 160_000);
        assert_ok!(Assets::freeze(RuntimeOrigin::signed(onramp()), EUR, Matching::pot(MARKET)));
        blocks(40);
        assert_eq!((halts(), Matching::settled_through(MARKET)), (0, Slot(START + 1)));
        // What is due lies in the pot until it can move, and anyone claims it for its owner.
        assert_eq!((Matching::claimable(&account(2)), free(&Matching::pot(MARKET))), (160_000, 160_000));
        let claim = || with_storage_layer(|| Matching::claim(RuntimeOrigin::signed(account(9)), account(2)));
        assert!(claim().is_err());
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, Matching::pot(MARKET)));
        assert_ok!(claim());
        assert_eq!(free(&account(2)), PURSE + 160_000);
        check();
    });
}

#[test]
fn a_pot_that_takes_nothing_stops_no_market() {
    ready().execute_with(|| {
        blocks(2);
        assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, Matching::pot(MARKET)));
        close(START + 2);
        blocks(80);
        assert_eq!(Matching::settled_through(MARKET), Slot(START + 2));
    });
}

#[test]
fn a_claims_account_that_takes_nothing_stops_no_market() {
    ready().execute_with(|| {
        blocks(2);
        let claims = Matching::claims_account();
        // Only an account that is there can be blocked.
        assert_ok!(Assets::mint(RuntimeOrigin::signed(onramp()), EUR, claims.clone(), 1));
        ClaimsGift::set(1);
        for account in [account(2), claims] {
            assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, account));
        }
        blocks(40);
        assert_eq!((halts(), Matching::settled_through(MARKET)), (0, Slot(START + 1)));
        assert_eq!(Matching::claimable(&account(2)), 160_000);
    });
}

#[test]
fn eur_frozen_for_good_stops_no_market() {
    ready().execute_with(|| {
        blocks(1);
        assert_ok!(Assets::freeze_asset(RuntimeOrigin::signed(onramp()), EUR));
        close(START + 3);
        blocks(200);
        assert_eq!(Matching::settled_through(MARKET), Slot(START + 3));
    });
}
