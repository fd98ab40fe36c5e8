//! The tables and the answers are the same with TimescaleDB loaded, with it installed and not loaded, and without it.
//! It takes no more rights than those of a database's owner.

use super::support::{
    rows::{assert_same, connect, finalized, fresh, fresh_in},
    world::{Happening, World, begin},
};
use crate::history::Job;
use deren_dashboards::{db, indexer::IndexerMetrics};
use deren_testing::postgres::{Cluster, ClusterOptions};
use sqlx::{PgConnection, postgres::PgConnectOptions};
use std::sync::{Arc, Mutex};

async fn says(connection: &mut PgConnection, question: &'static str) -> bool {
    sqlx::query_scalar(question).fetch_one(connection).await.expect("an answer")
}

/// Each setting that a migration reads, asked as a migration asks.
#[tokio::test(flavor = "multi_thread")]
async fn migrations_read_only_settings_that_any_owner_may_read() {
    let options = fresh().await;
    let mut connection = connect(&options).await;
    let mut read = 0;
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/chain")).expect("migrations") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        for rest in text.split("current_setting(").skip(1) {
            let arguments = rest.split(')').next().unwrap_or_default();
            let question = format!("SELECT current_setting({arguments})");
            let answer = sqlx::query(sqlx::AssertSqlSafe(question.clone())).execute(&mut connection).await;
            assert!(answer.is_ok(), "{question}: {answer:?}");
            read += 1;
        }
    }
    assert!(read > 0, "no setting is read");
}

/// Where the extension is installed, nobody loads it unless asked; where it is not, nothing else can be.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_library_loaded_tables_are_plain() {
    let options = fresh().await;
    let mut connection = connect(&options).await;
    if says(&mut connection, "SELECT current_setting('timescaledb.disable_load', true) IS NOT NULL").await {
        return; // Who started the tests wants it everywhere.
    }
    assert!(!says(&mut connection, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')").await);
    let kind = "SELECT relkind = 'v' FROM pg_class WHERE oid = 'readings_hourly'::regclass";
    assert!(says(&mut connection, kind).await, "readings_hourly is a view");
}

async fn hourly(options: &PgConnectOptions) -> Vec<String> {
    let statement = "SELECT h::text FROM readings_hourly h ORDER BY hour, site, role";
    sqlx::query_scalar(statement).fetch_all(&mut connect(options).await).await.expect("sums")
}

async fn fill(options: &PgConnectOptions, world: &Arc<Mutex<World>>) {
    let mut follower = begin(world, options, &IndexerMetrics::default()).await;
    follower.step().await.expect("a step");
}

/// How many there are, of each kind.
async fn run_jobs(options: &PgConnectOptions) -> [usize; 3] {
    let mut connection = connect(options).await;
    let mut counts = [0; 3];
    for (count, job) in counts.iter_mut().zip([Job::Compress, Job::Retain, Job::Refresh]) {
        *count = job.run(&mut connection).await;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn hypertables_give_the_same_answers() {
    let Some(cluster) = Cluster::with_timescaledb(&ClusterOptions::default()).expect("PostgreSQL is installed") else {
        return;
    };
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![9; 40]));
    world.lock().expect("ours").apply(&Happening::Finalize(30));
    let (plain, timescale) = (fresh().await, fresh_in(&cluster).await);
    let may_all = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
    assert!(!says(&mut connect(&timescale).await, may_all).await, "an owner's rights are enough");
    fill(&plain, &world).await;
    fill(&timescale, &world).await;
    let count = "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_schema = $1";
    let hypertables = |schema: &'static str| sqlx::query_scalar::<_, i64>(count).bind(schema);
    assert_eq!(hypertables("chain").fetch_one(&mut connect(&timescale).await).await.expect("a number"), 3);
    assert_same(&finalized(&plain).await, &finalized(&timescale).await);
    let sums = hourly(&plain).await;
    assert!(!sums.is_empty());
    assert_eq!(sums, hourly(&timescale).await);
    assert_eq!(run_jobs(&timescale).await, [3, 3, 1]);

    // A rebuild takes the place of the old tables, hypertables and all.
    db::begin_rebuild(&timescale).await.expect("tables beside the old ones");
    db::finish_rebuild(&timescale).await.expect("in their place");
    assert_eq!(hypertables("chain").fetch_one(&mut connect(&timescale).await).await.expect("a number"), 3);
    assert_eq!(hypertables("chain_rebuilt").fetch_one(&mut connect(&timescale).await).await.expect("a number"), 0);
    fill(&timescale, &world).await;
    assert_eq!(run_jobs(&timescale).await, [3, 3, 1], "jobs took their places too");
    assert_same(&finalized(&plain).await, &finalized(&timescale).await);
    assert_eq!(sums, hourly(&timescale).await);
}
