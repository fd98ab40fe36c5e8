//! Payments that cannot be delivered.

use super::{mock::*, world::*};
use crate::{Error, Event};
use deren_primitives::Slot;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::AccountId32;

/// Sites 2 and 3 sell to site 1; account 2 is blocked.
fn with_a_blocked_seller() -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0)], &[(1, 0), (2, 0), (3, 0)]);
    ext.execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        assert_ok!(sell(3, &[(100_000, 1000)]));
        close(START);
        for slot in [START + 1, START + 2] {
            measure(1, slot, -800);
            measure(2, slot, 400);
            measure(3, slot, 400);
        }
        assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, account(2)));
    });
    ext
}

/// A stranger claims for this account.
fn claim(who: u8) -> frame_support::pallet_prelude::DispatchResult {
    claim_for(account(who))
}

fn claim_for(owner: AccountId32) -> frame_support::pallet_prelude::DispatchResult {
    frame_support::storage::with_storage_layer(|| Matching::claim(RuntimeOrigin::signed(account(9)), owner))
}

#[test]
fn what_cannot_be_delivered_can_be_claimed_and_holds_nobody_up() {
    with_a_blocked_seller().execute_with(|| {
        let summary = trade(START + 1);
        assert_eq!(free(&account(3)), PURSE + summary.received_ueur / 2);
        assert_eq!(free(&account(2)), PURSE);
        let half = summary.received_ueur / 2;
        assert_eq!(Matching::claimable(&account(2)), half);
        assert!(events().contains(&Event::Undelivered {
            market: MARKET,
            slot: Slot(START + 1),
            account: account(2),
            amount_ueur: half
        }));
        // A second slot adds to it.
        trade(START + 2);
        assert_eq!(Matching::claimable(&account(2)), 2 * half);
    });
}

#[test]
fn a_claim_pays_once_and_only_when_it_can_be_delivered() {
    with_a_blocked_seller().execute_with(|| {
        trade(START + 1);
        let claimable = Matching::claimable(&account(2));
        assert!(claim(2).is_err());
        assert_eq!(Matching::claimable(&account(2)), claimable);
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, account(2)));
        assert_ok!(claim(2));
        assert_eq!(free(&account(2)), PURSE + claimable);
        assert_noop!(claim(2), Error::<Test>::NothingToClaim);
        assert_noop!(claim(3), Error::<Test>::NothingToClaim);
        check();
    });
}

#[test]
fn a_blocked_treasury_or_operator_holds_nobody_up() {
    new_test_ext(vec![root(0), below(1, 0, 10_000, None)], &[(1, 0), (2, 1)]).execute_with(|| {
        world(|world| world.protocol_fee_bp = 100);
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        for number in [200, 210] {
            assert_ok!(Assets::mint(RuntimeOrigin::signed(onramp()), EUR, account(number), 1));
            assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, account(number)));
        }
        close(START);
        measure(1, START + 1, -800);
        measure(2, START + 1, 800);
        let summary = trade(START + 1);
        assert_eq!(Matching::claimable(&Treasury::get()), summary.protocol_fee_ueur);
        assert_eq!(Matching::claimable(&account(210)), summary.network_fees_ueur);
        assert_eq!(free(&account(2)), PURSE + summary.received_ueur);
    });
}

#[test]
fn anyone_claims_for_accounts_without_a_key() {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        world(|world| world.protocol_fee_bp = 100);
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        let treasury = Treasury::get();
        assert_ok!(Assets::mint(RuntimeOrigin::signed(onramp()), EUR, treasury.clone(), 1));
        assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, treasury.clone()));
        close(START);
        measure(1, START + 1, -800);
        measure(2, START + 1, 800);
        let fee = trade(START + 1).protocol_fee_ueur;
        assert!(fee > 0 && claim_for(treasury.clone()).is_err());
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, treasury.clone()));
        assert_ok!(claim_for(treasury.clone()));
        assert_eq!(free(&treasury), fee + 1);
        check();
    });
}

#[test]
fn a_seller_without_an_account_gets_one() {
    new_test_ext(vec![root(0)], &[(1, 0), (50, 0)]).execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(50, &[(100_000, 1000)]));
        close(START);
        measure(1, START + 1, -800);
        measure(50, START + 1, 800);
        let summary = trade(START + 1);
        assert_eq!(free(&account(50)), summary.received_ueur);
    });
}

#[test]
fn an_indexer_counts_every_payment_once() {
    with_a_blocked_seller().execute_with(|| {
        let summary = trade(START + 1);
        let (mut paid, mut received) = (0, 0);
        for event in events() {
            if let Event::FillSettled { step, amount_ueur, .. } = event {
                match step.side() {
                    deren_primitives::Side::Buy => paid += amount_ueur,
                    deren_primitives::Side::Sell => received += amount_ueur,
                }
            }
        }
        assert_eq!((paid, received), (summary.paid_ueur, summary.received_ueur));
    });
}
