//! Money between purses and EUR, and purses that are frozen.

use super::{kinds::*, table::*};

pub(super) const EVENTS: &[Declaration] = events! {
    Filled => purse_changes { account: Bytes32 = who, change = "filled", amount_ueur: u128 };
    Drawn => purse_changes { account: Bytes32 = who, change = "drawn", amount_ueur: u128 };
    Frozen => purse_changes { account: Bytes32 = who, change = "frozen", amount_ueur = null };
    Thawed => purse_changes { account: Bytes32 = who, change = "thawed", amount_ueur = null };
};
