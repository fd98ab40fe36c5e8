//! What the stories share: starting a small neighbourhood, and following its slots with a deadline.

use deren_neighbourhood::{Config, Follower, Neighbourhood, SlotReport, Wait, Watcher};
use deren_primitives::{DeviceId, DeviceRole, Slot};
use deren_testing::unix_ms;
use std::{sync::Arc, time::Duration};

/// More than anything here takes while the machine is busy with other things too.
pub const DEADLINE: Duration = Duration::from_secs(240);

/// Prints what came, for cargo to show if the story fails.
pub struct Told;

impl Watcher for Told {
    fn waiting(&self, _: &str, _: Duration) {}

    fn done(&self, what: &str, after: Duration) {
        eprintln!("{what} ({} s)", after.as_secs());
    }
}

/// A neighbourhood of this many homes.
pub fn config(homes: usize) -> Config {
    let mut config = Config::new(homes).expect("a neighbourhood");
    config.watcher = Arc::new(Told);
    config
}

/// Starts it.
pub async fn start(config: Config) -> (Neighbourhood, Follower) {
    let neighbourhood = Neighbourhood::start(config).await.unwrap_or_else(|error| panic!("{error}"));
    let follower = neighbourhood.follow().expect("it has a node");
    (neighbourhood, follower)
}

/// Follows the finalised chain until a slot is reported that `wanted` takes, and gives it. While the node is away it
/// waits on; what the books find wrong ends the test.
pub async fn slot(follower: &mut Follower, what: &str, wanted: impl Fn(&SlotReport) -> bool) -> SlotReport {
    slots(follower, what, wanted).await.pop().expect("the wait ends with one")
}

/// The same, and gives all slots up to that one.
pub async fn slots(follower: &mut Follower, what: &str, wanted: impl Fn(&SlotReport) -> bool) -> Vec<SlotReport> {
    let mut reports = Vec::new();
    Wait::new(what, DEADLINE, &Told)
        .until(async || {
            catch_up(follower).await?;
            let mut last = "no slot".to_owned();
            while let Some(report) = follower.next_report() {
                let traded_wh = report.summary.bought_wh;
                last = format!("slot {} with {} readings, {traded_wh} Wh", report.slot, report.summary.readings);
                eprintln!("settled and finalised: {last}");
                let found = wanted(&report);
                reports.push(report);
                if found {
                    return Ok(());
                }
            }
            Err(last)
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    reports
}

/// Writes down what is finalised.
pub async fn catch_up(follower: &mut Follower) -> Result<(), String> {
    match follower.catch_up().await {
        Err(error @ deren_neighbourhood::NeighbourhoodError::Invariant(_)) => panic!("{error}"),
        other => other.map_err(|error| error.to_string()),
    }
}

/// Follows the finalised chain until `condition` holds.
pub async fn until(follower: &mut Follower, what: &str, condition: impl Fn(&Follower) -> Result<(), String>) {
    Wait::new(what, DEADLINE, &Told)
        .until(async || {
            catch_up(follower).await?;
            condition(follower)
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// The slot in which the time lies now.
pub fn now(neighbourhood: &Neighbourhood) -> Slot {
    neighbourhood.clock().slot_at(unix_ms())
}

/// Waits until the time lies in `slot` or later.
pub async fn time_reaches(neighbourhood: &Neighbourhood, slot: Slot) {
    Wait::new(format!("slot {slot}"), DEADLINE, &Told)
        .until(async || {
            let current = now(neighbourhood);
            if current >= slot { Ok(()) } else { Err(format!("slot {current}")) }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// All devices of all homes.
pub fn devices(neighbourhood: &Neighbourhood) -> Vec<(DeviceId, DeviceRole)> {
    neighbourhood.registered.homes.iter().flat_map(|home| home.devices.clone()).collect()
}

/// The device's readings cover all slots from its first to its last without a gap, and its registers go on from one
/// to the next. That each is on chain exactly once, in order, the books check as they are written.
pub fn assert_complete(follower: &Follower, device: DeviceId) {
    let accepted: Vec<_> = follower.ledger().meters().accepted(device).collect();
    assert!(!accepted.is_empty(), "{device} has no reading");
    for pair in accepted.windows(2) {
        let (earlier, later) = (&pair[0].reading, &pair[1].reading);
        assert_eq!(earlier.end_slot(), later.first_slot, "{device}: slots are missing after {earlier:?}");
        assert!(
            later.registers.continues(&earlier.registers),
            "{device}: energy is missing between {earlier:?} and {later:?}"
        );
    }
}
