//! Four validators finalise and settle; three go on without the fourth, and it catches up when it is back.

use crate::support::{DEADLINE, config, slot, start};
use deren_neighbourhood::{Preset, Silent};

#[tokio::test(flavor = "multi_thread")]
async fn three_of_four_validators_go_on_and_the_fourth_catches_up() {
    let mut config = config(3);
    config.preset = Preset::Local;
    let (mut neighbourhood, mut follower) = start(config).await;
    slot(&mut follower, "a trade that four validators finalise", |report| report.traded()).await;

    neighbourhood.nodes[3].kill();
    let killed_at = neighbourhood.rpc().expect("a node").best().await.expect("it answers").number;
    let alone = slot(&mut follower, "a trade that three validators finalise", |report| {
        report.traded() && report.summary.cleared_in_block > killed_at
    })
    .await;

    neighbourhood.nodes[3].restart().expect("it starts again");
    let head = neighbourhood.rpc().expect("a node").finalized().await.expect("it answers");
    assert!(head.number >= alone.finalized_block);
    neighbourhood.nodes[3].finalizes(head.number, DEADLINE, &Silent).await.unwrap_or_else(|error| panic!("{error}"));
    let hash = neighbourhood.nodes[3].rpc().block_hash(head.number).await.expect("it answers");
    assert_eq!(hash, Some(head.hash), "the fourth validator has another chain");

    slot(&mut follower, "a trade after it is back", |report| {
        report.traded() && report.summary.cleared_in_block > head.number
    })
    .await;
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}
