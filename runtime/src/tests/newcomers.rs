//! Somebody with euros and no REN at all comes onto the chain, sells or buys, and leaves with their deposits.

use super::{
    chain::{account, apply, begin_block, gateway_key, on_preset, signed, signed_with_tip, validate},
    fees::leave_free,
};
use crate::{
    Assets, Balances, Purse, Registry, Runtime, RuntimeCall, System, check_invariants,
    genesis::DEV,
    units::{EUR, EUR_ASSET},
};
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, MarketId, Side, SiteId, Source, Sources, ZoneId, link_message, point_commitment,
};
use deren_runtime_apis::Purses as _;
use frame_support::traits::Get;
use pallet_deren_matching::PriceStep;
use pallet_deren_registry::{Call, PointTerms};
use sp_core::{H256, Pair};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, One, Two};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

const HOME: SiteId = SiteId(0);
const FLAT: SiteId = SiteId(1);

fn point(n: u8) -> H256 {
    H256(point_commitment(MarketId(0), &[n; 32]))
}

fn pay(who: Sr25519Keyring, call: impl Into<RuntimeCall>) {
    apply(who, call).expect("valid").expect("it succeeds");
}

/// A market of Charlie's with a point for each, who got five euros of Bob.
fn approved(test: impl FnOnce()) {
    on_preset(DEV, || {
        begin_block();
        let run = |who, call: RuntimeCall| apply(who, call).expect("valid").expect("it succeeds");
        let (operator, max_fee_ueur_per_kwh) = (account(Charlie), 50_000);
        let market = Call::create_market { operator, privacy_threshold: 1, protocol_fee_bp: 100, max_fee_ueur_per_kwh };
        run(Alice, RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(market.into()) }));
        run(Charlie, Call::create_zone { market: MarketId(0), parent: None }.into());
        for (n, who) in [(1, One), (2, Two)] {
            let (salted, owner) = (H256([n; 32]), account(who));
            let terms = PointTerms::new(10_000, Sources::of(&[Source::Solar]));
            let approve =
                Call::approve_point { zone: ZoneId(0), salted, nullifier: salted, owner: owner.clone(), terms };
            run(Charlie, approve.into());
            let transfer =
                pallet_assets::Call::transfer { id: EUR_ASSET.into(), target: owner.into(), amount: 5 * EUR };
            run(Bob, RuntimeCall::Assets(transfer));
        }
        test();
        assert_eq!(check_invariants(), Ok(()));
    });
}

/// An order of so many steps of a kWh, one like the other.
pub(super) fn order(site: SiteId, side: Side, steps: usize) -> pallet_deren_matching::Call<Runtime> {
    let step = PriceStep { limit_ueur_per_kwh: 200_000, cap_wh: 1_000 };
    pallet_deren_matching::Call::place_order { site, side, steps: vec![step; steps].try_into().expect("at most eight") }
}

fn deposits(who: Sr25519Keyring) -> u128 {
    Purse::deposited_ueur(&account(who))
}

#[test]
fn an_owner_registers_and_sells_without_any_ren() {
    approved(|| {
        let key = gateway_key(1);
        let (gateway, expires_unix_s) = (GatewayId(key.public().0), 4_000_000_000);
        pay(One, Call::register_site { commitment: point(1) });
        let owner: [u8; 32] = account(One).into();
        let code = key.sign(&link_message(&System::block_hash(0).0, &owner, HOME, expires_unix_s)).0;
        pay(One, Call::link_gateway { site: HOME, gateway: gateway.0, expires_unix_s, code });
        for (n, role) in [(1, DeviceRole::Grid), (2, DeviceRole::Production)] {
            let source = (role == DeviceRole::Production).then_some(Source::Solar);
            let (device, rated_power_w, register_step_mwh) = (DeviceId([n; 32]), 8_000, 1_000);
            pay(
                One,
                Call::register_device { site: HOME, device, role, source, rated_power_w, register_step_mwh, gateway },
            );
        }
        pay(One, RuntimeCall::Matching(order(HOME, Side::Sell, 1)));
        assert_eq!(Balances::free_balance(account(One)), 0);
        assert_eq!(deposits(One), EUR * 35 / 100);
        let spent = 5 * EUR - deposits(One) - Assets::balance(EUR_ASSET, account(One));
        assert!(spent < EUR / 10, "{spent} µ€ of fees");
        pay(One, Call::close_site { site: HOME });
        assert!(Registry::check_invariants().is_ok());
    });
}

#[test]
fn a_neighbour_registers_and_buys_without_any_ren() {
    approved(|| {
        pay(One, Call::register_site { commitment: point(1) });
        pay(Two, Call::register_site { commitment: point(2) });
        pay(Two, RuntimeCall::Matching(order(FLAT, Side::Buy, 1)));
        assert_eq!(Balances::free_balance(account(Two)), 0);
        assert_eq!(deposits(Two), EUR / 5);
        // The order's hold, a kWh at its limit in each slot that it is taken for, is beside the deposit.
        let slots: u32 = <crate::Runtime as pallet_deren_matching::Config>::HoldSlots::get();
        let spent = 5 * EUR - deposits(Two) - EUR / 5 * u128::from(slots) - Assets::balance(EUR_ASSET, account(Two));
        assert!(spent < EUR / 20, "{spent} µ€ of fees");
    });
}

#[test]
fn who_has_nothing_free_takes_an_order_back_for_nothing() {
    approved(|| {
        pay(One, Call::register_site { commitment: point(1) });
        pay(Two, Call::register_site { commitment: point(2) });
        pay(Two, RuntimeCall::Matching(order(FLAT, Side::Buy, 1)));
        leave_free(Two, 1);
        let cancel = |site| RuntimeCall::Matching(pallet_deren_matching::Call::cancel_order { site, side: Side::Buy });
        let refused = Err(TransactionValidityError::Invalid(InvalidTransaction::Payment));

        // Nothing else is free: no other call, no other's order, no call inside of another, and no tip is owed.
        assert_eq!(validate(signed(Two, RuntimeCall::Matching(order(FLAT, Side::Buy, 1)))), refused);
        assert_eq!(validate(signed(Two, cancel(HOME))), refused);
        let inside = pallet_utility::Call::batch { calls: vec![cancel(FLAT)] };
        assert_eq!(validate(signed(Two, RuntimeCall::Utility(inside))), refused);
        assert_eq!(validate(signed_with_tip(Two, cancel(FLAT), 1)), refused);

        validate(signed(Two, cancel(FLAT))).expect("the pool takes it");
        let treasury_ueur = Assets::balance(EUR_ASSET, crate::configs::treasury_account());
        pay(Two, cancel(FLAT));
        assert_eq!(Assets::balance(EUR_ASSET, crate::configs::treasury_account()), treasury_ueur);
        // The order had not begun, so all that it held is free.
        let slots: u32 = <crate::Runtime as pallet_deren_matching::Config>::HoldSlots::get();
        assert_eq!(Purse::free_ueur(&account(Two)), EUR / 5 * u128::from(slots));
        leave_free(Two, 1);
        assert_eq!(validate(signed(Two, cancel(FLAT))), refused, "there is nothing to take back");
    });
}

#[test]
fn taking_an_order_back_costs_nothing_and_its_second_time_a_fee() {
    approved(|| {
        pay(One, Call::register_site { commitment: point(1) });
        pay(One, RuntimeCall::Matching(order(HOME, Side::Sell, 1)));
        let free = || Assets::balance(EUR_ASSET, account(One));
        let cancel =
            || RuntimeCall::Matching(pallet_deren_matching::Call::cancel_order { site: HOME, side: Side::Sell });
        let before = free();
        pay(One, cancel());
        assert_eq!(free(), before);
        let again = apply(One, cancel()).expect("valid");
        assert_eq!(again, Err(pallet_deren_matching::Error::<Runtime>::NoOrder.into()));
        assert!(free() < before);
    });
}
