//! Indexers of some markets: together they have what one of all has, however each came to it.

mod behind;
mod changes;
mod commands;
mod made;
mod pruned;
mod snapshots;
mod together;

use super::support::{
    rows::{Fresh, connect, fresh},
    world::{Shown, World},
};
use deren_dashboards::{
    indexer::{Follower, IndexerMetrics},
    markets::Markets,
};
use sqlx::postgres::PgConnectOptions;
use std::sync::{Arc, Mutex};

fn markets(text: &str) -> Markets {
    text.parse().expect("markets")
}

/// An indexer of these markets, where the database stands.
async fn begin(world: &Arc<Mutex<World>>, database: &PgConnectOptions, followed: &Markets) -> Follower<Shown> {
    let (connection, metrics) = (connect(database).await, IndexerMetrics::default());
    Follower::begin_shard(Shown::new(world), connection, metrics, followed.clone()).await.expect("begun")
}

/// A database with all that these markets have now, indexed at once.
async fn indexed(world: &Arc<Mutex<World>>, followed: &Markets) -> Fresh {
    let database = fresh().await;
    begin(world, &database, followed).await.step().await.expect("a step");
    database
}
