//! Fees are taken in EUR if the payer has them free, else in REN, and go to the treasury.

use super::chain::{account, apply, begin_block, events, on_preset, signed, signed_with_tip, validate};
use crate::{
    AssetRate, Assets, Balances, Executive, OnRamp, Purse, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System,
    check_invariants,
    configs::treasury_account,
    genesis::DEV,
    units::{EUR, EUR_ASSET, INITIAL_REN_PER_UEUR, MILLI_REN},
};
use deren_runtime_apis::Purses as _;
use frame_support::{assert_ok, dispatch::GetDispatchInfo, traits::fungibles::Inspect};
use pallet_deren_fees::Event as Fees;
use pallet_transaction_payment::{Event as Payment, OnChargeTransaction};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, One};
use sp_runtime::{
    FixedU128, StateVersion,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

const REN_PER_UEUR: u128 = INITIAL_REN_PER_UEUR as u128;

fn remark() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![0; 100] })
}

fn ueur(who: Sr25519Keyring) -> u128 {
    Assets::balance(EUR_ASSET, account(who))
}

/// What must be there for this call before it is made, in REN.
fn fee_of(who: Sr25519Keyring, call: RuntimeCall) -> u128 {
    let transaction = signed(who, call);
    let length = codec::Encode::encoded_size(&transaction) as u32;
    let info = GetDispatchInfo::get_dispatch_info(&transaction);
    crate::TransactionPayment::compute_fee(length, &info, 0)
}

/// `One` has these euros and no REN at all.
fn with_euros_only(amount_ueur: u128, test: impl FnOnce()) {
    on_preset(DEV, || {
        assert_ok!(OnRamp::issue(RuntimeOrigin::signed(account(Alice)), account(One), amount_ueur));
        assert_eq!(Balances::free_balance(account(One)), 0);
        begin_block();
        test();
        assert_eq!(check_invariants(), Ok(()));
    });
}

/// Fee and tip that were paid in EUR in this block, in µ€.
fn paid_in_euros() -> Vec<(u128, u128)> {
    events(|event| match event {
        RuntimeEvent::Fees(Fees::PaidInEuros { fee_ueur, tip_ueur, .. }) => Some((fee_ueur, tip_ueur)),
        _ => None,
    })
}

/// What fees and tips of this block were in REN, whatever they were paid in.
fn fees_in_ren() -> Vec<(u128, u128)> {
    events(|event| match event {
        RuntimeEvent::TransactionPayment(Payment::TransactionFeePaid { actual_fee, tip, .. }) => {
            Some((actual_fee, tip))
        }
        _ => None,
    })
}

#[test]
fn who_has_only_euros_pays_in_euros() {
    with_euros_only(5 * EUR, || {
        let issued = Assets::total_issuance(EUR_ASSET);
        validate(signed(One, remark())).expect("the pool takes it");
        apply(One, remark()).unwrap().unwrap();
        let fee = 5 * EUR - ueur(One);
        assert!((100..EUR / 10).contains(&fee), "{fee} µ€");
        assert_eq!(Assets::balance(EUR_ASSET, treasury_account()), fee);
        assert_eq!(Assets::total_issuance(EUR_ASSET), issued);
        // Both events of the transaction say the same, each in its currency.
        assert_eq!(paid_in_euros(), [(fee, 0)]);
        let [(ren, 0)] = fees_in_ren()[..] else { panic!("one fee") };
        assert_eq!(ren.div_ceil(REN_PER_UEUR), fee);
    });
}

#[test]
fn who_has_both_pays_in_euros() {
    on_preset(DEV, || {
        begin_block();
        let (ren, before) = (Balances::free_balance(account(Bob)), ueur(Bob));
        apply(Bob, remark()).unwrap().unwrap();
        assert_eq!(Balances::free_balance(account(Bob)), ren);
        assert_eq!(paid_in_euros(), [(before - ueur(Bob), 0)]);
    });
}

#[test]
fn who_has_neither_is_refused() {
    on_preset(DEV, || {
        // An account that is there, with a µ€.
        assert_ok!(OnRamp::issue(RuntimeOrigin::signed(account(Alice)), account(One), 1));
        begin_block();
        let refused = Err(TransactionValidityError::Invalid(InvalidTransaction::Payment));
        assert_eq!(validate(signed(One, remark())), refused);
        assert_eq!(Executive::apply_extrinsic(signed(One, remark())).map(|_| ()), refused.map(|_| ()));
        assert_eq!(ueur(One), 1);
    });
}

#[test]
fn who_has_too_few_euros_pays_in_ren_and_the_treasury_gets_ren() {
    on_preset(DEV, || {
        begin_block();
        // All but a few hundred µ€ are on hold.
        assert_ok!(Purse::deposit(&account(Bob), ueur(Bob) - 300));
        let (before, issued) = (Balances::free_balance(account(Bob)), Balances::total_issuance());
        let treasury_ueur = Assets::balance(EUR_ASSET, treasury_account());
        apply(Bob, remark()).unwrap().unwrap();
        let fee = before - Balances::free_balance(account(Bob));
        assert!(fee >= MILLI_REN, "{fee}");
        assert_eq!((ueur(Bob), Assets::balance(EUR_ASSET, treasury_account())), (300, treasury_ueur));
        assert_eq!(Balances::free_balance(treasury_account()), MILLI_REN + fee);
        assert_eq!(Balances::total_issuance(), issued);
        assert_eq!((paid_in_euros(), fees_in_ren()), (vec![], vec![(fee, 0)]));
    });
}

#[test]
fn a_fee_leaves_the_minimum_balance() {
    let fee = on_preset(DEV, || {
        begin_block();
        fee_of(Bob, remark()).div_ceil(REN_PER_UEUR)
    });
    with_euros_only(fee, || assert!(validate(signed(One, remark())).is_err()));
    with_euros_only(fee + 1, || {
        assert_ok!(validate(signed(One, remark())));
        apply(One, remark()).unwrap().unwrap();
        assert!(ueur(One) >= 1);
        assert!(System::account_exists(&account(One)));
    });
}

#[test]
fn a_fee_never_touches_what_is_on_hold() {
    with_euros_only(5 * EUR, || {
        assert_ok!(Purse::deposit(&account(One), 5 * EUR - 1));
        assert!(validate(signed(One, remark())).is_err());
        assert_ok!(Purse::give_deposit_back(&account(One), 5 * EUR - 1));
    });
}

fn draw(amount_ueur: u128) -> RuntimeCall {
    RuntimeCall::Purse(pallet_deren_purse::Call::draw { amount_ueur })
}

/// `One` has five euros in the purse, nothing outside of it, and no REN at all.
fn with_a_purse_only(test: impl FnOnce()) {
    with_euros_only(5 * EUR + 1, || {
        assert_ok!(Purse::fill(RuntimeOrigin::signed(account(One)), 5 * EUR));
        let to = account(Bob).into();
        assert_ok!(Assets::transfer(RuntimeOrigin::signed(account(One)), EUR_ASSET.into(), to, 1));
        assert_eq!((ueur(One), Balances::free_balance(account(One))), (0, 0));
        test();
    });
}

#[test]
fn who_has_all_in_the_purse_draws_it_and_the_purse_pays_the_fee() {
    with_a_purse_only(|| {
        validate(signed(One, draw(EUR))).expect("the pool takes it");
        apply(One, draw(EUR)).unwrap().unwrap();
        let [(fee, 0)] = paid_in_euros()[..] else { panic!("one fee") };
        // What the fee was taken too high came back outside of the purse, and so did the least that an account has.
        assert_eq!(ueur(One) + Purse::free_ueur(&account(One)), 5 * EUR - fee);
        assert!(ueur(One) > EUR && Assets::balance(EUR_ASSET, treasury_account()) == fee);
    });
}

#[test]
fn a_purse_pays_for_whatever_is_called_and_for_the_whole_of_it() {
    with_a_purse_only(|| {
        apply(One, remark()).unwrap().unwrap();
        let [(fee, 0)] = paid_in_euros()[..] else { panic!("one fee") };
        assert_eq!(ueur(One) + Purse::free_ueur(&account(One)), 5 * EUR - fee);
        // More than is left after the fee is not drawn, and is paid for all the same.
        let before = ueur(One) + Purse::free_ueur(&account(One));
        assert!(apply(One, draw(5 * EUR)).unwrap().is_err());
        assert!(ueur(One) + Purse::free_ueur(&account(One)) < before);
    });
}

#[test]
fn a_purse_is_asked_last() {
    on_preset(DEV, || {
        begin_block();
        assert_ok!(Purse::fill(RuntimeOrigin::signed(account(Bob)), EUR));
        apply(Bob, remark()).unwrap().unwrap();
        assert_eq!(paid_in_euros().len(), 1);
        leave_outside(Bob, 300);
        apply(Bob, remark()).unwrap().unwrap();
        assert_eq!((paid_in_euros().len(), fees_in_ren().len()), (1, 2), "the second is in REN");
        assert_eq!(Purse::free_ueur(&account(Bob)), EUR);
    });
}

#[test]
fn a_frozen_purse_pays_no_fee() {
    with_a_purse_only(|| {
        assert_ok!(Purse::freeze(&account(One)));
        let refused = Err(TransactionValidityError::Invalid(InvalidTransaction::Payment));
        assert_eq!(validate(signed(One, draw(EUR))), refused);
        assert_ok!(Purse::thaw(&account(One)));
    });
}

#[test]
fn asking_whether_a_fee_can_be_paid_changes_nothing() {
    type Charging = <Runtime as pallet_transaction_payment::Config>::OnChargeTransaction;
    on_preset(DEV, || {
        begin_block();
        let state = || (sp_io::storage::root(StateVersion::V1), System::event_count());
        let before = state();
        for who in [account(Bob), account(One), treasury_account()] {
            let info = remark().get_dispatch_info();
            let _ = <Charging as OnChargeTransaction<Runtime>>::can_withdraw_fee(&who, &remark(), &info, MILLI_REN, 0);
        }
        assert_eq!(state(), before);
    });
}

#[test]
fn a_tip_is_paid_in_the_currency_of_the_fee() {
    with_euros_only(5 * EUR, || {
        let tip = 1_234 * REN_PER_UEUR + 1;
        Executive::apply_extrinsic(signed_with_tip(One, remark(), tip)).unwrap().unwrap();
        let paid = 5 * EUR - ueur(One);
        assert_eq!(paid_in_euros(), [(paid, 1_234)]);
        assert_eq!(Assets::balance(EUR_ASSET, treasury_account()), paid);
        assert_eq!(fees_in_ren().iter().map(|(_, tip)| *tip).collect::<Vec<_>>(), [tip]);
    });
}

#[test]
fn any_rate_rounds_against_the_payer() {
    type Charging = <Runtime as pallet_transaction_payment::Config>::OnChargeTransaction;
    with_euros_only(5 * EUR, || {
        for (rate, fee, expected_ueur) in [
            (FixedU128::from_u32(INITIAL_REN_PER_UEUR), 1, 1),
            (FixedU128::from_u32(INITIAL_REN_PER_UEUR), REN_PER_UEUR, 1),
            (FixedU128::from_u32(INITIAL_REN_PER_UEUR), REN_PER_UEUR + 1, 2),
            (FixedU128::from_rational(5, 2), 7, 3),
            (FixedU128::from_rational(5, 2), 8, 4),
            (FixedU128::from_rational(1, 3), 1, 4),
        ] {
            assert_ok!(AssetRate::update(RuntimeOrigin::root(), Box::new(EUR_ASSET), rate));
            let (who, info, before) = (account(One), remark().get_dispatch_info(), ueur(One));
            let paid = <Charging as OnChargeTransaction<Runtime>>::withdraw_fee(&who, &remark(), &info, fee, 0);
            assert!(paid.is_ok());
            assert_eq!(before - ueur(One), expected_ueur, "{fee} at {rate:?}");
            let post = Default::default();
            let paid = paid.expect("just seen");
            assert_ok!(<Charging as OnChargeTransaction<Runtime>>::correct_and_deposit_fee(
                &who, &info, &post, fee, 0, paid
            ));
        }
    });
}

#[test]
fn without_a_rate_fees_are_in_ren() {
    on_preset(DEV, || {
        begin_block();
        assert_ok!(AssetRate::remove(RuntimeOrigin::root(), Box::new(EUR_ASSET)));
        let before = ueur(Bob);
        apply(Bob, remark()).unwrap().unwrap();
        assert_eq!((ueur(Bob), paid_in_euros()), (before, vec![]));
    });
}

#[test]
fn who_is_frozen_pays_in_ren() {
    on_preset(DEV, || {
        begin_block();
        assert_ok!(<crate::configs::PowersOverEuros as pallet_deren_custody::OverEuros<_>>::freeze(&account(Bob)));
        let before = ueur(Bob);
        apply(Bob, remark()).unwrap().unwrap();
        assert_eq!((ueur(Bob), paid_in_euros()), (before, vec![]));
    });
}

#[test]
fn what_was_taken_too_much_comes_back_in_euros() {
    with_euros_only(5 * EUR, || {
        // The fee is that of sixteen calls, and the first fails.
        let transfer =
            |amount| pallet_assets::Call::transfer { id: EUR_ASSET.into(), target: account(Bob).into(), amount };
        let calls = (0..16).map(|n| RuntimeCall::Assets(transfer(if n == 0 { 100 * EUR } else { 1 }))).collect();
        let batch = RuntimeCall::Utility(pallet_utility::Call::batch { calls });
        let most = fee_of(One, batch.clone()).div_ceil(REN_PER_UEUR);
        apply(One, batch).unwrap().unwrap();
        let [(fee, 0)] = paid_in_euros()[..] else { panic!("one fee") };
        assert_eq!(ueur(One), 5 * EUR - fee);
        assert!(fee < most / 2, "{fee} of {most} µ€");
        assert_eq!(Balances::free_balance(account(One)), 0);
    });
}

#[test]
fn an_account_that_its_call_ends_does_not_come_back_for_its_refund() {
    with_euros_only(5 * EUR, || {
        let issued = Assets::total_issuance(EUR_ASSET);
        let dest = account(Charlie).into();
        let all = pallet_assets::Call::transfer_all { id: EUR_ASSET.into(), dest, keep_alive: false };
        apply(One, RuntimeCall::Assets(all)).unwrap().unwrap();
        assert!(!System::account_exists(&account(One)));
        let [(fee, 0)] = paid_in_euros()[..] else { panic!("one fee") };
        assert_eq!(Assets::balance(EUR_ASSET, treasury_account()), fee);
        assert_eq!(Assets::total_issuance(EUR_ASSET), issued);
    });
}

#[test]
fn an_order_costs_less_than_a_cent() {
    on_preset(DEV, || {
        let fee =
            fee_of(Bob, super::newcomers::order(deren_primitives::SiteId(0), deren_primitives::Side::Buy, 8).into());
        let ueur = fee / REN_PER_UEUR;
        assert!((500..10_000).contains(&ueur), "{ueur} µ€");
    });
}

/// What this account paid in EUR for its calls of this block, in µ€.
pub(super) fn fees_ueur(who: Sr25519Keyring) -> u128 {
    let paid = |event| match event {
        RuntimeEvent::Fees(Fees::PaidInEuros { who: payer, fee_ueur, .. }) if payer == account(who) => Some(fee_ueur),
        _ => None,
    };
    events(paid).into_iter().sum()
}

/// Of this account's free euros, in its purse and outside of it, so much is left.
pub(super) fn leave_free(who: Sr25519Keyring, left_ueur: u128) {
    let free_ueur = Purse::free_ueur(&account(who));
    assert!(free_ueur == 0 || Purse::bring(&account(who), free_ueur));
    leave_outside(who, left_ueur);
}

/// Of this account's euros outside of its purse so much is left.
fn leave_outside(who: Sr25519Keyring, left_ueur: u128) {
    let surplus = ueur(who) - left_ueur;
    let (from, target) = (RuntimeOrigin::signed(account(who)), account(Alice).into());
    assert_ok!(Assets::transfer_keep_alive(from, EUR_ASSET.into(), target, surplus));
}
