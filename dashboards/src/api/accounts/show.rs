//! `GET accounts/{address}`: sites, markets and money of an account.

use crate::api::handler::{Address, Api, Caller, Path, Result, State, access};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

/// What belongs to an account. Its money is read from the chain's state at the finalised head.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// The account.
    pub address: Address,
    /// The sites that it owns; at most 1 000.
    pub sites: Vec<OwnSiteView>,
    /// The markets that it operates.
    pub operates: Vec<i64>,
    /// All free euros, in µ€; null while the node is away, as all that follow.
    pub eur_free_ueur: Option<u128>,
    /// What of them is outside the purse, in µ€: what can be sent or paid out.
    pub eur_outside_ueur: Option<u128>,
    /// What of them is in the purse, in µ€: it can be drawn.
    pub purse_free_ueur: Option<u128>,
    /// Euros on hold for buy orders, in µ€.
    pub eur_held_ueur: Option<u128>,
    /// Euros deposited for the account's sites, gateways and devices, in µ€.
    pub eur_deposited_ueur: Option<u128>,
    /// Euros received that wait for proof or for a decision, in µ€.
    pub eur_escrow_ueur: Option<u128>,
    /// True if the account's purse is frozen, as a court may order.
    pub purse_frozen: Option<bool>,
    /// Free REN, in its smallest unit.
    pub ren_free: Option<String>,
}

/// A site that the account owns.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct OwnSiteView {
    /// Its number.
    pub id: i64,
    /// What its owner calls it; plain text.
    pub name: Option<String>,
    /// Its market.
    pub market: i64,
    /// Its zone.
    pub zone: i64,
}

/// Sites, markets and money of the account that is logged in.
#[utoipa::path(get, path = "/accounts/{address}", tag = "accounts", security(("session" = [])),
    params(("address" = Address, Path, description = "The account")), responses(
    (status = 200, body = AccountView)))]
pub async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(address): Path<Address>,
) -> Result<axum::Json<AccountView>> {
    access::account(caller, address)?;
    let sites = sqlx::query_as(include_str!("sites.sql")).bind(address.0).fetch_all(api.db()).await?;
    let operates = sqlx::query_scalar(include_str!("operates.sql")).bind(address.0).fetch_all(api.db()).await?;
    let balances = match api.node().balances(api.parameters().await?, address).await {
        Ok(balances) => Some(balances),
        Err(error) => {
            tracing::warn!(%error, "an account is shown without its money");
            None
        }
    };
    Ok(axum::Json(AccountView {
        address,
        sites,
        operates,
        eur_free_ueur: balances.map(|balances| balances.eur_outside_ueur.saturating_add(balances.purse.free_ueur)),
        eur_outside_ueur: balances.map(|balances| balances.eur_outside_ueur),
        purse_free_ueur: balances.map(|balances| balances.purse.free_ueur),
        eur_held_ueur: balances.map(|balances| balances.purse.held_ueur),
        eur_deposited_ueur: balances.map(|balances| balances.purse.deposits_ueur),
        eur_escrow_ueur: balances.map(|balances| balances.purse.escrow_ueur),
        purse_frozen: balances.map(|balances| balances.purse.is_frozen),
        ren_free: balances.map(|balances| balances.ren_free.to_string()),
    }))
}
