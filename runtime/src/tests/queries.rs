//! What outsiders may ask of the runtime.

use super::chain::on_preset;
use crate::{Block, Runtime, genesis::LOCAL};
use deren_runtime_apis::runtime_decl_for_invariants_api::InvariantsApiV1;
use pallet_deren_metering::Parameters;

pub(super) fn check() -> Result<(), Vec<u8>> {
    <Runtime as InvariantsApiV1<Block>>::check()
}

/// The chain is one in earnest from now on.
pub(super) fn end_development() {
    Parameters::<Runtime>::mutate(|parameters| {
        parameters.as_mut().expect("set at genesis").development = false;
    });
}

#[test]
fn the_invariants_are_checked_for_anyone_on_a_development_chain_alone() {
    on_preset(LOCAL, || {
        assert_eq!(check(), Ok(()));
        end_development();
        let refused = check().expect_err("it would read all of the state");
        assert!(String::from_utf8_lossy(&refused).contains("development chain"));
    });
}
