//! Kill -9, a database that is restarted under load, a node that goes away: nothing is lost, nothing is there twice.

use super::support::{
    node::Node,
    program::Program,
    rows::{all, assert_same, cluster, connect, finalized, fresh, fresh_in, height},
    wait::until,
};
use deren_dashboards::{
    db,
    indexer::{Follower, Indexer, IndexerError, IndexerMetrics},
};
use sqlx::postgres::PgConnectOptions;
use std::{thread::JoinHandle, time::Duration};
use tokio_util::sync::CancellationToken;

/// What a clean run leaves, up to where `reached` is.
async fn assert_as_a_clean_run(node: &Node, reached: &PgConnectOptions) {
    let clean = fresh().await;
    let mut follower =
        Follower::begin(node.source().await, connect(&clean).await, IndexerMetrics::default()).await.expect("begun");
    // The chain goes on while we look: both end with the same block only if they stop at it.
    let mut target = connect(reached).await;
    until("both are at one block", async || {
        follower.step().await.map_err(|error| error.to_string())?;
        let (ours, theirs) = (follower.state().cursor.map(|block| i64::from(block.number)), height(&mut target).await);
        let theirs = theirs.map_err(|error| error.to_string())?;
        if ours != Some(theirs) {
            return Err(format!("{ours:?} and {theirs}"));
        }
        let (mut one, mut other) = (finalized(&clean).await, finalized(reached).await);
        // Comparisons are made by whole sessions only.
        one.remove("reconciliations");
        other.remove("reconciliations");
        if one["cursor"] != other["cursor"] {
            return Err("it moved while we looked".to_owned());
        }
        assert_same(&one, &other);
        Ok(())
    })
    .await;
}

async fn reaches(database: &PgConnectOptions, number: i64) {
    until("the indexer gets there", async || {
        let mut connection = db::connect(database, db::CHAIN).await.map_err(|error| error.to_string())?;
        let height = height(&mut connection).await.map_err(|error| error.to_string())?;
        if height >= number { Ok(()) } else { Err(format!("it is at {height}")) }
    })
    .await;
}

/// The indexer in a thread of its own, until it is told to end.
fn in_background(indexer: Indexer, shutdown: &CancellationToken) -> JoinHandle<Result<(), IndexerError>> {
    let shutdown = shutdown.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(Box::pin(indexer.run(&shutdown)))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_in_the_middle_of_blocks_leaves_what_a_clean_run_leaves() {
    let node = Node::dev().await;
    node.trade_terms(2).await;
    let database = fresh().await;
    let mut program = Program::new(&database, &node.url());
    for round in 0..6u64 {
        program.start();
        // At another moment each time: while it connects, describes, catches up, or follows.
        tokio::time::sleep(Duration::from_millis(15 * round * round)).await;
        program.kill();
    }
    program.start();
    let now = node.client().await.at_current_block().await.expect("a block").block_number();
    reaches(&database, i64::try_from(now).expect("a number")).await;
    assert_as_a_clean_run(&node, &database).await;

    // And `rebuild` makes the same again, beside what serves.
    let before = finalized(&database).await;
    let rebuilt = program.output("rebuild");
    assert!(rebuilt.status.success(), "{}", String::from_utf8_lossy(&rebuilt.stderr));
    assert!(String::from_utf8_lossy(&rebuilt.stdout).contains("rebuilt_through"));
    reaches(&database, i64::try_from(now).expect("a number")).await;
    for row in &before["edge_versions"] {
        assert!(finalized(&database).await["edge_versions"].contains(row));
    }
    assert_as_a_clean_run(&node, &database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_restarted_under_load_loses_nothing() {
    let node = Node::dev().await;
    node.trade_terms(1).await;
    let mut cluster = cluster();
    let database = fresh_in(&cluster).await;
    let shutdown = CancellationToken::new();
    let metrics = IndexerMetrics::default();
    let indexer = Indexer::new(database.clone(), db::CHAIN, node.url(), metrics.clone());
    let running = in_background(indexer, &shutdown);
    for kill in [true, false, true] {
        let now = node.client().await.at_current_block().await.expect("a block").block_number();
        if kill {
            cluster.kill();
        }
        cluster.restart().expect("it starts again");
        reaches(&database, i64::try_from(now).expect("a number")).await;
    }
    assert_as_a_clean_run(&node, &database).await;
    assert!(metrics.database_errors.get() > 0, "it noticed");
    shutdown.cancel();
    running.join().expect("no panic").expect("no error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_goes_away_is_followed_again_when_it_is_back() {
    let mut node = Node::dev().await;
    let database = fresh().await;
    let (shutdown, metrics) = (CancellationToken::new(), IndexerMetrics::default());
    let indexer = Indexer::new(database.clone(), db::CHAIN, node.url(), metrics.clone());
    let running = in_background(indexer, &shutdown);
    reaches(&database, 1).await;
    node.kill();
    until("it notices", async || if metrics.node_errors.get() > 0 { Ok(()) } else { Err("not yet") }).await;
    let before = height(&mut connect(&database).await).await.expect("a height");
    node.start(&[]);
    reaches(&database, before + 2).await;
    // It goes on meanwhile: a clean run that catches up several blocks at once could pass by the block where it
    // stopped.
    assert_as_a_clean_run(&node, &database).await;
    shutdown.cancel();
    running.join().expect("no panic").expect("no error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_chain_is_refused_and_left_alone() {
    let node = Node::dev().await;
    let database = fresh().await;
    let mut connection = connect(&database).await;
    let mut follower =
        Follower::begin(node.source().await, connect(&database).await, IndexerMetrics::default()).await.expect("begun");
    follower.step().await.expect("a step");
    sqlx::query("UPDATE parameters SET genesis_hash = $1")
        .bind([7u8; 32])
        .execute(&mut connection)
        .await
        .expect("done");
    let before = all(&database).await;
    let indexer = Indexer::new(database.clone(), db::CHAIN, node.url(), IndexerMetrics::default());
    let error = Box::pin(indexer.run(&CancellationToken::new())).await.expect_err("refused").to_string();
    assert!(error.contains("0x0707") && error.contains("rebuild"), "{error}");
    assert_same(&before, &all(&database).await);
}
