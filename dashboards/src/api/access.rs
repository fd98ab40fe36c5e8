//! Who may see and do what: a site's owner, its market's operator, an account's own holder.
//!
//! What someone may not see is refused alike whether it exists or not.

use super::{
    address::Address,
    login::session::Caller,
    problem::{Problem, Result},
    state::Api,
};
use sqlx::FromRow;

/// A site with those who may see it.
#[derive(Clone, Debug, FromRow)]
pub struct SiteAccess {
    /// Its number.
    pub site: i64,
    /// Its market.
    pub market: i64,
    /// Its zone.
    pub zone: i64,
    /// Who trades for it.
    pub owner: Address,
    /// Who runs its market.
    pub operator: Address,
    /// The most power that the connection takes.
    pub max_power_w: i64,
    /// False before its first slot and while suspended.
    pub active: bool,
}

const NOT_YOUR_SITE: &str =
    "Only a site's owner and its market's operator can see it. Log in with the owner's account.";
const NOT_YOUR_MARKET: &str = "Only the market's operator can see or do this. Log in with the operator's account.";
const NOT_YOUR_ACCOUNT: &str = "An account's figures are shown to this account only. Log in with it.";
const NOT_YOUR_SITES_NAME: &str = "Only a site's owner can name it. Log in with the owner's account.";

/// The site, if the caller owns it or operates its market; else 403, whether it exists or not.
pub async fn site(api: &Api, caller: Caller, site: u32) -> Result<SiteAccess> {
    let found = find_site(api, site).await?;
    let found = found.filter(|site| site.owner == caller.account || site.operator == caller.account);
    allowed(api, found, NOT_YOUR_SITE).await
}

/// As [`site`], for what only the owner may do.
pub async fn own_site(api: &Api, caller: Caller, site: u32) -> Result<SiteAccess> {
    let found = find_site(api, site).await?;
    allowed(api, found.filter(|site| site.owner == caller.account), NOT_YOUR_SITES_NAME).await
}

/// What was found for the caller, or 403. An indexer of some markets says so: the caller's may be another's.
async fn allowed<T>(api: &Api, found: Option<T>, words: &'static str) -> Result<T> {
    let followed = &api.parameters().await?.markets;
    found.ok_or_else(|| match followed.are_all() {
        true => Problem::forbidden(words),
        false => Problem::forbidden(format!("{words} This indexer follows {} only.", followed.words())),
    })
}

async fn find_site(api: &Api, site: u32) -> Result<Option<SiteAccess>> {
    let current_slot = api.current_slot().await?;
    Ok(sqlx::query_as(include_str!("access_site.sql"))
        .bind(i64::from(site))
        .bind(current_slot)
        .fetch_optional(api.db())
        .await?)
}

/// 403 unless the caller operates this market; the same where there is no such market.
pub async fn operator(api: &Api, caller: Caller, market: u32) -> Result<()> {
    if operates(api, Some(caller), market).await? { Ok(()) } else { Err(Problem::forbidden(NOT_YOUR_MARKET)) }
}

/// As [`operator`], by one of the market's zones.
pub async fn zone_operator(api: &Api, caller: Caller, zone: u32) -> Result<()> {
    let market: Option<i64> = sqlx::query_scalar("SELECT market FROM chain.seen_zones WHERE zone = $1")
        .bind(i64::from(zone))
        .fetch_optional(api.db())
        .await?;
    match market.and_then(|market| u32::try_from(market).ok()) {
        Some(market) => operator(api, caller, market).await,
        None => allowed(api, None, NOT_YOUR_MARKET).await,
    }
}

/// True if someone is logged in who operates this market.
pub async fn operates(api: &Api, caller: Option<Caller>, market: u32) -> Result<bool> {
    let Some(caller) = caller else { return Ok(false) };
    let operator: Option<Address> = sqlx::query_scalar(
        "SELECT operator FROM chain.seen_market_versions
         WHERE market = $1 ORDER BY block_number DESC, event_index DESC LIMIT 1",
    )
    .bind(i64::from(market))
    .fetch_optional(api.db())
    .await?;
    Ok(operator == Some(caller.account))
}

/// 403 unless the caller is this account.
pub fn account(caller: Caller, account: Address) -> Result<()> {
    if caller.account == account { Ok(()) } else { Err(Problem::forbidden(NOT_YOUR_ACCOUNT)) }
}
