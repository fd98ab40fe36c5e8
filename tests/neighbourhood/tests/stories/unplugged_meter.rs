//! A meter that falls silent hurts nobody else: its home trades nothing from then on, the others go on. Clients that
//! others wrote read all of it.

use crate::support::{Told, config, now, slot, start};
use deren_neighbourhood::clients::read_chain;
use deren_primitives::Side;
use deren_simulator::faults::FaultKind;

/// A home that buys; homes 0 and 2 have sun, and home 1 buys too.
const UNPLUGGED: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_meter_stops_its_own_home_only() {
    let (mut neighbourhood, mut follower) = start(config(4)).await;
    let silent = neighbourhood.registered.homes[UNPLUGGED].site;
    slot(&mut follower, "a trade of the home before its meter is unplugged", |report| {
        report.of_site(silent, Side::Buy).0 > 0
    })
    .await;
    neighbourhood.break_meter(UNPLUGGED, FaultKind::Silent, &Told).await.unwrap_or_else(|error| panic!("{error}"));
    let unplugged = now(&neighbourhood);

    let report =
        slot(&mut follower, "a trade of the others", |report| report.slot > unplugged && report.traded()).await;
    assert_eq!(report.of_site(silent, Side::Buy), (0, 0), "{report:?}");
    assert_eq!(report.of_site(silent, Side::Sell), (0, 0), "{report:?}");
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
    for line in read_chain(&neighbourhood, &Told).await.unwrap_or_else(|error| panic!("{error}")) {
        eprintln!("{line}");
    }
}
