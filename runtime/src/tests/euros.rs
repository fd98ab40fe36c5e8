//! Nobody's key is over everybody's euros: what the calls of assets let anyone do, and what the council.

use super::chain::{account, apply, begin_block, on_preset, run_to};
use crate::{
    Assets, Custody, Notice, OnRamp, Purse, Runtime, RuntimeCall, RuntimeOrigin, System, check_invariants,
    configs::{CouncilCollective, NoticeBlocks, treasury_account},
    genesis::DEV,
    units::{EUR, EUR_ASSET},
};
use deren_primitives::MarketId;
use deren_runtime_apis::Purses as _;
use frame_support::{
    assert_noop, assert_ok,
    traits::{
        Get,
        fungibles::{Inspect, roles::Inspect as _},
    },
};
use pallet_assets::Call;
use pallet_deren_custody::Money;
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, One};
use sp_runtime::{
    DispatchError,
    traits::{Convert, Dispatchable},
};

/// Everything that moves, makes, ends or locks euros that are not the signer's own.
fn calls_over_others() -> Vec<Call<Runtime>> {
    let id = || EUR_ASSET.into();
    let purses = || Purse::account().into();
    let bob = || account(Bob).into();
    vec![
        Call::mint { id: id(), beneficiary: bob(), amount: EUR },
        Call::burn { id: id(), who: bob(), amount: EUR },
        Call::force_transfer { id: id(), source: purses(), dest: bob(), amount: EUR },
        Call::freeze { id: id(), who: purses() },
        Call::thaw { id: id(), who: purses() },
        Call::block { id: id(), who: purses() },
        Call::freeze_asset { id: id() },
        Call::thaw_asset { id: id() },
        Call::transfer_ownership { id: id(), owner: bob() },
        Call::set_team { id: id(), issuer: bob(), admin: bob(), freezer: bob() },
        Call::set_metadata { id: id(), name: vec![], symbol: vec![], decimals: 2 },
        Call::clear_metadata { id: id() },
        Call::start_destroy { id: id() },
        Call::destroy_accounts { id: id() },
        Call::destroy_approvals { id: id() },
        Call::finish_destroy { id: id() },
        Call::set_min_balance { id: id(), min_balance: 1_000 },
        Call::touch { id: id() },
        Call::touch_other { id: id(), who: bob() },
        Call::refund { id: id(), allow_burn: true },
        Call::refund_other { id: id(), who: bob() },
        Call::create { id: 7.into(), admin: bob(), min_balance: 1 },
    ]
}

#[test]
fn the_filter_lets_nobody_touch_others_euros() {
    on_preset(DEV, || {
        begin_block();
        for call in calls_over_others() {
            let named = format!("{call:?}");
            let outcome = apply(Alice, RuntimeCall::Assets(call)).unwrap();
            assert_eq!(outcome, Err(frame_system::Error::<Runtime>::CallFiltered.into()), "{named}");
        }
    });
}

#[test]
fn nothing_gets_around_the_filter() {
    on_preset(DEV, || {
        begin_block();
        let before = Assets::balance(EUR_ASSET, account(Bob));
        for call in calls_over_others() {
            let calls = vec![RuntimeCall::Assets(call)];
            let batch = RuntimeCall::Utility(pallet_utility::Call::batch_all { calls });
            let outcome = apply(Alice, batch).unwrap();
            assert_eq!(outcome, Err(frame_system::Error::<Runtime>::CallFiltered.into()));
        }
        assert_eq!(Assets::balance(EUR_ASSET, account(Bob)), before);
    });
}

#[test]
fn no_key_has_a_role_over_euros() {
    on_preset(DEV, || {
        let roles =
            [Assets::owner(EUR_ASSET), Assets::issuer(EUR_ASSET), Assets::admin(EUR_ASSET), Assets::freezer(EUR_ASSET)];
        for role in roles {
            let role = role.expect("EUR has it");
            let bytes: &[u8] = role.as_ref();
            assert!(bytes.starts_with(b"modldrn/"), "{role:?} is not keyless");
        }
    });
}

#[test]
fn the_account_of_purses_cannot_be_emptied() {
    on_preset(DEV, || {
        begin_block();
        let pot = Purse::account();
        let pay = Call::transfer { id: EUR_ASSET.into(), target: pot.clone().into(), amount: EUR };
        apply(Charlie, RuntimeCall::Assets(pay)).unwrap().unwrap();
        let (id, source, dest) = (EUR_ASSET.into(), pot.clone().into(), account(Alice).into());
        let take = Call::force_transfer { id, source, dest, amount: EUR };
        assert!(apply(Alice, RuntimeCall::Assets(take)).unwrap().is_err());
        assert_eq!(Assets::balance(EUR_ASSET, &pot), EUR);
    });
}

#[test]
fn the_council_alone_cannot_freeze_all_euros() {
    on_preset(DEV, || {
        begin_block();
        let whole = pallet_collective::RawOrigin::<_, CouncilCollective>::Members(4, 4);
        let owner = || treasury_account().into();
        let status = Call::force_asset_status {
            id: EUR_ASSET.into(),
            owner: owner(),
            issuer: owner(),
            admin: owner(),
            freezer: owner(),
            min_balance: 1,
            is_sufficient: true,
            is_frozen: true,
        };
        let refused = RuntimeCall::Assets(status).dispatch(RuntimeOrigin::from(whole));
        assert!(refused.is_err());
        let pay = Call::transfer { id: EUR_ASSET.into(), target: account(Bob).into(), amount: EUR };
        let outcome: Result<(), DispatchError> = apply(Charlie, RuntimeCall::Assets(pay)).unwrap();
        assert_eq!(outcome, Ok(()));
    });
}

#[test]
fn the_on_ramp_issues_and_holders_are_paid_out() {
    on_preset(DEV, || {
        begin_block();
        let before = Assets::total_issuance(EUR_ASSET);
        let issue = pallet_deren_on_ramp::Call::issue { to: account(One), amount_ueur: 5 * EUR };
        apply(Alice, RuntimeCall::OnRamp(issue)).unwrap().unwrap();
        assert_eq!(Assets::balance(EUR_ASSET, account(One)), 5 * EUR);
        let ask = pallet_deren_on_ramp::Call::request_payout { amount_ueur: 2 * EUR, reference: H256::zero() };
        apply(Bob, RuntimeCall::OnRamp(ask)).unwrap().unwrap();
        let paid = pallet_deren_on_ramp::Call::mark_paid { number: 0, proof: H256::zero() };
        assert!(apply(Bob, RuntimeCall::OnRamp(paid.clone())).unwrap().is_err());
        apply(Alice, RuntimeCall::OnRamp(paid)).unwrap().unwrap();
        assert_eq!(Assets::total_issuance(EUR_ASSET), before + 3 * EUR);
        assert_eq!(check_invariants(), Ok(()));
    });
}

#[test]
fn who_has_only_euros_asks_for_them_without_ren() {
    on_preset(DEV, || {
        assert_ok!(OnRamp::issue(RuntimeOrigin::signed(account(Alice)), account(One), 5 * EUR));
        begin_block();
        let ask = pallet_deren_on_ramp::Call::request_payout { amount_ueur: 2 * EUR, reference: H256::zero() };
        apply(One, RuntimeCall::OnRamp(ask)).unwrap().unwrap();
        assert_eq!(Assets::balance(EUR_ASSET, OnRamp::waiting_account()), 2 * EUR);
    });
}

#[test]
fn the_on_ramp_issues_no_more_than_its_cap() {
    on_preset(DEV, || {
        begin_block();
        let cap_ueur = pallet_deren_on_ramp::DailyCap::<Runtime>::get();
        let issue = |amount_ueur| {
            let issue = pallet_deren_on_ramp::Call::issue { to: account(Bob), amount_ueur };
            apply(Alice, RuntimeCall::OnRamp(issue)).unwrap()
        };
        assert_eq!(issue(cap_ueur), Ok(()));
        assert_eq!(issue(1), Err(pallet_deren_on_ramp::Error::<Runtime>::AboveDailyCap.into()));
    });
}

#[test]
fn the_administration_freezes_people_but_no_protocol_account() {
    on_preset(DEV, || {
        begin_block();
        let root = RuntimeOrigin::root;
        assert_ok!(Custody::freeze(root(), account(Bob)));
        let pay = Call::transfer { id: EUR_ASSET.into(), target: account(Charlie).into(), amount: EUR };
        assert!(apply(Bob, RuntimeCall::Assets(pay.clone())).unwrap().is_err());
        assert_ok!(Custody::force_transfer(root(), account(Bob), account(Charlie), EUR));
        assert!(apply(Bob, RuntimeCall::Assets(pay.clone())).unwrap().is_err(), "it stays frozen");
        assert_ok!(Custody::thaw(root(), account(Bob)));
        assert_ok!(apply(Bob, RuntimeCall::Assets(pay)).unwrap());
        let community = pallet_deren_matching::SubAccounts::<crate::configs::PotId>::convert(MarketId(3));
        let keyless = [Purse::account(), community, treasury_account(), OnRamp::waiting_account()];
        for account_id in keyless {
            let refused = pallet_deren_custody::Error::<Runtime>::ProtocolAccount;
            assert_noop!(Custody::freeze(root(), account_id.clone()), refused);
            let refused = pallet_deren_custody::Error::<Runtime>::ProtocolAccount;
            assert_noop!(Custody::force_transfer(root(), account_id, account(Bob), 1), refused);
        }
        assert_eq!(check_invariants(), Ok(()));
    });
}

/// Bob's purse has four euros, and nothing is left outside of it but a µ€.
fn all_in_the_purse() {
    let fill = pallet_deren_purse::Call::fill { amount_ueur: 4 * EUR };
    apply(Bob, RuntimeCall::Purse(fill)).unwrap().unwrap();
    let rest = Assets::balance(EUR_ASSET, account(Bob)) - 1;
    let to_charlie = (EUR_ASSET.into(), account(Charlie).into());
    assert_ok!(Assets::transfer(RuntimeOrigin::signed(account(Bob)), to_charlie.0, to_charlie.1, rest));
}

fn draw(amount_ueur: u128) -> Result<(), DispatchError> {
    apply(Bob, RuntimeCall::Purse(pallet_deren_purse::Call::draw { amount_ueur })).unwrap()
}

#[test]
fn nobody_escapes_a_freeze_through_a_purse() {
    on_preset(DEV, || {
        begin_block();
        all_in_the_purse();
        assert_ok!(Custody::freeze(RuntimeOrigin::root(), account(Bob)));
        assert_eq!(draw(1), Err(pallet_deren_purse::Error::<Runtime>::Frozen.into()));
        assert!(!Purse::can_draw(&account(Bob), 1), "nor does a fee come out of it");
        assert_eq!(check_invariants(), Ok(()));
        assert_ok!(Custody::thaw(RuntimeOrigin::root(), account(Bob)));
        assert_ok!(draw(4 * EUR));
        assert_eq!(Assets::balance(EUR_ASSET, account(Bob)), 4 * EUR + 1);
    });
}

#[test]
fn who_has_no_euros_outside_of_the_purse_is_frozen_all_the_same() {
    on_preset(DEV, || {
        begin_block();
        all_in_the_purse();
        let last = Assets::transfer(RuntimeOrigin::signed(account(Bob)), EUR_ASSET.into(), account(Alice).into(), 1);
        assert_ok!(last);
        assert_ok!(Custody::freeze(RuntimeOrigin::root(), account(Bob)));
        assert_eq!(draw(1), Err(pallet_deren_purse::Error::<Runtime>::Frozen.into()));
    });
}

#[test]
fn a_court_moves_what_is_free_in_a_purse_and_leaves_what_is_deposited() {
    on_preset(DEV, || {
        begin_block();
        all_in_the_purse();
        assert_ok!(Purse::deposit(&account(Bob), EUR));
        assert_ok!(Custody::freeze(RuntimeOrigin::root(), account(Bob)));
        let by_force = |ueur| Custody::force_transfer(RuntimeOrigin::root(), account(Bob), account(Charlie), ueur);
        assert_noop!(by_force(3 * EUR + 2), pallet_deren_purse::Error::<Runtime>::NotFree);
        let before = Assets::balance(EUR_ASSET, account(Charlie));
        assert_ok!(by_force(3 * EUR));
        assert_eq!(Assets::balance(EUR_ASSET, account(Charlie)), before + 3 * EUR);
        assert_eq!((Purse::deposited_ueur(&account(Bob)), Purse::free_ueur(&account(Bob))), (EUR, 1));
        assert_eq!(draw(1), Err(pallet_deren_purse::Error::<Runtime>::Frozen.into()), "it stays frozen");
    });
}

#[test]
fn the_treasury_is_spent_after_a_notice() {
    on_preset(DEV, || {
        begin_block();
        let gift = Call::transfer { id: EUR_ASSET.into(), target: treasury_account().into(), amount: 9 * EUR };
        apply(Charlie, RuntimeCall::Assets(gift)).unwrap().unwrap();
        let before = Assets::balance(EUR_ASSET, account(Bob));
        let spend = pallet_deren_custody::Call::spend { money: Money::Eur, to: account(Bob), amount: 2 * EUR };
        let whole = pallet_collective::RawOrigin::<_, CouncilCollective>::Members(1, 1);
        assert_ok!(Notice::announce(whole.into(), Box::new(spend.into())));
        run_to(System::block_number() + NoticeBlocks::get());
        assert_eq!(Assets::balance(EUR_ASSET, account(Bob)), before + 2 * EUR);
        assert_eq!(check_invariants(), Ok(()));
    });
}
