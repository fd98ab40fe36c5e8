//! With TimescaleDB and without: the same tables, the same answers.

use crate::support::{
    rows::{assert_same, connect, finalized, fresh, fresh_in},
    world::{Happening, World, begin},
};
use deren_dashboards::{db, indexer::IndexerMetrics};
use deren_private_postgres::{Cluster, ClusterOptions};
use sqlx::postgres::PgConnectOptions;
use std::sync::{Arc, Mutex};

/// A cluster with the extension loaded; `None` where it is not installed.
fn with_timescale() -> Option<Cluster> {
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let settings =
        vec![setting("shared_preload_libraries", "'timescaledb'"), setting("timescaledb.telemetry_level", "off")];
    match Cluster::start(&ClusterOptions { durable: false, settings }) {
        Ok(cluster) => Some(cluster),
        Err(error) if error.to_string().contains("could not access file \"timescaledb\"") => None,
        Err(error) => panic!("{error}"),
    }
}

async fn hourly(options: &PgConnectOptions) -> Vec<String> {
    let statement = "SELECT h::text FROM readings_hourly h ORDER BY hour, site, role";
    sqlx::query_scalar(statement).fetch_all(&mut connect(options).await).await.expect("sums")
}

async fn fill(options: &PgConnectOptions, world: &Arc<Mutex<World>>) {
    let mut follower = begin(world, options, &IndexerMetrics::default()).await;
    follower.step().await.expect("a step");
}

#[tokio::test(flavor = "multi_thread")]
async fn hypertables_give_the_same_answers() {
    let Some(cluster) = with_timescale() else {
        println!("TimescaleDB is not installed here: only plain PostgreSQL is tested");
        return;
    };
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![9; 40]));
    world.lock().expect("ours").apply(&Happening::Finalize(30));
    let (plain, timescale) = (fresh().await, fresh_in(&cluster).await);
    fill(&plain, &world).await;
    fill(&timescale, &world).await;
    let count = "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_schema = $1";
    let hypertables = |schema: &'static str| sqlx::query_scalar::<_, i64>(count).bind(schema);
    assert_eq!(hypertables("chain").fetch_one(&mut connect(&timescale).await).await.expect("a number"), 3);
    assert_same(&finalized(&plain).await, &finalized(&timescale).await);
    let sums = hourly(&plain).await;
    assert!(!sums.is_empty());
    assert_eq!(sums, hourly(&timescale).await);

    // A rebuild takes the place of the old tables, hypertables and all.
    db::begin_rebuild(&timescale).await.expect("tables beside the old ones");
    db::finish_rebuild(&timescale).await.expect("in their place");
    assert_eq!(hypertables("chain").fetch_one(&mut connect(&timescale).await).await.expect("a number"), 3);
    assert_eq!(hypertables("chain_rebuilt").fetch_one(&mut connect(&timescale).await).await.expect("a number"), 0);
    fill(&timescale, &world).await;
    assert_same(&finalized(&plain).await, &finalized(&timescale).await);
    assert_eq!(sums, hourly(&timescale).await);
}
