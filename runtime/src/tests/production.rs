//! What a chain beyond development must not begin with.

use super::chain::merged;
use crate::{
    AccountId,
    configs::{euro_roles_account, treasury_account},
    genesis::{self, LOCAL},
    units::{EUR, EUR_ASSET, MILLI_REN, REN},
};
use serde_json_no_std::{Value, json};
use sp_io::TestExternalities;

/// One field of a pallet's genesis, and another value for it.
type Change = (&'static str, &'static str, Value);

fn someone(seed: u8) -> AccountId {
    AccountId::new([seed; 32])
}

/// This many validators, with keys that nobody knows.
fn validators(count: u8) -> Value {
    let keys = |seed: u8| crate::SessionKeys {
        babe: sp_core::sr25519::Public::from_raw([seed; 32]).into(),
        grandpa: sp_core::ed25519::Public::from_raw([seed; 32]).into(),
    };
    json!((1..=count).map(|seed| (someone(seed), someone(seed), keys(seed))).collect::<Vec<_>>())
}

/// A chain in earnest: keys of nobody that is well known, and the design's parameters.
fn in_earnest() -> Vec<Change> {
    let money: Vec<_> =
        (1..=4).map(|seed| (someone(seed), 1_000 * REN)).chain([(treasury_account(), MILLI_REN)]).collect();
    vec![
        ("session", "keys", validators(4)),
        ("council", "members", json!([someone(1), someone(2), someone(3)])),
        ("balances", "balances", json!(money)),
        ("assets", "assets", json!([(EUR_ASSET, euro_roles_account(), true, 1)])),
        ("assets", "accounts", json!([])),
        ("onRamp", "onRamp", json!(someone(5))),
        ("onRamp", "dailyCapUeur", json!(100_000 * EUR as u64)),
        ("metering", "development", json!(false)),
        ("metering", "slotSeconds", json!(900)),
        ("metering", "slotEnergySeconds", json!(900)),
        ("metering", "graceSeconds", json!(120)),
        ("metering", "graceBlocks", json!(40)),
        ("metering", "slotsPerEra", json!(96)),
    ]
}

/// Builds the chain in earnest with these changes.
fn build(changes: &[Change]) -> Result<(), String> {
    let patch = genesis::preset(&LOCAL.into()).expect("the preset exists");
    let mut config: Value = serde_json_no_std::from_slice(&merged(&patch)).expect("JSON");
    for (pallet, field, value) in in_earnest().iter().chain(changes) {
        config[*pallet][*field] = value.clone();
    }
    TestExternalities::new_empty().execute_with(|| genesis::build_state(config.to_string().into_bytes()))
}

/// What is said of this change.
fn refused(pallet: &'static str, field: &'static str, value: Value) -> String {
    build(&[(pallet, field, value)]).expect_err(field)
}

/// True if a chain beyond development may begin with a council of so many.
pub(super) fn begins_with_a_council_of(count: u8) -> bool {
    let members: Vec<_> = (1..=count).map(someone).collect();
    build(&[("council", "members", json!(members))]).is_ok()
}

#[test]
fn a_chain_with_keys_of_its_own_builds() {
    assert_eq!(build(&[]), Ok(()));
}

#[test]
fn a_chain_beyond_development_has_no_sudo_key() {
    assert!(refused("sudo", "key", json!(someone(1))).contains("sudo.key"));
}

#[test]
fn a_chain_beyond_development_has_no_well_known_keys() {
    let patch = genesis::preset(&LOCAL.into()).expect("the preset exists");
    let local: Value = serde_json_no_std::from_slice(&merged(&patch)).expect("JSON");
    for (pallet, field, said) in [
        ("session", "keys", "session.keys"),
        ("council", "members", "council.members"),
        ("balances", "balances", "endow another"),
        ("onRamp", "onRamp", "onRamp.onRamp"),
    ] {
        let error = refused(pallet, field, local[pallet][field].clone());
        assert!(error.contains(said), "{field}: {error}");
    }
}

#[test]
fn nobody_decides_alone() {
    for count in 0..3 {
        let members: Vec<_> = (1..=count).map(someone).collect();
        let error = refused("council", "members", json!(members));
        assert!(error.contains("at least 3"), "{error}");
    }
}

#[test]
fn four_validators_are_the_fewest() {
    for count in 1..4 {
        let error = refused("session", "keys", validators(count));
        assert!(error.contains("at least 4"), "{error}");
    }
}

#[test]
fn other_parameters_than_the_designs_are_refused() {
    for (field, wrong) in [
        ("slotSeconds", 300),
        ("slotEnergySeconds", 90_000),
        ("slotsPerEra", 1),
        ("graceSeconds", 119),
        ("graceBlocks", 39),
    ] {
        let error = refused("metering", field, json!(wrong));
        assert!(error.contains(field), "{field}: {error}");
    }
}

#[test]
fn no_key_may_be_over_everybodys_euros() {
    let error = refused("assets", "assets", json!([(EUR_ASSET, someone(5), true, 1)]));
    assert!(error.contains("which has no key"), "{error}");
    let none = [("assets", "assets", json!([])), ("assets", "metadata", json!([]))];
    let error = build(&none).expect_err("no euros");
    assert!(error.contains("which has no key"), "{error}");
}

#[test]
fn somebody_must_be_able_to_issue_euros() {
    assert!(refused("onRamp", "onRamp", json!(null)).contains("names nobody"));
    assert!(refused("onRamp", "dailyCapUeur", json!(0)).contains("set a cap"));
}

#[test]
fn the_treasury_exists_so_that_no_fee_is_burned() {
    let without: Vec<_> = (1..=4).map(|seed| (someone(seed), 1_000 * REN)).collect();
    assert!(refused("balances", "balances", json!(without)).contains("treasury"));
}
