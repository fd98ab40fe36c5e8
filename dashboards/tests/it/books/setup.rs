//! A fresh database with a history in it.

use crate::history::{History, Plan};
use deren_dashboards::db;
use deren_testing::postgres::Cluster;
use sqlx::PgPool;
use std::sync::Arc;

/// A database with a history. Dropped last of all, the cluster.
pub struct Setup {
    pub pool: PgPool,
    pub history: History,
    _cluster: Arc<Cluster>,
}

impl Setup {
    /// A history of this many slots, in a database of its own.
    pub async fn new(plan: Plan, slots: u32) -> Self {
        let cluster = Cluster::shared().expect("PostgreSQL");
        let database = cluster.fresh_database().expect("a database");
        let options = db::options(&database.url).expect("an address");
        db::migrate(&options).await.expect("tables");
        let pool = db::pool(&options, db::CHAIN, 4);
        let mut history = History::new(plan);
        for _ in 0..slots {
            history.slot();
        }
        history.flush(&mut pool.acquire().await.expect("a connection")).await;
        Self { pool, history, _cluster: cluster }
    }

    /// Changes rows behind everyone's back; at least one.
    pub async fn tamper(&self, statement: &'static str) {
        let done = sqlx::query(statement).execute(&self.pool).await.expect("a statement");
        assert!(done.rows_affected() > 0, "{statement}: no row");
    }
}

#[tokio::test]
async fn a_pool_keeps_a_connection_that_is_in_order() {
    let setup = Setup::new(Plan::eventful(1), 1).await;
    let options = setup.pool.connect_options();
    let pool = db::pool(&options, db::CHAIN, 1);
    let mut servers = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let server: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await.expect("an answer");
        servers.insert(server);
    }
    assert_eq!(servers.len(), 1, "each new connection costs a login");
}
