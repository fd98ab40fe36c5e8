//! What became new with a range of blocks, read from their rows.

use crate::api::state::Api;
use serde_json::json;

/// Of more blocks at once (the indexer catches up) only the newest is told: pages ask for the rest when they need it.
const MAX_BLOCKS: u32 = 64;
/// How many things of one kind are told at once.
const MAX_ROWS: i64 = 200;

/// Tells the newest block.
pub async fn publish_head(api: &Api) -> sqlx::Result<()> {
    type Head = (i64, String, Option<i64>, Option<i64>);
    let head: Option<Head> = sqlx::query_as(include_str!("head.sql")).fetch_optional(api.db()).await?;
    if let Some((number, hash, finalized_number, current_slot)) = head {
        let block = json!({
            "number": number, "hash": hash, "finalized_number": finalized_number, "current_slot": current_slot,
        });
        api.hub().publish("block", &block);
    }
    Ok(())
}

/// Tells what is new in blocks `first` to `through`, finalised just now or not yet.
pub async fn publish(api: &Api, first: u32, through: u32, finalized: bool) -> sqlx::Result<()> {
    if through.saturating_sub(first) < MAX_BLOCKS {
        let (first, through) = (i64::from(first), i64::from(through));
        publish_readings(api, first, through).await?;
        publish_slots(api, first, through, finalized).await?;
        publish_orders(api, first, through).await?;
    }
    // Last, so that a page that acts on the block finds everything else already told.
    publish_head(api).await
}

async fn publish_readings(api: &Api, first: i64, through: i64) -> sqlx::Result<()> {
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(include_str!("new_readings.sql"))
        .bind(first)
        .bind(through)
        .bind(MAX_ROWS)
        .fetch_all(api.db())
        .await?;
    for (market, slot, count) in rows {
        api.hub().publish("readings", &json!({"market": market, "slot": slot, "count": count}));
    }
    Ok(())
}

async fn publish_slots(api: &Api, first: i64, through: i64, finalized: bool) -> sqlx::Result<()> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(include_str!("new_slots.sql"))
        .bind(first)
        .bind(through)
        .bind(MAX_ROWS)
        .fetch_all(api.db())
        .await?;
    for (market, slot, state) in rows {
        api.hub().publish("slot", &json!({"market": market, "slot": slot, "state": state, "finalized": finalized}));
    }
    Ok(())
}

async fn publish_orders(api: &Api, first: i64, through: i64) -> sqlx::Result<()> {
    let rows: Vec<i64> = sqlx::query_scalar(
        "SELECT DISTINCT site
         FROM chain.seen_order_versions
         WHERE block_number BETWEEN $1 AND $2
         ORDER BY site
         LIMIT $3",
    )
    .bind(first)
    .bind(through)
    .bind(MAX_ROWS)
    .fetch_all(api.db())
    .await?;
    for site in rows {
        api.hub().publish("orders", &json!({"site": site}));
    }
    Ok(())
}
