//! A meter that falls silent hurts nobody else: its home trades nothing from then on, the others go on.

mod support;

use deren_primitives::Side;
use deren_simulator::faults::{Fault, FaultKind};
use support::{config, slot, start};

/// Simulated seconds after the start: the end of the fifth slot.
const UNPLUGGED_AFTER_S: u64 = 5 * 900;

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_meter_stops_its_own_home_only() {
    let mut config = config(4);
    // Home 3 buys; homes 0 and 2 have sun, and home 1 buys too.
    config.faults = vec![(3, Fault::new(FaultKind::Silent, UNPLUGGED_AFTER_S, None))];
    let (mut neighbourhood, mut follower) = start(config).await;
    let silent = neighbourhood.registered.homes[3].site;
    let unplugged = neighbourhood.simulated_slot(UNPLUGGED_AFTER_S);

    slot(&mut follower, "a trade of the home before its meter is unplugged", |report| {
        report.slot < unplugged && report.of_site(silent, Side::Buy).0 > 0
    })
    .await;
    for number in 0..2u32 {
        let report = slot(&mut follower, "a trade of the others afterwards", |report| {
            report.slot > unplugged.plus(number) && report.traded()
        })
        .await;
        assert_eq!(report.of_site(silent, Side::Buy), (0, 0), "{report:?}");
        assert_eq!(report.of_site(silent, Side::Sell), (0, 0), "{report:?}");
    }
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}
