//! Random chains that fork, with crashes at random moments, through the real writer into a real database.

use super::support::{
    rows::{all, assert_same, connect, fresh},
    world::{Happening, Shown, World, begin},
};
use deren_dashboards::indexer::{IndexerMetrics, Source as _};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let happening = prop_oneof![
        3 => prop::collection::vec(0..6u8, 1..6).prop_map(Happening::Grow),
        2 => (1..5u8).prop_map(Happening::Fork),
        3 => (1..6u8).prop_map(Happening::Finalize),
        3 => Just(Happening::Step),
        3 => (0..12_000u16).prop_map(Happening::Crash),
    ];
    prop::collection::vec(happening, 5..40)
}

async fn survives(happenings: Vec<Happening>) {
    let world = Arc::new(Mutex::new(World::new()));
    let database = fresh().await;
    let mut follower = begin(&world, &database, &IndexerMetrics::default()).await;
    for happening in &happenings {
        world.lock().expect("ours").apply(happening);
        match happening {
            Happening::Step => follower.step().await.expect("a step"),
            Happening::Crash(after_us) => {
                // Dropped at any of its waits: its connection ends in the middle of whatever it was in.
                let _ = tokio::time::timeout(Duration::from_micros((*after_us).into()), follower.step()).await;
                drop(follower);
                follower = begin(&world, &database, &IndexerMetrics::default()).await;
            }
            _ => {}
        }
    }
    follower.step().await.expect("the last step");

    let clean = fresh().await;
    begin(&world, &clean, &IndexerMetrics::default()).await.step().await.expect("a clean run");
    assert_same(&all(&clean).await, &all(&database).await);
    let shown = Shown::new(&world);
    let (finalized, best) = (shown.finalized().await.expect("known"), shown.best().await.expect("known"));
    let state = follower.state();
    assert_eq!(state.cursor, Some(finalized));
    assert_eq!(state.tail.last().copied().unwrap_or(finalized), best);
}

#[test]
fn forks_crashes_and_replays_leave_what_a_clean_run_leaves() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 16, max_shrink_iters: 40, ..Config::default() });
    runner
        .run(&happenings(), |happenings| {
            runtime.block_on(survives(happenings));
            Ok(())
        })
        .expect("every history");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_tail_is_cut_where_finality_stands_still() {
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![1; 400]));
    let database = fresh().await;
    let mut follower = begin(&world, &database, &IndexerMetrics::default()).await;
    follower.step().await.expect("a step");
    assert_eq!(follower.state().tail.len(), 256);
    world.lock().expect("ours").apply(&Happening::Finalize(200));
    follower.step().await.expect("a step");
    assert_eq!(follower.state().tail.last().map(|block| block.number), Some(400));
    world.lock().expect("ours").apply(&Happening::Finalize(200));
    follower.step().await.expect("a step");
    assert!(follower.state().tail.is_empty());
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM over_exports")
        .fetch_one(&mut connect(&database).await)
        .await
        .expect("rows");
    assert_eq!(rows, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_takes_back_what_was_final_is_refused() {
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![1; 5]));
    world.lock().expect("ours").apply(&Happening::Finalize(4));
    let database = fresh().await;
    let mut follower = begin(&world, &database, &IndexerMetrics::default()).await;
    follower.step().await.expect("a step");
    let before = all(&database).await;
    {
        let mut world = world.lock().expect("ours");
        world.chain.truncate(2);
        (0..9).for_each(|_| world.grow(1));
        world.finalized = 8;
    }
    let error = follower.step().await.expect_err("refused").to_string();
    assert!(error.contains("block 4") && error.contains("rebuild"), "{error}");
    assert_same(&before, &all(&database).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_indexers_on_one_database_do_not_write_twice() {
    let world = Arc::new(Mutex::new(World::new()));
    let database = fresh().await;
    let (mut one, mut other) = (
        begin(&world, &database, &IndexerMetrics::default()).await,
        begin(&world, &database, &IndexerMetrics::default()).await,
    );
    world.lock().expect("ours").apply(&Happening::Grow(vec![3; 9]));
    world.lock().expect("ours").apply(&Happening::Finalize(5));
    one.step().await.expect("the first writes");
    let error = other.step().await.expect_err("the second is told");
    assert!(error.to_string().contains("the database is at block 5"), "{error}");
    let mut other = begin(&world, &database, &IndexerMetrics::default()).await;
    world.lock().expect("ours").apply(&Happening::Finalize(2));
    other.step().await.expect("it goes on from there");
    assert!(one.step().await.is_err());
}
