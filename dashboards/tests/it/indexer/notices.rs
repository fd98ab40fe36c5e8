//! What listeners are told, and when.

use super::support::{
    rows::fresh,
    world::{Happening, World, begin},
};
use deren_dashboards::{
    db::{self, CHANNEL, Notice},
    indexer::IndexerMetrics,
};
use deren_primitives::Hex;
use sqlx::postgres::{PgConnectOptions, PgListener};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

async fn listener(options: &PgConnectOptions) -> PgListener {
    let mut listener = PgListener::connect_with(&db::pool(options, db::CHAIN, 1)).await.expect("connected");
    listener.listen(CHANNEL).await.expect("listening");
    listener
}

async fn next(listener: &mut PgListener) -> Notice {
    let notification = tokio::time::timeout(Duration::from_secs(60), listener.recv()).await;
    Notice::parse(notification.expect("in time").expect("connected").payload()).expect("a notice")
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_hear_of_best_forked_and_final_blocks() {
    let world = Arc::new(Mutex::new(World::new()));
    let tell = |happening: Happening| world.lock().expect("ours").apply(&happening);
    let database = fresh().await;
    let mut listener = listener(&database).await;
    let metrics = IndexerMetrics::default();
    let mut follower = begin(&world, &database, &metrics).await;
    follower.step().await.expect("a step");
    assert!(matches!(next(&mut listener).await, Notice::Finalized { first: 0, number: 0, .. }));
    tell(Happening::Grow(vec![1, 1, 1]));
    follower.step().await.expect("a step");
    assert!(matches!(next(&mut listener).await, Notice::Best { number: 3, forked_at: None, .. }));
    tell(Happening::Fork(2));
    follower.step().await.expect("a step");
    assert!(matches!(next(&mut listener).await, Notice::Best { number: 4, forked_at: Some(2), .. }));
    assert_eq!(metrics.forked_blocks.get(), 2);
    tell(Happening::Finalize(4));
    follower.step().await.expect("a step");
    let hash = Hex(follower.state().cursor.expect("one").hash).to_string();
    assert_eq!(next(&mut listener).await, Notice::Finalized { first: 1, number: 4, hash });
    db::begin_rebuild(&database).await.expect("tables");
    db::finish_rebuild(&database).await.expect("in their place");
    assert_eq!(next(&mut listener).await, Notice::Rebuilt);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_written_in_bounded_transactions() {
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![2; 1_100]));
    world.lock().expect("ours").finalized = 1_100;
    let database = fresh().await;
    let mut listener = listener(&database).await;
    let metrics = IndexerMetrics::default();
    let mut follower = begin(&world, &database, &metrics).await;
    follower.step().await.expect("a step");
    for expected in [(0, 499), (500, 999), (1_000, 1_100)] {
        match next(&mut listener).await {
            Notice::Finalized { first, number, .. } => assert_eq!((first, number), expected),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((metrics.height.get(), metrics.lag_blocks.get(), metrics.rows.get()), (1_100, 0, 2_200));
}
