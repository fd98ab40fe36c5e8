//! Four validators finalise and settle; three go on without the fourth, and it catches up when it is back. Then somebody
//! runs its keys on two machines: it signs two blocks for one slot, is taken out, and the others go on.

use crate::support::{DEADLINE, Told, config, slot, start};
use deren_neighbourhood::{Neighbourhood, Node, Preset, Silent, Wait, chain::Account};

/// The fourth validator.
const FOURTH: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn three_of_four_validators_go_on_and_the_fourth_catches_up() {
    let mut config = config(3);
    config.preset = Preset::Local;
    let (mut neighbourhood, mut follower) = start(config).await;
    slot(&mut follower, "a trade that four validators finalise", |report| report.traded()).await;

    neighbourhood.nodes[FOURTH].kill();
    let killed_at = neighbourhood.rpc().expect("a node").best().await.expect("it answers").number;
    let alone = slot(&mut follower, "a trade that three validators finalise", |report| {
        report.traded() && report.summary.cleared_in_block > killed_at
    })
    .await;

    neighbourhood.nodes[FOURTH].restart().expect("it starts again");
    let head = neighbourhood.rpc().expect("a node").finalized().await.expect("it answers");
    assert!(head.number >= alone.finalized_block);
    neighbourhood.nodes[FOURTH]
        .finalizes(head.number, DEADLINE, &Silent)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let hash = neighbourhood.nodes[FOURTH].rpc().block_hash(head.number).await.expect("it answers");
    assert_eq!(hash, Some(head.hash), "the fourth validator has another chain");

    slot(&mut follower, "a trade after it is back", |report| {
        report.traded() && report.summary.cleared_in_block > head.number
    })
    .await;

    let _twin = equivocate(&neighbourhood).await;
    let out_since = neighbourhood.rpc().expect("a node").best().await.expect("it answers").number;
    slot(&mut follower, "a trade after the equivocation", |report| {
        report.traded() && report.summary.cleared_in_block > out_since
    })
    .await;
    assert!(!may_fourth_validate(&neighbourhood).await.expect("it answers"));
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}

/// Runs the fourth validator's keys on a second node until the chain has taken it out.
async fn equivocate(neighbourhood: &Neighbourhood) -> Node {
    assert!(may_fourth_validate(neighbourhood).await.expect("it answers"));
    let folder = neighbourhood.folder();
    let twin =
        neighbourhood.nodes[FOURTH].twin(&neighbourhood.nodes, &folder.join("nodes"), &folder.join("logs")).await;
    let twin = twin.unwrap_or_else(|error| panic!("{error}"));
    Wait::new("the equivocating validator is out", DEADLINE, &Told)
        .until(async || match may_fourth_validate(neighbourhood).await {
            Ok(true) => Err("it validates".to_owned()),
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    twin
}

async fn may_fourth_validate(neighbourhood: &Neighbourhood) -> Result<bool, String> {
    let dave = Account::derived("Dave", "//Dave").map_err(|error| error.to_string())?;
    let rpc = neighbourhood.rpc().map_err(|error| error.to_string())?;
    let head = rpc.finalized().await.map_err(|error| error.to_string())?;
    rpc.may_validate(&dave.id(), head.hash).await.map_err(|error| error.to_string())
}
