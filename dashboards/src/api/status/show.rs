//! `GET status`: what a page needs before anything else.

use crate::{
    api::{parameters::Parameters, problem::Result, state::Api},
    markets::Markets,
    settings::{DevelopmentAccount, DevelopmentRole, MarketClock},
};
use axum::extract::State;
use chrono::Utc;
use deren_primitives::Hex;
use serde::Serialize;
use sqlx::FromRow;
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// The chain and how far its rows have come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusView {
    /// What was set at genesis.
    pub chain: ChainView,
    /// The markets whose rows are here, as ranges in order; null: all markets.
    pub markets: Option<Vec<MarketRangeView>>,
    /// The best block, finalised or not.
    pub best: Option<BlockView>,
    /// The newest finalised block.
    pub finalized: Option<FinalizedView>,
    /// The slot that is running now.
    pub current_slot: i64,
    /// How many blocks the finalised rows are behind the best block.
    pub lag_blocks: i64,
    /// All eras up to this agree with the chain's own sums;
    /// null if none was compared or the first differs.
    pub reconciled_through_era: Option<i64>,
    /// What a kWh costs from a supplier, for accounts that did not say, in µ€.
    pub retail_ueur_per_kwh: u32,
    /// Accounts for anyone to try; on a development chain only.
    pub development_accounts: Vec<DevelopmentAccountView>,
}

/// Markets that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarketRangeView {
    /// The first of them.
    pub first: u32,
    /// The last of them.
    pub last: u32,
}

/// What was set at genesis.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainView {
    /// For people.
    pub name: String,
    /// Which chain it is.
    pub genesis_hash: String,
    /// True where well-known keys are allowed.
    pub development: bool,
    /// The prefix of addresses.
    pub ss58_prefix: u16,
    /// A slot's length in real time.
    pub slot_seconds: u32,
    /// The metered time that a slot stands for.
    pub slot_energy_seconds: u32,
    /// Slots of a reward era.
    pub slots_per_era: u32,
    /// The asset that stands for euros.
    pub eur_asset_id: u32,
    /// The node to which pages send transactions.
    pub public_node_url: String,
    /// How the market's time follows the real one; absent where it is the same. On a development chain only.
    pub market_clock: Option<MarketClock>,
}

/// A block.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct BlockView {
    /// Its height.
    pub number: i64,
    /// Its hash.
    pub hash: String,
}

/// A finalised block.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FinalizedView {
    /// Its height.
    pub number: i64,
    /// Its hash.
    pub hash: String,
    /// Its own time; 0 of the genesis block.
    pub at_unix_s: i64,
}

/// An account of a development chain, whose key everyone can derive.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DevelopmentAccountView {
    /// As whom a visitor chooses it.
    pub name: String,
    /// `owner`, `neighbour` or `operator`: which page is its first.
    /// `spare`: its home is for the first newcomer who asks.
    pub role: &'static str,
    /// The path from the well-known phrase, as `//Alice`.
    pub derivation: String,
}

#[derive(FromRow)]
struct Head {
    best_number: Option<i64>,
    best_hash: Option<String>,
    finalized_number: Option<i64>,
    finalized_hash: Option<String>,
    finalized_at_unix_s: Option<i64>,
    reconciled_through_era: Option<i64>,
}

/// The chain, how far its rows have come, and what pages need to begin.
#[utoipa::path(get, path = "/status", tag = "status", responses(
    (status = 200, body = StatusView)))]
pub async fn show(State(api): State<Api>) -> Result<axum::Json<StatusView>> {
    let parameters = api.parameters().await?;
    let head: Head = sqlx::query_as(include_str!("head.sql")).fetch_one(api.db()).await?;
    let finalized = head.finalized_number.zip(head.finalized_hash).map(|(number, hash)| FinalizedView {
        number,
        hash,
        at_unix_s: head.finalized_at_unix_s.unwrap_or_default(),
    });
    let best = head.best_number.zip(head.best_hash).map(|(number, hash)| BlockView { number, hash });
    let lag_blocks =
        best.as_ref().zip(finalized.as_ref()).map_or(0, |(best, finalized)| best.number - finalized.number);
    let settings = api.settings();
    let accounts: &[DevelopmentAccount] = if parameters.development { &settings.development_accounts } else { &[] };
    Ok(axum::Json(StatusView {
        chain: chain(&api, parameters),
        markets: markets(&parameters.markets),
        best,
        finalized,
        current_slot: Utc::now().timestamp() / i64::from(parameters.slot_seconds.get()),
        lag_blocks,
        reconciled_through_era: head.reconciled_through_era,
        retail_ueur_per_kwh: settings.retail_ueur_per_kwh,
        development_accounts: accounts.iter().map(account).collect(),
    }))
}

fn markets(followed: &Markets) -> Option<Vec<MarketRangeView>> {
    let view = |range: &RangeInclusive<u32>| MarketRangeView { first: *range.start(), last: *range.end() };
    followed.ranges().map(|ranges| ranges.iter().map(view).collect())
}

fn chain(api: &Api, parameters: &Parameters) -> ChainView {
    ChainView {
        name: parameters.chain_name.clone(),
        genesis_hash: Hex(parameters.genesis_hash).to_string(),
        development: parameters.development,
        ss58_prefix: parameters.ss58_prefix,
        slot_seconds: parameters.slot_seconds.get(),
        slot_energy_seconds: parameters.slot_energy_seconds,
        slots_per_era: parameters.slots_per_era.get(),
        eur_asset_id: parameters.eur_asset_id,
        public_node_url: api.settings().public_node_url.to_string(),
        market_clock: api.settings().market_clock.filter(|_| parameters.development),
    }
}

fn account(account: &DevelopmentAccount) -> DevelopmentAccountView {
    DevelopmentAccountView {
        name: account.name.clone(),
        role: match account.role {
            DevelopmentRole::Owner => "owner",
            DevelopmentRole::Neighbour => "neighbour",
            DevelopmentRole::Operator => "operator",
            DevelopmentRole::Spare => "spare",
        },
        derivation: account.derivation.clone(),
    }
}
