//! Several keys for one account, and keys that may do one kind of thing for another account.

use super::{
    chain::{account, apply, begin_block, events, on_preset},
    fees::fees_ueur,
};
use crate::{
    AccountId, Assets, Runtime, RuntimeCall, RuntimeEvent,
    configs::ProxyType,
    genesis::DEV,
    units::{EUR, EUR_ASSET},
};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, Side, SiteId};
use frame_support::traits::InstanceFilter;
use pallet_multisig::Call as Multisig;
use pallet_proxy::Call as Proxy;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::DispatchResult;

const TYPES: [ProxyType; 4] = [ProxyType::Orders, ProxyType::Gateway, ProxyType::Object, ProxyType::ReadClaims];

fn pay(to: AccountId) -> RuntimeCall {
    pallet_assets::Call::transfer { id: EUR_ASSET.into(), target: to.into(), amount: EUR }.into()
}

fn batch(call: RuntimeCall) -> RuntimeCall {
    pallet_utility::Call::batch_all { calls: vec![call] }.into()
}

/// Calls, each with the only type of proxy besides `Any` that may make it.
fn calls() -> Vec<(RuntimeCall, Option<ProxyType>)> {
    use pallet_deren_matching::Call as Matching;
    use pallet_deren_registry::Call as Registry;
    let (site, side, device, gateway) = (SiteId(0), Side::Buy, DeviceId([1; 32]), GatewayId([2; 32]));
    let register = Registry::register_device {
        site,
        device,
        role: DeviceRole::Grid,
        source: None,
        rated_power_w: 1,
        register_step_mwh: 1,
        gateway,
    };
    let add: RuntimeCall =
        Proxy::add_proxy { delegate: account(Charlie).into(), proxy_type: ProxyType::Any, delay: 0 }.into();
    vec![
        (Matching::place_order { site, side, steps: Default::default() }.into(), Some(ProxyType::Orders)),
        (Matching::cancel_order { site, side }.into(), Some(ProxyType::Orders)),
        (Matching::resume_order { site, side }.into(), Some(ProxyType::Orders)),
        (register.into(), Some(ProxyType::Gateway)),
        (Registry::remove_device { device }.into(), Some(ProxyType::Gateway)),
        (pallet_deren_rewards::Call::claim { owner: account(Bob) }.into(), Some(ProxyType::ReadClaims)),
        (pay(account(Charlie)), None),
        (pallet_deren_purse::Call::fill { amount_ueur: EUR }.into(), None),
        (pallet_deren_purse::Call::draw { amount_ueur: EUR }.into(), None),
        (Registry::register_site { commitment: Default::default() }.into(), None),
        (pallet_deren_on_ramp::Call::request_payout { amount_ueur: EUR, reference: Default::default() }.into(), None),
        (add, None),
    ]
}

#[test]
fn each_type_lets_through_only_its_own() {
    for (call, only) in calls() {
        for kind in TYPES {
            assert_eq!(kind.filter(&call), Some(kind) == only, "{kind:?}: {call:?}");
        }
        assert!(ProxyType::Any.filter(&call));
    }
}

#[test]
fn only_any_contains_the_others() {
    for kind in TYPES {
        assert!(ProxyType::Any.is_superset(&kind) && kind.is_superset(&kind));
        assert!(!kind.is_superset(&ProxyType::Any));
        assert!(TYPES.iter().all(|other| other == &kind || !kind.is_superset(other)));
    }
}

/// Charlie makes this call for Bob, as a proxy of this type. What became of it.
fn by_proxy(kind: ProxyType, call: RuntimeCall) -> DispatchResult {
    let delegate = account(Charlie).into();
    let add = Proxy::add_proxy { delegate, proxy_type: kind, delay: 0 };
    apply(Bob, RuntimeCall::Proxy(add)).unwrap().unwrap();
    let proxy = Proxy::proxy { real: account(Bob).into(), force_proxy_type: None, call: Box::new(call) };
    apply(Charlie, RuntimeCall::Proxy(proxy)).unwrap().unwrap();
    let results = events(|event| match event {
        RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
        _ => None,
    });
    results.into_iter().next_back().expect("it was tried")
}

fn filtered() -> DispatchResult {
    Err(frame_system::Error::<Runtime>::CallFiltered.into())
}

#[test]
fn a_proxy_for_orders_cannot_pay_not_even_in_a_batch() {
    on_preset(DEV, || {
        begin_block();
        let before = Assets::balance(EUR_ASSET, account(Bob));
        assert_eq!(by_proxy(ProxyType::Orders, pay(account(Charlie))), filtered());
        assert_eq!(Assets::balance(EUR_ASSET, account(Bob)), before - fees_ueur(Bob));
    });
    on_preset(DEV, || {
        begin_block();
        let before = Assets::balance(EUR_ASSET, account(Bob));
        assert!(by_proxy(ProxyType::Orders, batch(pay(account(Charlie)))).is_err());
        assert_eq!(Assets::balance(EUR_ASSET, account(Bob)), before - fees_ueur(Bob));
    });
}

#[test]
fn a_proxy_for_all_can_pay() {
    on_preset(DEV, || {
        begin_block();
        let before = Assets::balance(EUR_ASSET, account(Bob));
        assert_eq!(by_proxy(ProxyType::Any, pay(account(Charlie))), Ok(()));
        assert_eq!(Assets::balance(EUR_ASSET, account(Bob)), before - EUR - fees_ueur(Bob));
    });
}

#[test]
fn no_proxy_gets_around_what_nobody_may_do() {
    on_preset(DEV, || {
        begin_block();
        let freeze = pallet_assets::Call::freeze { id: EUR_ASSET.into(), who: account(Alice).into() };
        assert_eq!(by_proxy(ProxyType::Any, freeze.into()), filtered());
    });
}

#[test]
fn no_multisig_gets_around_what_nobody_may_do() {
    on_preset(DEV, || {
        begin_block();
        let mint = pallet_assets::Call::mint { id: EUR_ASSET.into(), beneficiary: account(Bob).into(), amount: EUR };
        let one_of_two =
            Multisig::as_multi_threshold_1 { other_signatories: vec![account(Charlie)], call: Box::new(mint.into()) };
        assert!(apply(Bob, RuntimeCall::Multisig(one_of_two)).unwrap().is_err());
    });
}

#[test]
fn two_keys_move_what_belongs_to_both() {
    on_preset(DEV, || {
        begin_block();
        let mut both = [account(Bob), account(Charlie)];
        both.sort();
        let shared = pallet_multisig::Pallet::<Runtime>::multi_account_id(&both, 2);
        apply(Alice, pay(shared.clone())).unwrap().unwrap();
        let fund = pallet_balances::Call::transfer_keep_alive { dest: shared.clone().into(), value: crate::units::REN };
        apply(Alice, RuntimeCall::Balances(fund)).unwrap().unwrap();
        let before = Assets::balance(EUR_ASSET, account(Alice));
        let max_weight = frame_support::weights::Weight::from_parts(10_000_000_000, 1_000_000);
        let agree = |other, maybe_timepoint| {
            let call = Box::new(pay(account(Alice)));
            RuntimeCall::Multisig(Multisig::as_multi {
                threshold: 2,
                other_signatories: vec![other],
                maybe_timepoint,
                call,
                max_weight,
            })
        };
        apply(Bob, agree(account(Charlie), None)).unwrap().unwrap();
        assert_eq!(Assets::balance(EUR_ASSET, account(Alice)), before);
        let begun = pallet_multisig::Pallet::<Runtime>::timepoint();
        let index = crate::System::extrinsic_index().unwrap_or_default();
        let timepoint = pallet_multisig::Timepoint { index: index - 1, ..begun };
        apply(Charlie, agree(account(Bob), Some(timepoint))).unwrap().unwrap();
        assert_eq!(Assets::balance(EUR_ASSET, account(Alice)), before + EUR);
    });
}
