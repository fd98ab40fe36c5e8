//! Several indexers of one chain, each of its own markets, and one of all.

use super::{
    super::support::rows::{Fresh, all, assert_same, connect, fresh},
    begin, indexed,
    made::Made,
    markets,
};
use deren_dashboards::{
    indexer::shard::{Route, event_tables, route},
    markets::Markets,
};
use std::collections::{BTreeMap, BTreeSet};

/// Three shards that have all markets of the chain.
const SHARDS: [&str; 3] = ["3", "0-2,25", "7-9"];

/// Rows by table, without the one that says which markets these are.
type Rows = BTreeMap<String, Vec<String>>;

async fn rows(database: &Fresh) -> Rows {
    let mut rows = all(database).await;
    rows.remove("parameters");
    rows
}

/// Panics unless the parts are the whole, table by table.
fn assert_together(whole: &Rows, parts: &[Rows]) {
    let events = event_tables();
    for (table, rows) in whole {
        let together: BTreeSet<&String> = parts.iter().flat_map(|part| &part[table]).collect();
        assert_eq!(together, rows.iter().collect(), "the shards' rows of {table} together");
        let name = table.strip_prefix("tail_").unwrap_or(table);
        let is_everyones = !events.contains_key(name) || route(name) == Some(Route::Everyone);
        let sum: usize = parts.iter().map(|part| part[table].len()).sum();
        match name {
            // A gateway and an account may be known in several markets: their rows are in each.
            "gateway_keys" | "readings_refused" | "equivocations" | "rewards_carried" => {
                assert!(sum >= rows.len(), "{table}");
            }
            _ if is_everyones => assert!(parts.iter().all(|part| part[table] == *rows), "{table} is everyone's"),
            _ => assert_eq!(sum, rows.len(), "{table}: no row is in two shards"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_shards_give_the_same_answers_as_one_indexer() {
    for seed in 1..=2 {
        let world = Made::new(seed).world(24, 20);
        let whole = rows(&indexed(&world, &Markets::ALL).await).await;
        let unfilled: Vec<_> = event_tables().into_keys().filter(|table| whole[*table].is_empty()).collect();
        assert!(unfilled.is_empty(), "seed {seed}: no rows of {unfilled:?}");
        let mut parts = Vec::new();
        for followed in SHARDS {
            parts.push(rows(&indexed(&world, &markets(followed)).await).await);
        }
        assert_together(&whole, &parts);
        let others: BTreeSet<&String> = parts[1..].iter().flat_map(|part| &part["gateway_keys"]).collect();
        assert!(whole["gateway_keys"].iter().any(|row| !others.contains(row)), "each has something of its own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_of_every_market_has_what_an_indexer_of_all_has() {
    let world = Made::new(4).world(20, 16);
    let every = indexed(&world, &markets("0-4294967295")).await;
    assert_same(&rows(&indexed(&world, &Markets::ALL).await).await, &rows(&every).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_has_the_same_rows_in_one_step_and_block_by_block() {
    let mut made = Made::new(5);
    let world = made.world(2, 0);
    let followed = markets("3,7");
    let database = fresh().await;
    let mut follower = begin(&world, &database, &followed).await;
    for round in 0..16 {
        follower.step().await.expect("a step");
        let mut world = world.lock().expect("ours");
        made.grow(&mut world, 1 + round % 3, 1);
        // Sometimes the tail is long, and sometimes all is final at once.
        world.finalized = if round % 4 == 0 { world.chain.len() - 1 } else { world.finalized + 1 };
    }
    follower.step().await.expect("a step");
    let clean = indexed(&world, &followed).await;
    assert_same(&all(&clean).await, &all(&database).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_fork_took_back_makes_nothing_known() {
    let mut made = Made::new(6);
    let world = made.world(12, 8);
    let followed = markets("3");
    let database = fresh().await;
    let mut follower = begin(&world, &database, &followed).await;
    follower.step().await.expect("a step");
    for fork in 2..6 {
        {
            // Sites that were registered above the last final block have other numbers, markets and gateways now.
            let mut world = world.lock().expect("ours");
            world.chain.truncate(9);
            let mut other = Made::new(6);
            other.world(8, 0);
            other.shuffle(fork.into());
            other.grow(&mut world, 5 + u32::from(fork), fork);
        }
        follower.step().await.expect("a step");
        let clean = indexed(&world, &followed).await;
        assert_same(&all(&clean).await, &all(&database).await);
    }
    let tail: i64 = sqlx::query_scalar("SELECT count(*) FROM tail_gateway_links")
        .fetch_one(&mut connect(&database).await)
        .await
        .expect("a count");
    assert!(tail > 0, "the tail has something to be wrong in");
}
