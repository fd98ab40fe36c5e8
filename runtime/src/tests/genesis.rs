//! What chains may begin with.

use super::chain::{account, on_preset};
use crate::{
    Assets, Balances, Metering, RuntimeGenesisConfig, Session, check_invariants,
    genesis::{self, DEV, LOCAL},
    units::{EUR, EUR_ASSET, INITIAL_REN_PER_UEUR, REN},
};
use frame_support::traits::fungibles::{Inspect, metadata::Inspect as _, roles::Inspect as _};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};
use sp_runtime::FixedU128;

#[test]
fn presets_have_the_names_that_tools_ask_for() {
    for name in genesis::preset_names() {
        assert!(genesis::preset(&name).is_some(), "{name}");
    }
    assert!(genesis::preset(&"staging".into()).is_none());
}

#[test]
fn dev_has_one_validator_and_a_sudo_key() {
    on_preset(DEV, || {
        assert_eq!(Session::validators(), [account(Alice)]);
        assert_eq!(pallet_sudo::Key::<crate::Runtime>::get(), Some(account(Alice)));
    });
}

#[test]
fn local_has_four_validators_who_are_the_council_and_no_sudo_key() {
    on_preset(LOCAL, || {
        let mut four = [Alice, Bob, Charlie, Dave].map(account);
        four.sort();
        assert_eq!(Session::validators(), four);
        let mut council = pallet_collective::Members::<crate::Runtime, crate::configs::CouncilCollective>::get();
        council.sort();
        assert_eq!(council, four);
        assert_eq!(pallet_sudo::Key::<crate::Runtime>::get(), None);
    });
}

#[test]
fn presets_have_short_slots() {
    for (preset, grace_blocks) in [(DEV, 1), (LOCAL, 8)] {
        on_preset(preset, || {
            let parameters = Metering::parameters();
            assert_eq!((parameters.slot_seconds, parameters.slot_energy_seconds), (12, 900));
            assert_eq!(
                (parameters.grace_seconds, parameters.grace_blocks, parameters.slots_per_era),
                (3, grace_blocks, 1)
            );
            assert!(parameters.development);
        });
    }
}

#[test]
fn everyone_well_known_has_both_kinds_of_money() {
    on_preset(DEV, || {
        for key in [Alice, Bob, Charlie, Dave, Eve, Ferdie] {
            assert!(Balances::free_balance(account(key)) >= 1_000 * REN);
            assert!(Assets::balance(EUR_ASSET, account(key)) >= 1_000 * EUR);
        }
    });
}

#[test]
fn euros_have_six_digits_an_on_ramp_and_nobody_over_them() {
    on_preset(DEV, || {
        assert_eq!(Assets::decimals(EUR_ASSET), 6);
        assert_eq!(Assets::minimum_balance(EUR_ASSET), 1);
        assert_eq!(Assets::issuer(EUR_ASSET), Some(crate::configs::euro_roles_account()));
        assert_eq!(pallet_deren_on_ramp::OnRamp::<crate::Runtime>::get(), Some(account(Alice)));
        let rate = pallet_asset_rate::ConversionRateToNative::<crate::Runtime>::get(EUR_ASSET);
        assert_eq!(rate, Some(FixedU128::from_u32(INITIAL_REN_PER_UEUR)));
    });
}

#[test]
fn invariants_hold_at_first() {
    for preset in [DEV, LOCAL] {
        on_preset(preset, || assert_eq!(check_invariants(), Ok(())));
    }
}

#[test]
fn nonsense_is_refused_in_words() {
    let build = |json: &[u8]| TestExternalities::new_empty().execute_with(|| genesis::build_state(json.to_vec()));
    assert!(build(b"no json").expect_err("not JSON").contains("Invalid JSON"));
    assert!(build(br#"{"unknown": 1}"#).is_err());
    let _: RuntimeGenesisConfig = Default::default();
}
