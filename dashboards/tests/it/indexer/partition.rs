//! A real fork: a validator that is cut off from the others goes on alone, and then finds out.

use super::support::{
    node::Node,
    rows::{all, assert_same, connect, fresh},
    wait::until,
};
use deren_dashboards::indexer::{Follower, IndexerMetrics};

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_leaves_what_a_clean_run_leaves() {
    let mut nodes = ["alice", "bob", "charlie", "dave"].map(|name| Node::new("local", name));
    let addresses = Node::addresses(&nodes);
    for node in &mut nodes[..3] {
        node.start(&addresses);
    }
    // He lets nobody in whom he was not told of.
    nodes[3].start(&[]);
    let (alice, dave) = (&nodes[0], &nodes[3]);

    // Dave sees nothing but his own blocks, and nothing is ever final for him.
    let (database, metrics) = (fresh().await, IndexerMetrics::default());
    let mut follower =
        Follower::begin(dave.source().await, connect(&database).await, metrics.clone()).await.expect("begun");
    until("dave has a chain of his own", async || {
        follower.step().await.map_err(|error| error.to_string())?;
        let state = follower.state();
        if state.tail.len() >= 2 { Ok(()) } else { Err(format!("{state:?}")) }
    })
    .await;
    let own = follower.state().tail.clone();
    drop(follower);
    until("the others finalise further", async || {
        let block = alice.client().await.at_current_block().await.map_err(|error| error.to_string())?;
        let number = block.block_number();
        if number > own.len() as u64 + 2 { Ok(()) } else { Err(format!("block {number}")) }
    })
    .await;

    // He is connected again, and his blocks are gone.
    nodes[3].start(&addresses);
    let (alice, dave) = (&nodes[0], &nodes[3]);
    let mut follower = Follower::begin(dave.source().await, connect(&database).await, metrics).await.expect("begun");
    until("dave is where the others are", async || {
        follower.step().await.map_err(|error| error.to_string())?;
        match follower.state().cursor {
            Some(cursor) if cursor.number as usize > own.len() => Ok(()),
            cursor => Err(format!("{cursor:?}")),
        }
    })
    .await;
    let clean = fresh().await;
    let mut clean_follower =
        Follower::begin(alice.source().await, connect(&clean).await, IndexerMetrics::default()).await.expect("begun");
    until("both say the same", async || {
        clean_follower.step().await.map_err(|error| error.to_string())?;
        follower.step().await.map_err(|error| error.to_string())?;
        if clean_follower.state() == follower.state() { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    assert_same(&all(&clean).await, &all(&database).await);
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM seen_blocks")
        .fetch_all(&mut connect(&database).await)
        .await
        .expect("rows");
    assert!(own.iter().all(|block| !hashes.iter().any(|hash| *hash == block.hash)), "dave's own blocks are gone");
}
