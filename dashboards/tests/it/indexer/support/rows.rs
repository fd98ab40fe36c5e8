//! Databases and everything that is in them, to be compared.

use deren_dashboards::db;
use deren_testing::postgres::{Cluster, ClusterOptions, Database};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use std::{collections::BTreeMap, ops::Deref, sync::Arc};

/// A database of a test.
pub struct Fresh {
    options: PgConnectOptions,
    _cluster: Arc<Cluster>,
}

impl Deref for Fresh {
    type Target = PgConnectOptions;

    fn deref(&self) -> &PgConnectOptions {
        &self.options
    }
}

/// A cluster of one's own.
pub fn cluster() -> Cluster {
    Cluster::start(&ClusterOptions::default()).expect("PostgreSQL is installed")
}

/// An empty database with all tables.
pub async fn fresh() -> Fresh {
    let cluster = Cluster::shared().expect("PostgreSQL is installed");
    Fresh { options: fresh_in(&cluster).await, _cluster: cluster }
}

/// The same in another cluster.
pub async fn fresh_in(cluster: &Cluster) -> PgConnectOptions {
    migrated(&cluster.fresh_database().expect("a database")).await
}

async fn migrated(database: &Database) -> PgConnectOptions {
    let options = db::options(&database.url).expect("an address");
    db::migrate(&options).await.expect("tables");
    options
}

/// A connection that finds the chain's tables.
pub async fn connect(options: &PgConnectOptions) -> PgConnection {
    db::connect(options, db::CHAIN).await.expect("the database answers")
}

/// Every row of every table of the schema `chain`, as text, in an order of its own, all as they were at one moment.
pub async fn all(options: &PgConnectOptions) -> BTreeMap<String, Vec<String>> {
    let mut connection = connect(options).await;
    // An indexer may write a block between the reading of two tables.
    sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut connection).await.expect("begun");
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'chain' AND tablename <> '_sqlx_migrations'",
    )
    .fetch_all(&mut connection)
    .await
    .expect("tables");
    assert!(tables.len() > 60, "every table of events has its twin: {tables:?}");
    let mut all = BTreeMap::new();
    for table in tables {
        let statement = format!("SELECT t::text FROM {table} t ORDER BY 1");
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_all(&mut connection).await.expect("rows");
        all.insert(table, rows);
    }
    connection.close().await.expect("closed");
    all
}

/// The same without what is not final yet.
pub async fn finalized(options: &PgConnectOptions) -> BTreeMap<String, Vec<String>> {
    let mut all = all(options).await;
    all.retain(|table, _| !table.starts_with("tail_"));
    all
}

/// The height of the cursor; -1 without one.
pub async fn height(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    Ok(sqlx::query_scalar("SELECT height FROM cursor").fetch_optional(connection).await?.unwrap_or(-1))
}

/// Panics with the first table that differs, and how.
pub fn assert_same(left: &BTreeMap<String, Vec<String>>, right: &BTreeMap<String, Vec<String>>) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (table, rows) in left {
        let other = &right[table];
        assert_eq!(rows.len(), other.len(), "rows of {table}");
        for (row, other) in rows.iter().zip(other) {
            assert_eq!(row, other, "a row of {table}");
        }
    }
}
