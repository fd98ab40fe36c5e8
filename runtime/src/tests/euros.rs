//! Nobody's key is over everybody's euros: what the calls of assets let anyone do, and what the council.

use super::chain::{account, apply, begin_block, on_preset};
use crate::{
    Assets, Matching, Runtime, RuntimeCall, RuntimeOrigin,
    configs::{CouncilCollective, treasury_account},
    genesis::DEV,
    units::{EUR, EUR_ASSET},
};
use deren_primitives::MarketId;
use frame_support::traits::fungibles::{Inspect as _, roles::Inspect as _};
use pallet_assets::Call;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::{DispatchError, traits::Dispatchable};

/// Everything that moves, makes, ends or locks euros that are not the signer's own.
fn calls_over_others() -> Vec<Call<Runtime>> {
    let id = || EUR_ASSET.into();
    let pot = || Matching::pot(MarketId(0)).into();
    let bob = || account(Bob).into();
    vec![
        Call::mint { id: id(), beneficiary: bob(), amount: EUR },
        Call::burn { id: id(), who: bob(), amount: EUR },
        Call::force_transfer { id: id(), source: pot(), dest: bob(), amount: EUR },
        Call::freeze { id: id(), who: pot() },
        Call::thaw { id: id(), who: pot() },
        Call::block { id: id(), who: pot() },
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
fn the_pot_cannot_be_emptied() {
    on_preset(DEV, || {
        begin_block();
        let pot = Matching::pot(MarketId(0));
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
