//! A node that keeps few states, and an indexer that needs old ones.

use super::super::support::{
    node::Node,
    rows::{all, assert_same, fresh},
    wait::until,
};
use deren_dashboards::{
    db,
    indexer::{BlockId, Indexer, IndexerMetrics, Source as _, SourceError},
};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_forgot_says_from_where_it_has_states_and_what_to_do() {
    let node = Node::pruned("4").await;
    let source = node.source().await;
    let finalized = until("it has forgotten the first blocks", async || match source.finalized().await {
        Ok(block) if block.number > 12 => Ok(block),
        other => Err(format!("{other:?}")),
    })
    .await;
    let hash = source.hash(1).await.expect("an answer").expect("the first block");
    let error = source.block(BlockId { number: 1, hash }).await.expect_err("forgotten");
    let SourceError::Pruned { block: 1, from: Some(from), .. } = error else { panic!("{error}") };
    assert!(from > 1 && from + 8 > finalized.number, "{from} of {finalized}");

    // Whoever makes the tables again is told so at once, and what serves stays.
    let database = fresh().await;
    let before = all(&database).await;
    db::begin_rebuild(&database).await.expect("tables");
    let indexer = Indexer::new((*database).clone(), db::CHAIN_REBUILT, node.url(), IndexerMetrics::default());
    let error = Box::pin(indexer.catch_up(&CancellationToken::new())).await.expect_err("forgotten").to_string();
    for needed in ["it has states from block", "--state-pruning=archive", "deren-dashboards snapshot import"] {
        assert!(error.contains(needed), "{needed}: {error}");
    }
    assert_same(&before, &all(&database).await);
}
