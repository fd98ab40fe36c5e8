//! The first block's state: the two development presets, and what no chain beyond development may begin with.

use crate::{
    AccountId, AssetRate, AssetsConfig, BabeConfig, Balance, BalancesConfig, CouncilConfig, MeteringConfig,
    OnRampConfig, RuntimeGenesisConfig, RuntimeOrigin, SessionConfig, SessionKeys,
    configs::{BABE_EPOCH, euro_roles_account, treasury_account},
    production,
    units::{EUR, EUR_ASSET, EUR_DECIMALS, INITIAL_REN_PER_UEUR, MILLI_REN, REN},
};
use alloc::{vec, vec::Vec};
use frame_support::{build_struct_json_patch, genesis_builder_helper};
use serde_json_no_std::Value;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::FixedU128;

/// One validator and a sudo key, both Alice's; short slots.
pub const DEV: &str = "dev";
/// Four validators, who are the council too, and no sudo; short slots.
pub const LOCAL: &str = "local";

/// What each well-known account has at first.
const DEV_REN: Balance = 1_000_000 * REN;
const DEV_EUR: Balance = 100_000 * EUR;
/// What the on-ramp may issue on a day, which lasts one short slot.
const DEV_DAILY_CAP: Balance = 10_000_000 * EUR;

fn endowed() -> Vec<AccountId> {
    use Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};
    [Alice, Bob, Charlie, Dave, Eve, Ferdie].into_iter().map(|key| key.to_account_id()).collect()
}

fn session_keys(babe: Sr25519Keyring, grandpa: Ed25519Keyring) -> SessionKeys {
    SessionKeys { babe: babe.public().into(), grandpa: grandpa.public().into() }
}

/// A validator's account and the keys that a node takes with the flag of its name.
fn validators() -> [(AccountId, SessionKeys); 4] {
    use Sr25519Keyring::{Alice, Bob, Charlie, Dave};
    [
        (Alice.to_account_id(), session_keys(Alice, Ed25519Keyring::Alice)),
        (Bob.to_account_id(), session_keys(Bob, Ed25519Keyring::Bob)),
        (Charlie.to_account_id(), session_keys(Charlie, Ed25519Keyring::Charlie)),
        (Dave.to_account_id(), session_keys(Dave, Ed25519Keyring::Dave)),
    ]
}

/// Where several validators fork now and then, what was in a block that is left needs another one in time. A gateway
/// sends a batch again that four blocks did not take: after that there is still room in two.
const FORKING_GRACE_BLOCKS: u32 = 8;

fn development(validators: &[(AccountId, SessionKeys)], council: Vec<AccountId>) -> Value {
    let on_ramp = Sr25519Keyring::Alice.to_account_id();
    let mut balances: Vec<_> = endowed().into_iter().map(|account| (account, DEV_REN)).collect();
    // Fees below the least balance could not go to an empty account.
    balances.push((treasury_account(), MILLI_REN));
    build_struct_json_patch!(RuntimeGenesisConfig {
        assets: AssetsConfig {
            assets: vec![(EUR_ASSET, euro_roles_account(), true, 1)],
            metadata: vec![(EUR_ASSET, b"Prepaid euro".to_vec(), b"EUR".to_vec(), EUR_DECIMALS)],
            accounts: endowed().into_iter().map(|account| (EUR_ASSET, account, DEV_EUR)).collect(),
        },
        babe: BabeConfig { epoch_config: BABE_EPOCH },
        balances: BalancesConfig { balances },
        council: CouncilConfig { members: council },
        metering: MeteringConfig {
            slot_seconds: 12,
            slot_energy_seconds: 900,
            grace_seconds: 3,
            grace_blocks: if validators.len() > 1 { FORKING_GRACE_BLOCKS } else { 1 },
            slots_per_era: 1,
            development: true,
        },
        on_ramp: OnRampConfig { on_ramp: Some(on_ramp), daily_cap_ueur: DEV_DAILY_CAP },
        session: SessionConfig {
            keys: validators.iter().map(|(account, keys)| (account.clone(), account.clone(), keys.clone())).collect(),
        },
    })
}

/// The genesis with a key that may do everything, where the runtime has a place for it.
#[cfg(any(feature = "std", feature = "sudo"))]
fn with_sudo(mut patch: Value, key: &AccountId) -> Value {
    if let Value::Object(pallets) = &mut patch {
        pallets.insert("sudo".into(), serde_json_no_std::json!({ "key": key }));
    }
    patch
}

/// This runtime has no place for a key that may do everything.
#[cfg(not(any(feature = "std", feature = "sudo")))]
fn with_sudo(patch: Value, _: &AccountId) -> Value {
    patch
}

/// A chain without a key over everything begins as if there were no place for one.
fn forget_sudo() {
    #[cfg(any(feature = "std", feature = "sudo"))]
    if pallet_sudo::Key::<crate::Runtime>::get().is_none() {
        let prefix = <crate::Sudo as frame_support::traits::PalletInfoAccess>::name_hash();
        let _ = frame_support::storage::unhashed::clear_prefix(&prefix, None, None);
    }
}

/// The presets that exist, under DeREN's names and under those that general tools ask for.
pub fn preset_names() -> Vec<PresetId> {
    [DEV, LOCAL, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET].map(PresetId::from).to_vec()
}

/// A preset as a JSON patch of the default genesis.
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let alice = Sr25519Keyring::Alice.to_account_id();
    let [first, ..] = validators();
    let patch = match id.as_str() {
        DEV | DEV_RUNTIME_PRESET => with_sudo(development(&[first], vec![alice.clone()]), &alice),
        LOCAL | LOCAL_TESTNET_RUNTIME_PRESET => {
            development(&validators(), validators().map(|(account, _)| account).to_vec())
        }
        _ => return None,
    };
    serde_json_no_std::to_vec(&patch).ok()
}

/// A whole genesis as JSON: `preset`, or the default if it is `None`.
pub fn config(preset_id: &Option<PresetId>) -> Option<Vec<u8>> {
    genesis_builder_helper::get_preset::<RuntimeGenesisConfig>(preset_id, preset)
}

/// Writes a genesis into an empty state; refuses one that a chain beyond development must not begin with.
pub fn build_state(json: Vec<u8>) -> sp_genesis_builder::Result {
    genesis_builder_helper::build_state::<RuntimeGenesisConfig>(json)?;
    production::check()?;
    forget_sudo();
    AssetRate::create(
        RuntimeOrigin::root(),
        alloc::boxed::Box::new(EUR_ASSET),
        FixedU128::from_u32(INITIAL_REN_PER_UEUR),
    )
    .map_err(|error| alloc::format!("the rate at which fees are paid in EUR cannot be set: {error:?}"))
}
