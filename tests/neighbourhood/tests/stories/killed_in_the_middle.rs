//! One gateway, the broker and the node are killed with -9 in the middle of trading. Started again on what they had on
//! disk, everything adds up: each reading is on chain exactly once, missed slots are estimated and trade nothing.

use crate::support::{assert_complete, catch_up, config, devices, now, slot, start, time_reaches, until};
use deren_primitives::{ReadingVerdict, Side};

#[tokio::test(flavor = "multi_thread")]
async fn killed_parts_come_back_and_everything_adds_up() {
    let (mut neighbourhood, mut follower) = start(config(4)).await;
    slot(&mut follower, "a first trade", |report| report.traded()).await;

    // The gateway alone, for more than two slots; the others go on.
    let away_from = now(&neighbourhood);
    neighbourhood.gateways[0].program.kill();
    time_reaches(&neighbourhood, away_from.plus(3)).await;
    // The node and the broker, for a slot: the chain stands still meanwhile.
    neighbourhood.nodes[0].program.kill();
    neighbourhood.broker.program.kill();
    let halted_from = now(&neighbourhood);
    time_reaches(&neighbourhood, halted_from.plus(2)).await;
    neighbourhood.nodes[0].restart().expect("the node starts again");
    neighbourhood.broker.restart().expect("the broker starts again");
    neighbourhood.gateways[0].restart().expect("the gateway starts again");
    let back = now(&neighbourhood);

    let all = devices(&neighbourhood);
    until(&mut follower, "readings of all devices from after the restart", |follower| {
        let newest = |device| follower.ledger().meters().accepted(device).last().map(|last| last.reading.end_slot());
        match all.iter().find(|(device, _)| newest(*device).is_none_or(|end| end < back.plus(3))) {
            None => Ok(()),
            Some((device, _)) => Err(format!("{device} is at {:?}, slot {} is awaited", newest(*device), back.plus(3))),
        }
    })
    .await;
    let site = neighbourhood.registered.homes[0].site;
    slot(&mut follower, "a trade of the home whose gateway was away", |report| {
        report.slot > back && report.of_site(site, Side::Sell).0 + report.of_site(site, Side::Buy).0 > 0
    })
    .await;

    for (device, _) in &all {
        assert_complete(&follower, *device);
    }
    // The gateway was away for whole slots: they are estimated, by one reading or several.
    for (device, _) in &neighbourhood.registered.homes[0].devices {
        let missed = away_from.plus(1);
        let covering = follower
            .ledger()
            .meters()
            .accepted(*device)
            .find(|accepted| (accepted.reading.first_slot..accepted.reading.end_slot()).contains(&missed))
            .unwrap_or_else(|| panic!("no reading of {device} covers slot {missed}"));
        assert!(covering.verdict.contains(ReadingVerdict::ESTIMATED), "{covering:?}");
        assert!(!covering.verdict.trades(), "{covering:?}");
    }
    catch_up(&mut follower).await.expect("the node answers");
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}
