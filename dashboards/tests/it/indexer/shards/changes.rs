//! A database belongs to the markets that it was begun with.

use super::{
    super::support::{
        rows::{all, assert_same, connect},
        world::Shown,
    },
    begin, indexed,
    made::Made,
    markets,
};
use deren_dashboards::{
    indexer::{Follower, IndexerMetrics},
    markets::Markets,
};

#[tokio::test(flavor = "multi_thread")]
async fn other_markets_than_the_databases_are_refused_and_nothing_changes() {
    let world = Made::new(7).world(6, 4);
    let database = indexed(&world, &markets("3,7")).await;
    let before = all(&database).await;
    for (other, words) in
        [(markets("3,7,20-40"), "markets 3,7,20-40"), (markets("3"), "market 3"), (Markets::ALL, "all")]
    {
        let (connection, metrics) = (connect(&database).await, IndexerMetrics::default());
        let error = Follower::begin_shard(Shown::new(&world), connection, metrics, other).await.err().expect("refused");
        let error = error.to_string();
        for needed in ["the database holds markets 3,7", words, "deren-dashboards rebuild", "snapshot import"] {
            assert!(error.contains(needed), "{needed}: {error}");
        }
    }
    assert_same(&before, &all(&database).await);
    begin(&world, &database, &markets("7,3")).await.step().await.expect("the same, written otherwise");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_there_were_shards_has_all_markets() {
    let world = Made::new(8).world(4, 3);
    let database = indexed(&world, &Markets::ALL).await;
    let noted: Option<String> = sqlx::query_scalar("SELECT markets FROM parameters")
        .fetch_one(&mut connect(&database).await)
        .await
        .expect("a row");
    assert_eq!(noted, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_runs_while_a_rebuild_changes_the_markets_writes_nothing_more() {
    let mut made = Made::new(9);
    let world = made.world(8, 5);
    let database = indexed(&world, &markets("3")).await;
    let mut follower = begin(&world, &database, &markets("3")).await;
    sqlx::query("UPDATE parameters SET markets = '3,7'").execute(&mut connect(&database).await).await.expect("a row");
    let before = all(&database).await;
    {
        let mut world = world.lock().expect("ours");
        made.grow(&mut world, 2, 1);
        world.finalized += 2;
    }
    let error = follower.step().await.expect_err("refused").to_string();
    assert!(error.contains("the database holds markets 3,7, and the settings follow market 3"), "{error}");
    assert_same(&before, &all(&database).await);
}
