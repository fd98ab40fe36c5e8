//! Somebody who moves in when the neighbourhood runs already: what the administration and the operator do for them, the
//! operator on a command line. The rest they do themselves, on the pages.

use super::{
    OPERATOR, People,
    market::{endow, together},
};
use crate::{
    NeighbourhoodError, Result,
    chain::{Account, Wallet},
    dashboards::{Dashboards, PointToApprove},
};
use deren_primitives::ZoneId;
use sp_core::H256;

/// What the pages call them.
pub const NEWCOMER: &str = "Newcomer";
/// Their account's path; on a development chain only.
pub const NEWCOMER_PATH: &str = "//Newcomer";

/// The newcomer's account.
fn newcomer() -> Result<Account> {
    Account::derived(NEWCOMER, NEWCOMER_PATH)
}

/// Takes the newcomer's prepayment and approves their connection point in `zone`. Gives the commitment to it, as the
/// operator hands it to them.
pub async fn expect_newcomer(
    wallet: &Wallet<'_>,
    people: &People,
    dashboards: &Dashboards,
    zone: ZoneId,
    max_power_w: u32,
) -> Result<H256> {
    let newcomer = newcomer()?;
    let prepaid = together(endow(&newcomer).to_vec());
    wallet.send(&people.on_ramp, "taking the newcomer's prepayment", prepaid).await?;
    let point = PointToApprove { zone, owner: newcomer.id(), official_id: "DE00012345678900000009999", max_power_w };
    dashboards.approve_point(wallet.rpc().url(), &format!("//{OPERATOR}"), &point).await
}

/// The error of a neighbourhood without streets.
pub(crate) fn no_street() -> NeighbourhoodError {
    NeighbourhoodError::Configuration("there is no street into which somebody could move".to_owned())
}
