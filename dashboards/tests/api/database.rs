//! A database that goes away and comes back: answers say so, nothing has to be restarted.

use crate::helpers::{Options, spawn_over, until};
use deren_testing::postgres::{Cluster, ClusterOptions};
use reqwest::Method;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_restarted_under_load_is_found_again() {
    let mut cluster = Cluster::start(&ClusterOptions::default()).expect("PostgreSQL 15");
    let database = cluster.fresh_database().expect("a database");
    deren_dashboards::db::migrate(&deren_dashboards::db::options(&database.url).expect("an address"))
        .await
        .expect("tables");
    let app = spawn_over(&database.url, Options::default()).await;
    crate::fixture::insert(&app.db).await;
    app.api.node_head().heard(6);
    let client = app.client();
    until("it serves", async || client.get("/ready").await.status == 200).await;
    let mut stream = client.request(Method::GET, "/api/v1/stream").send().await.expect("a stream");

    // Requests go on all the time, through kill -9 and the new start.
    let load = {
        let client = client.clone();
        tokio::spawn(async move {
            let (mut served, mut away) = (0, 0);
            loop {
                let answer = client.get("/api/v1/markets").await;
                match answer.status.as_u16() {
                    200 => served += 1,
                    _ => {
                        answer.is_problem(503, "unavailable");
                        away += 1;
                    }
                }
                if served > 20 && away > 0 && answer.status == 200 {
                    return;
                }
            }
        })
    };
    cluster.kill();
    until("it says that the database is away", async || {
        let ready = client.get("/ready").await;
        ready.status == 503 && ready.json()["database"] == false
    })
    .await;
    assert_eq!(client.get("/health").await.status, 200);
    cluster.restart().expect("it starts again");
    until("it serves again", async || client.get("/ready").await.status == 200).await;
    load.await.expect("every answer was right or a problem document");
    // Clients of the stream were sent back to ask for everything.
    let mut heard = String::new();
    while let Some(chunk) = stream.chunk().await.expect("a chunk") {
        heard.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(heard.contains("event: lagged"), "{heard}");
    app.stop().await;
}

/// A client may go away while its request's transaction begins: the pool then has a connection that says it is free.
#[tokio::test]
async fn what_is_written_after_a_cut_off_request_is_kept() {
    let cluster = Cluster::start(&ClusterOptions::default()).expect("PostgreSQL 15");
    let database = cluster.fresh_database().expect("a database");
    let options = deren_dashboards::db::options(&database.url).expect("an address");
    let pool = deren_dashboards::db::pool(&options, deren_dashboards::db::CHAIN, 1);
    let mut connection = pool.acquire().await.expect("a connection");
    sqlx::raw_sql("BEGIN READ ONLY").execute(&mut *connection).await.expect("begins");
    drop(connection);

    sqlx::raw_sql("CREATE TABLE kept (number int)").execute(&pool).await.expect("nothing is open any more");
    let other = deren_dashboards::db::pool(&options, deren_dashboards::db::CHAIN, 1);
    sqlx::raw_sql("SELECT number FROM kept").execute(&other).await.expect("others see it");
}
