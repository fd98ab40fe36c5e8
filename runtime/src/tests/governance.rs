//! Who decides, and what nobody may do.

use super::chain::{account, apply, begin_block, on_preset};
use crate::{
    Council, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System,
    configs::AdminOrigin,
    genesis::{DEV, LOCAL},
    units::EUR_ASSET,
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, traits::EnsureOrigin};
use pallet_collective::RawOrigin;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};
use sp_runtime::{
    DispatchError,
    traits::{BlakeTwo256, Hash},
};

fn create_market() -> RuntimeCall {
    let operator = account(Dave);
    pallet_deren_registry::Call::create_market {
        operator,
        privacy_threshold: 15,
        protocol_fee_bp: 100,
        max_fee_ueur_per_kwh: 50_000,
    }
    .into()
}

#[test]
fn two_thirds_of_the_council_administer() {
    on_preset(LOCAL, || {
        let council =
            |yes, of| RuntimeOrigin::from(RawOrigin::<_, crate::configs::CouncilCollective>::Members(yes, of));
        assert!(AdminOrigin::ensure_origin(RuntimeOrigin::root()).is_ok());
        assert!(AdminOrigin::ensure_origin(council(3, 4)).is_ok());
        assert!(AdminOrigin::ensure_origin(council(2, 4)).is_err());
        assert!(AdminOrigin::ensure_origin(RuntimeOrigin::signed(account(Alice))).is_err());
    });
}

#[test]
fn the_council_creates_a_market() {
    on_preset(LOCAL, || {
        begin_block();
        let call = create_market();
        let length = call.encoded_size() as u32;
        let hash = BlakeTwo256::hash_of(&call);
        let weight = frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&call).call_weight;
        let propose = pallet_collective::Call::propose { threshold: 3, proposal: Box::new(call), length_bound: length };
        apply(Alice, RuntimeCall::Council(propose)).unwrap().unwrap();
        for member in [Alice, Bob, Charlie] {
            let vote = pallet_collective::Call::vote { proposal: hash, index: 0, approve: true };
            apply(member, RuntimeCall::Council(vote)).unwrap().unwrap();
        }
        assert_ok!(Council::close(RuntimeOrigin::signed(account(Bob)), hash, 0, weight.saturating_mul(2), length));
        let done = System::read_events_no_consensus().any(|record| {
            matches!(record.event, RuntimeEvent::Council(pallet_collective::Event::Executed { result: Ok(()), .. }))
        });
        assert!(done);
        assert!(pallet_deren_registry::Markets::<Runtime>::contains_key(deren_primitives::MarketId(0)));
    });
}

#[test]
fn alice_is_sudo_on_dev_alone() {
    for (preset, allowed) in [(DEV, true), (LOCAL, false)] {
        on_preset(preset, || {
            begin_block();
            let sudo = pallet_sudo::Call::sudo { call: Box::new(create_market()) };
            assert_eq!(apply(Alice, RuntimeCall::Sudo(sudo)).unwrap().is_ok(), allowed, "{preset}");
        });
    }
}

#[test]
fn not_even_the_on_ramp_can_freeze_or_end_all_euros() {
    on_preset(DEV, || {
        begin_block();
        let id = EUR_ASSET.into();
        for call in [
            pallet_assets::Call::freeze_asset { id },
            pallet_assets::Call::start_destroy { id },
            pallet_assets::Call::set_min_balance { id, min_balance: 1_000 },
        ] {
            let outcome = apply(Alice, RuntimeCall::Assets(call)).unwrap();
            assert_eq!(outcome, Err(frame_system::Error::<Runtime>::CallFiltered.into()));
        }
    });
}

#[test]
fn nobody_makes_assets_of_their_own() {
    on_preset(DEV, || {
        let admin = account(Bob).into();
        assert_noop!(
            crate::Assets::create(RuntimeOrigin::signed(account(Bob)), 7.into(), admin, 1),
            DispatchError::BadOrigin
        );
    });
}
