//! Whoever asks whether the tables are fresh hears how far the node is, long before the tables are as far.

use super::support::{
    rows::fresh,
    world::{Happening, World, begin},
};
use deren_dashboards::indexer::{IndexerMetrics, NodeHead};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

#[tokio::test]
async fn the_nodes_head_is_told_before_its_blocks_are_indexed() {
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![2; 40]));
    world.lock().expect("ours").apply(&Happening::Finalize(30));
    let (database, head) = (fresh().await, NodeHead::default());
    let mut follower = begin(&world, &database, &IndexerMetrics::default()).await.telling(head.clone());
    // The first wait of a step is for the first block.
    assert!(tokio::time::timeout(Duration::ZERO, follower.step()).await.is_err());
    assert_eq!((head.number(), follower.state().cursor), (Some(30), None));
    follower.step().await.expect("a step");
    assert_eq!(follower.state().cursor.map(|block| block.number), Some(30));
    assert_eq!(head.number(), Some(40));
}
