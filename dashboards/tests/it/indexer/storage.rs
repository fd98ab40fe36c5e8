//! Where TimescaleDB is, what is old is compressed and goes at last. Rows and sums stay those of plain PostgreSQL.

use super::support::rows::{Fresh, assert_same, connect, finalized, fresh, fresh_in};
use crate::history::{History, Job, Plan};
use deren_testing::postgres::{Cluster, ClusterOptions};
use sqlx::{Executor as _, PgConnection, postgres::PgConnectOptions};

/// One history in a plain database and in one of hypertables.
struct Twins {
    histories: [History; 2],
    plain: Fresh,
    timescale: PgConnectOptions,
    _cluster: Cluster,
}

impl Twins {
    /// It began so many days ago; `None` without TimescaleDB.
    async fn days_ago(days: u64, slots: u32) -> Option<Self> {
        let cluster = Cluster::with_timescaledb(&ClusterOptions::default()).expect("PostgreSQL is installed")?;
        let plan = Plan::eventful(7).days_ago(days);
        let histories = [History::new(plan), History::new(plan)];
        let timescale = fresh_in(&cluster).await;
        let mut twins = Self { histories, plain: fresh().await, timescale, _cluster: cluster };
        twins.grow(slots).await;
        Some(twins)
    }

    async fn grow(&mut self, slots: u32) {
        for (history, options) in self.histories.iter_mut().zip([&*self.plain, &self.timescale]) {
            (0..slots).for_each(|_| history.slot());
            history.flush(&mut connect(options).await).await;
        }
    }

    async fn run(&self, job: Job) -> usize {
        job.run(&mut connect(&self.timescale).await).await
    }

    async fn assert_same(&self) {
        assert_same(&finalized(&self.plain).await, &finalized(&self.timescale).await);
        let sums = hourly(&self.plain).await;
        assert!(!sums.is_empty());
        assert_eq!(sums, hourly(&self.timescale).await);
    }
}

async fn hourly(options: &PgConnectOptions) -> Vec<String> {
    let statement = "SELECT h::text FROM readings_hourly h ORDER BY hour, site, role";
    sqlx::query_scalar(statement).fetch_all(&mut connect(options).await).await.expect("sums")
}

async fn number(connection: &mut PgConnection, question: &'static str) -> i64 {
    sqlx::query_scalar(question).fetch_one(connection).await.expect("a number")
}

const COMPRESSED: &str = "SELECT count(DISTINCT hypertable_name) FILTER (WHERE is_compressed)
        - 100 * count(*) FILTER (WHERE NOT is_compressed)
    FROM timescaledb_information.chunks WHERE hypertable_schema = 'chain'";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_compressed_takes_late_rows_and_says_the_same() {
    let Some(mut twins) = Twins::days_ago(100, 40).await else { return };
    twins.assert_same().await;
    assert_eq!((twins.run(Job::Refresh).await, twins.run(Job::Compress).await), (1, 3));
    let mut connection = connect(&twins.timescale).await;
    assert_eq!(number(&mut connection, COMPRESSED).await, 3, "all chunks of three tables");
    twins.assert_same().await;

    // What comes so late goes into chunks that are compressed, and into sums that were made ahead.
    twins.grow(12).await;
    twins.run(Job::Refresh).await;
    twins.assert_same().await;
    for again in ["readings", "fills", "zones_cleared"] {
        let statement = format!("INSERT INTO {again} SELECT * FROM {again} ORDER BY block_number LIMIT 1");
        let error = connection.execute(sqlx::AssertSqlSafe(statement)).await.expect_err("it is there");
        assert!(error.as_database_error().is_some_and(|error| error.is_unique_violation()), "{again}: {error}");
    }
    assert_eq!(twins.run(Job::Compress).await, 3);
    twins.assert_same().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_still_be_corrected_is_not_compressed() {
    let Some(twins) = Twins::days_ago(55, 8).await else { return };
    assert_eq!(twins.run(Job::Compress).await, 3);
    assert!(number(&mut connect(&twins.timescale).await, COMPRESSED).await < 0, "no chunk");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_years_rows_go_and_the_others_stay() {
    let Some(twins) = Twins::days_ago(9 * 365, 8).await else { return };
    let mut connection = connect(&twins.timescale).await;
    connection
        .execute(
            "CREATE TEMPORARY TABLE old AS SELECT * FROM readings LIMIT 50;
             UPDATE old SET event_index = event_index + 100000, starts_at = starts_at - INTERVAL '3 years';
             INSERT INTO readings SELECT * FROM old",
        )
        .await
        .expect("old rows");
    twins.run(Job::Compress).await;
    twins.run(Job::Refresh).await;
    let old = "SELECT count(*) FROM readings WHERE starts_at < now() - INTERVAL '11 years'";
    assert_eq!(number(&mut connection, old).await, 50);
    assert_eq!(twins.run(Job::Retain).await, 3);
    twins.run(Job::Refresh).await;
    twins.assert_same().await;
}
