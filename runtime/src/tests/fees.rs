//! Fees can be paid in EUR, and go to the treasury.

use super::chain::{account, apply, begin_block, on_preset, signed, validate};
use crate::{
    Assets, Balances, Executive, OnRamp, Runtime, RuntimeCall, RuntimeOrigin, check_invariants,
    configs::treasury_account,
    genesis::DEV,
    units::{EUR, EUR_ASSET, MILLI_REN},
};
use frame_support::{assert_ok, traits::fungibles::Inspect};
use sp_keyring::Sr25519Keyring::{Alice, Bob, One};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

fn remark() -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![0; 100] })
}

/// `One` has euros and no REN at all.
fn with_euros_only(test: impl FnOnce()) {
    on_preset(DEV, || {
        assert_ok!(OnRamp::issue(RuntimeOrigin::signed(account(Alice)), account(One), 5 * EUR));
        assert_eq!(Balances::free_balance(account(One)), 0);
        begin_block();
        test();
    });
}

#[test]
fn who_has_only_euros_pays_in_euros() {
    with_euros_only(|| {
        let issued = Assets::total_issuance(EUR_ASSET);
        validate(signed(One, remark(), Some(EUR_ASSET))).expect("the pool takes it");
        Executive::apply_extrinsic(signed(One, remark(), Some(EUR_ASSET))).unwrap().unwrap();
        let fee = 5 * EUR - Assets::balance(EUR_ASSET, account(One));
        assert!((100..EUR / 10).contains(&fee), "{fee} µ€");
        assert_eq!(Assets::balance(EUR_ASSET, treasury_account()), fee);
        assert_eq!(Assets::total_issuance(EUR_ASSET), issued);
        assert_eq!(check_invariants(), Ok(()));
    });
}

#[test]
fn who_has_no_ren_cannot_pay_in_ren() {
    with_euros_only(|| {
        let refused = validate(signed(One, remark(), None));
        assert_eq!(refused, Err(TransactionValidityError::Invalid(InvalidTransaction::Payment)));
    });
}

#[test]
fn fees_in_ren_go_to_the_treasury() {
    on_preset(DEV, || {
        begin_block();
        let (before, issued) = (Balances::free_balance(account(Bob)), Balances::total_issuance());
        apply(Bob, remark()).unwrap().unwrap();
        let fee = before - Balances::free_balance(account(Bob));
        assert!(fee >= MILLI_REN, "{fee}");
        assert_eq!(Balances::free_balance(treasury_account()), MILLI_REN + fee);
        assert_eq!(Balances::total_issuance(), issued);
    });
}

#[test]
fn an_order_costs_less_than_a_cent() {
    on_preset(DEV, || {
        let steps = deren_order();
        let call = RuntimeCall::Matching(steps);
        let length = codec::Encode::encoded_size(&signed(Bob, call.clone(), Some(EUR_ASSET))) as u32;
        let fee = crate::TransactionPayment::query_call_info(call, length).partial_fee;
        let ueur = fee / u128::from(crate::units::INITIAL_REN_PER_UEUR);
        assert!((500..10_000).contains(&ueur), "{ueur} µ€");
    });
}

fn deren_order() -> pallet_deren_matching::Call<Runtime> {
    let step = pallet_deren_matching::PriceStep { limit_ueur_per_kwh: 250_000, cap_wh: 1_000 };
    pallet_deren_matching::Call::place_order {
        site: deren_primitives::SiteId(0),
        side: deren_primitives::Side::Buy,
        steps: vec![step; 8].try_into().expect("eight steps"),
    }
}
