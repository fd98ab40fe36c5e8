//! Four validators finalise and settle. Three go on without the fourth; two make blocks that nobody finalises; none
//! makes none. Whatever stopped comes back, and no home is late for it.

use crate::support::{DEADLINE, Told, assert_complete, config, devices, now, slot, start, time_reaches, until};
use deren_neighbourhood::{Follower, Neighbourhood, Preset, Silent, SlotReport, Wait};
use deren_primitives::{ReadingVerdict, Slot};
use std::ops::RangeInclusive;

/// More than two rounds of votes that were under way.
const UNFINALISED_BLOCKS: u32 = 10;
/// How long all validators are away.
const HALTED_SLOTS: u32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_validators_stop_nobody_is_late() {
    let mut config = config(3);
    config.preset = Preset::Local;
    let (mut neighbourhood, mut follower) = start(config).await;
    // While it starts, a home may come too late for its first slot. From here on everyone is there.
    let everyone = devices(&neighbourhood).len();
    let all_trade = |report: &SlotReport| report.traded() && report.summary.readings as usize >= everyone;
    let first = slot(&mut follower, "a trade of everyone that four validators finalise", all_trade).await;

    neighbourhood.nodes[3].program.kill();
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

    two_are_away(&mut neighbourhood).await;
    all_are_away(&mut neighbourhood).await;

    let back = now(&neighbourhood).plus(1);
    everyone_has_read(&neighbourhood, &mut follower, back).await;
    slot(&mut follower, "a trade after everyone is back", |report| report.traded() && report.slot >= back).await;
    assert_nobody_was_late(&neighbourhood, &follower, first.slot..=back);
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}

/// Two of four cannot finalise. Blocks go on, and all of them are final once the others are back.
async fn two_are_away(neighbourhood: &mut Neighbourhood) {
    neighbourhood.nodes[2..].iter_mut().for_each(|node| node.program.kill());
    let rpc = neighbourhood.rpc().expect("a node").clone();
    let best = Wait::new("blocks that nobody finalises", DEADLINE, &Told)
        .until(async || {
            let (best, finalised) = (rpc.best().await, rpc.finalized().await);
            let best = best.map_err(|error| error.to_string())?.number;
            let finalised = finalised.map_err(|error| error.to_string())?.number;
            let ahead = best.saturating_sub(finalised);
            if ahead >= UNFINALISED_BLOCKS { Ok(best) } else { Err(format!("block {best} is {ahead} ahead")) }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    for node in &mut neighbourhood.nodes[2..] {
        node.restart().expect("it starts again");
    }
    for node in &mut neighbourhood.nodes {
        node.finalizes(best, DEADLINE, &Told).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The chain stands still for some slots, and goes on where it was.
async fn all_are_away(neighbourhood: &mut Neighbourhood) {
    let best = neighbourhood.rpc().expect("a node").best().await.expect("it answers").number;
    neighbourhood.nodes.iter_mut().for_each(|node| node.program.kill());
    let halted = now(neighbourhood);
    time_reaches(neighbourhood, halted.plus(HALTED_SLOTS)).await;
    for node in &mut neighbourhood.nodes {
        node.restart().expect("it starts again");
    }
    for node in &mut neighbourhood.nodes {
        node.finalizes(best.saturating_add(1), DEADLINE, &Silent).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

async fn everyone_has_read(neighbourhood: &Neighbourhood, follower: &mut Follower, slot: Slot) {
    let all = devices(neighbourhood);
    until(follower, "readings of all devices after the halt", |follower| {
        let newest = |device| follower.ledger().meters().accepted(device).last().map(|last| last.reading.end_slot());
        match all.iter().find(|(device, _)| newest(*device).is_none_or(|end| end <= slot)) {
            None => Ok(()),
            Some((device, _)) => Err(format!("{device} is at {:?}, slot {slot} is awaited", newest(*device))),
        }
    })
    .await;
}

/// In these slots no device's reading was late, and none had an anchor that was too old.
fn assert_nobody_was_late(neighbourhood: &Neighbourhood, follower: &Follower, slots: RangeInclusive<Slot>) {
    for (device, _) in devices(neighbourhood) {
        for accepted in follower.ledger().meters().accepted(device) {
            let wrong = [ReadingVerdict::LATE, ReadingVerdict::ANCHOR_STALE, ReadingVerdict::ANCHOR_UNKNOWN];
            let late = wrong.into_iter().any(|remark| accepted.verdict.contains(remark));
            assert!(!slots.contains(&accepted.reading.first_slot) || !late, "{device}: {accepted:?}");
        }
        assert_complete(follower, device);
    }
}
