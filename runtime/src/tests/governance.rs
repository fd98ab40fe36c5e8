//! Who decides, when, and what nobody may do.

use super::chain::{account, apply, begin_block, events, on_preset, run_to};
use crate::{
    Council, Notice, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System,
    configs::{AdminOrigin, CouncilCollective, NoticeBlocks, UrgentOrigin},
    genesis::{DEV, LOCAL},
    units::{BLOCKS_PER_DAY, EUR_ASSET},
};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    traits::{EnsureOrigin, Get},
};
use pallet_collective::RawOrigin;
use pallet_deren_custody::Money;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};
use sp_runtime::{
    DispatchError, DispatchResult, FixedU128,
    traits::{BlakeTwo256, Dispatchable, Hash},
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

fn council(yes: u32, of: u32) -> RuntimeOrigin {
    RawOrigin::<_, CouncilCollective>::Members(yes, of).into()
}

fn announce(call: impl Into<RuntimeCall>) -> DispatchResult {
    Notice::announce(council(3, 4), Box::new(call.into()))
}

fn market_exists() -> bool {
    pallet_deren_registry::Markets::<Runtime>::contains_key(deren_primitives::MarketId(0))
}

#[test]
fn the_council_administers_only_after_its_notice() {
    on_preset(LOCAL, || {
        assert!(AdminOrigin::ensure_origin(RuntimeOrigin::root()).is_ok());
        for origin in [council(4, 4), council(3, 4), RuntimeOrigin::signed(account(Alice))] {
            assert!(AdminOrigin::ensure_origin(origin).is_err());
        }
    });
}

#[test]
fn two_thirds_of_the_council_decide_what_cannot_wait() {
    on_preset(LOCAL, || {
        assert!(UrgentOrigin::ensure_origin(RuntimeOrigin::root()).is_ok());
        assert!(UrgentOrigin::ensure_origin(council(3, 4)).is_ok());
        assert!(UrgentOrigin::ensure_origin(council(2, 4)).is_err());
        assert!(UrgentOrigin::ensure_origin(RuntimeOrigin::signed(account(Alice))).is_err());
    });
}

#[test]
fn the_council_creates_a_market_after_its_notice() {
    on_preset(LOCAL, || {
        begin_block();
        let call: RuntimeCall = pallet_deren_notice::Call::announce { call: Box::new(create_market()) }.into();
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
        let when = System::block_number() + NoticeBlocks::get();
        run_to(when - 1);
        assert!(!market_exists());
        run_to(when);
        assert!(market_exists());
        let enacted = events(|event| match event {
            RuntimeEvent::Notice(pallet_deren_notice::Event::Enacted { number: 0, result, .. }) => Some(result),
            _ => None,
        });
        assert_eq!(enacted, [Ok(())]);
    });
}

#[test]
fn no_act_of_the_council_is_done_at_once() {
    on_preset(LOCAL, || {
        begin_block();
        let calls: Vec<RuntimeCall> = vec![
            create_market(),
            pallet_asset_rate::Call::update { asset_kind: Box::new(EUR_ASSET), rate: FixedU128::from_u32(1) }.into(),
            pallet_collective::Call::set_members { new_members: vec![], prime: None, old_count: 4 }.into(),
            pallet_deren_registry::Call::authorize_upgrade { code_hash: Default::default() }.into(),
            pallet_deren_on_ramp::Call::set_daily_cap { cap_ueur: 1 }.into(),
            pallet_deren_on_ramp::Call::set_on_ramp { on_ramp: None }.into(),
            pallet_deren_custody::Call::freeze { who: account(Bob) }.into(),
            pallet_deren_custody::Call::spend { money: Money::Eur, to: account(Bob), amount: 1 }.into(),
        ];
        for call in calls {
            let refused = call.clone().dispatch(council(4, 4)).map_err(|failed| failed.error);
            assert_eq!(refused.map(|_| ()), Err(DispatchError::BadOrigin), "{call:?}");
            assert_ok!(announce(call));
        }
    });
}

#[test]
fn the_notice_is_a_week_in_earnest_and_seconds_in_development() {
    on_preset(LOCAL, || {
        assert_eq!(NoticeBlocks::get(), 5);
        pallet_deren_metering::Parameters::<Runtime>::mutate(|parameters| {
            parameters.as_mut().expect("set at genesis").development = false;
        });
        assert_eq!(NoticeBlocks::get(), 7 * BLOCKS_PER_DAY);
    });
}

#[test]
fn nothing_that_passes_every_filter_can_be_announced() {
    on_preset(LOCAL, || {
        begin_block();
        let bob = || account(Bob);
        let euros = pallet_assets::Call::force_asset_status {
            id: EUR_ASSET.into(),
            owner: bob().into(),
            issuer: bob().into(),
            admin: bob().into(),
            freezer: bob().into(),
            min_balance: 1,
            is_sufficient: true,
            is_frozen: true,
        };
        let as_bob: Box<OriginCaller> = Box::new(frame_system::RawOrigin::Signed(bob()).into());
        let remark = || Box::new(frame_system::Call::remark { remark: vec![] }.into());
        let calls: Vec<RuntimeCall> = vec![
            euros.into(),
            pallet_balances::Call::force_set_balance { who: bob().into(), new_free: 1 }.into(),
            pallet_utility::Call::dispatch_as { as_origin: as_bob, call: remark() }.into(),
            frame_system::Call::set_storage { items: vec![] }.into(),
            frame_system::Call::set_code { code: vec![] }.into(),
            pallet_scheduler::Call::cancel { when: 1, index: 0 }.into(),
            pallet_deren_notice::Call::enact { number: 0, call: remark() }.into(),
            pallet_sudo::Call::set_key { new: bob().into() }.into(),
        ];
        for call in calls {
            let batch = pallet_utility::Call::batch_all { calls: vec![call.clone()] };
            for hidden in [call.clone(), batch.into()] {
                assert_noop!(announce(hidden), pallet_deren_notice::Error::<Runtime>::NotAnnounceable);
            }
        }
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
fn nobody_makes_assets_of_their_own() {
    on_preset(DEV, || {
        let admin = account(Bob).into();
        assert_noop!(
            crate::Assets::create(RuntimeOrigin::signed(account(Bob)), 7.into(), admin, 1),
            DispatchError::BadOrigin
        );
    });
}
