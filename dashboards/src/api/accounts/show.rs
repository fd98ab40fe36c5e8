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
    /// Free euros, in µ€; null while the node is away, as all that follow.
    pub eur_free_ueur: Option<u128>,
    /// Euros on hold for buy orders, in µ€.
    pub eur_held_ueur: Option<u128>,
    /// Free REN, in its smallest unit.
    pub ren_free: Option<String>,
    /// What could not be delivered and can be claimed, in µ€.
    pub claimable_ueur: Option<u128>,
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
        eur_free_ueur: balances.map(|balances| balances.eur_free_ueur),
        eur_held_ueur: balances.map(|balances| balances.eur_held_ueur),
        ren_free: balances.map(|balances| balances.ren_free.to_string()),
        claimable_ueur: balances.map(|balances| balances.claimable_ueur),
    }))
}
