//! What goes wrong in the field, a test a line of the list, by name. Real devices are on real wires (the simulator's).
//! The real gateway is a process or in this one, and a chain judges as the real one does.
//!
//! | failure | here, or where else |
//! |---|---|
//! | zero, then recovery | `zero_then_recovery_books_nothing` |
//! | a drop that stays | `a_reset_raises_the_epoch_only_with_evidence` |
//! | a meter swap | `a_meter_swap_is_a_new_device_that_its_owner_registers` |
//! | a counter wraps | `a_counter_wrap_keeps_its_epoch` |
//! | a wrong register | `a_late_reply_is_never_taken_for_the_next_register` |
//! | a one-client inverter | `a_one_client_inverter_says_so_and_is_retried_gently` |
//! | no clock at boot | `no_clock_at_boot_signs_nothing`; kernel and set-back clocks: `src/clock/tests.rs`, `src/slots/tests.rs` |
//! | days without network | `days_of_outage_lose_nothing_and_send_the_oldest_first`; kill -9 meanwhile: `outbox_kill` |
//! | DST and time zones | `slots_are_utc_on_days_of_92_and_100_quarter_hours` |
//! | a copied key | `a_copied_key_is_equivocation`; the chain's side: `runtime/pallets/metering/src/tests/equivocation.rs` |
//! | all of them at once | `tests/fault_scripts`: weeks of faults at random |

mod home;

use crate::support::{FakeNode, chain::Chain, gateway::Gateway};
use deren_gateway::{
    clock::unix_ms,
    slots::{Observation, Point, Progress, Registers, Rules, SlotBuilder, Span},
};
use deren_primitives::{DeviceId, Quality, SlotClock};
use deren_simulator::faults::{Fault, FaultKind};
use home::{Home, SPEED, Site, assert_whole, troubles};
use serde_json::Value;
use std::{collections::BTreeMap, fs, num::NonZeroU32, time::Duration};

fn for_ever(kind: FaultKind) -> Vec<Fault> {
    vec![Fault::new(kind, 0, None)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zero_then_recovery_books_nothing() {
    let mut site = Site::start(Some("eastron-sdm630"), Vec::new()).await;
    let home = Home::with(&site).await;
    for _ in 0..3 {
        site.have(for_ever(FaultKind::Zero)).await;
        home.until("the zero is doubted", |status| {
            let device = &status["devices"][0];
            device["import_mwh"] == 0 && troubles(status).contains("a register went back")
        })
        .await;
        site.have(Vec::new()).await;
        home.until("it has recovered", |status| status["devices"][0]["import_mwh"].as_u64() > Some(0)).await;
        home.more_readings(2).await;
    }
    let (readings, truth) = (home.readings(home.device), site.truth().await);
    assert_whole(&readings, 22_000);
    assert!(readings.iter().all(|reading| reading.register_epoch == 0), "one zero is never punished");
    let last = readings.last().unwrap().registers;
    // A float shows the nearest half Wh.
    let most_mwh = [truth.import_mwh, truth.export_mwh].map(|mwh| mwh + 500);
    assert!(last.import_close_mwh <= most_mwh[0] && last.export_close_mwh <= most_mwh[1], "{last:?} {truth:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_raises_the_epoch_only_with_evidence() {
    let mut site = Site::start(None, Vec::new()).await;
    let home = Home::with(&site).await;
    site.have(vec![Fault::new(FaultKind::CounterReset, site.elapsed_s(), None)]).await;
    let raised = |chain: &Chain| chain.final_readings().iter().any(|r| r.quality.contains(Quality::EPOCH_RAISED));
    home.node.run_until("the new epoch's first reading is final", raised).await;
    home.more_readings(3).await;
    let readings = home.readings(home.device);
    assert_whole(&readings, 6_400);
    let first = readings.iter().position(|reading| reading.register_epoch == 1).unwrap();
    assert!(readings[first].quality.contains(Quality::EPOCH_RAISED));
    // Nothing of the years before is booked, and nothing is put on top of them.
    assert!(readings[first].registers.export_close_mwh < 10_000_000, "{:?}", readings[first]);
    assert!(readings[first - 1].registers.export_close_mwh > 1_000_000_000);
    assert!(readings[first..].iter().all(|reading| reading.register_epoch == 1), "once");
    assert!(troubles(&home.status().await).contains("a new register epoch begins"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meter_swap_is_a_new_device_that_its_owner_registers() {
    let mut site = Site::start(None, Vec::new()).await;
    let home = Home::with(&site).await;
    site.have(vec![Fault::new(FaultKind::Swap, site.elapsed_s(), None)]).await;
    let asks = |status: &Value| {
        let device = &status["devices"][0];
        device["attention"]
            .as_str()
            .is_some_and(|text| text.contains("register it as this home's new production device"))
    };
    let status = home.until("its owner is asked to register the new one", asks).await;
    let new: DeviceId = status["devices"][0]["device"].as_str().unwrap().parse().unwrap();
    assert_ne!(new, home.device);
    home.node.chain().register(home.gateway.0, 0, &[home.device, new]);
    let reports = |chain: &Chain| chain.final_readings().iter().filter(|reading| reading.device == new).count() >= 3;
    home.node.run_until("the new device reports", reports).await;
    let (old, new) = (home.readings(home.device), home.readings(new));
    assert_whole(&old, 6_400);
    assert_whole(&new, 6_400);
    assert!(old.iter().chain(&new).all(|reading| reading.register_epoch == 0), "a swap is no reset");
    assert!(new[0].registers.export_close_mwh < 20_000_000 && old[0].registers.export_open_mwh > 1_000_000_000);
    home.until("nobody is asked any more", |status| status["devices"][0]["attention"].is_null()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_wrap_keeps_its_epoch() {
    // Two minutes of sun below its end; the sun stands still until the gateway has its first readings.
    let rollover = || vec![Fault { by_wh: Some(300), ..Fault::new(FaultKind::Rollover, 0, None) }];
    let mut site = Site::start(None, Vec::new()).await;
    site.speed = 0.001;
    site.have(rollover()).await;
    let home = Home::with(&site).await;
    (site.speed, site.t0_unix_ms) = (f64::from(SPEED), unix_ms());
    site.have(rollover()).await;
    let end_mwh = 4_294_967_296_000;
    let beyond = |chain: &Chain| chain.final_readings().iter().any(|r| r.registers.export_open_mwh > end_mwh);
    home.node.run_until("the counter is beyond its end", beyond).await;
    home.more_readings(2).await;
    let (readings, truth) = (home.readings(home.device), site.truth().await);
    assert_whole(&readings, 6_400);
    assert!(readings.iter().all(|reading| reading.register_epoch == 0));
    assert!(readings[0].registers.export_open_mwh < end_mwh);
    let last = readings.last().unwrap().registers.export_close_mwh;
    assert!(last > end_mwh && last <= truth.export_mwh, "{last} of {truth:?}");
    assert!(troubles(&home.status().await).contains("a register was full and began at 0 again"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_reply_is_never_taken_for_the_next_register() {
    let mut site = Site::start(Some("eastron-sdm630"), Vec::new()).await;
    let home = Home::with(&site).await;
    // Later than the driver waits: each answer comes while the next request, or the next connection, is under way.
    site.have(vec![Fault { late_ms: Some(1_700), ..Fault::new(FaultKind::LateReply, 0, None) }]).await;
    let times_out = |status: &Value| status["devices"][0]["failures_total"].as_u64() >= Some(3);
    let status = home.until("requests are not answered in time", times_out).await;
    assert!(troubles(&status).contains("was not answered within 1500 ms"), "{}", troubles(&status));
    site.have(Vec::new()).await;
    home.more_readings(4).await;
    let (readings, truth) = (home.readings(home.device), site.truth().await);
    assert_whole(&readings, 22_000);
    assert!(readings.iter().all(|reading| reading.register_epoch == 0));
    let last = readings.last().unwrap().registers;
    // Import taken for export, or the other way round, would be off by MWh.
    assert!(truth.import_mwh.abs_diff(last.import_close_mwh) < 20_000_000, "{last:?} {truth:?}");
    assert!(truth.export_mwh.abs_diff(last.export_close_mwh) < 20_000_000, "{last:?} {truth:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_one_client_inverter_says_so_and_is_retried_gently() {
    let mut site = Site::start(None, Vec::new()).await;
    site.clients = 1;
    site.have(Vec::new()).await;
    let home = Home::with(&site).await;
    // Another program takes the only connection while the inverter starts again.
    site.simulator = None;
    home.until("it is away", |status| status["devices"][0]["failures_total"].as_u64() > Some(0)).await;
    site.have(Vec::new()).await;
    let other_program = loop {
        // The gateway may be quicker: then this one is refused, and waits for its next turn.
        let mut stream = tokio::net::TcpStream::connect(site.address).await.unwrap();
        if holds(&mut stream).await {
            break stream;
        }
        site.have(Vec::new()).await;
    };
    let says = |status: &Value| {
        let trouble = status["devices"][0]["trouble"].as_str().unwrap_or_default();
        trouble.contains("another program holds its only connection")
    };
    let before = home.until("it says who may hold it", says).await["devices"][0]["failures_total"].as_u64().unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let after = home.status().await["devices"][0]["failures_total"].as_u64().unwrap();
    assert!(after - before <= 20, "{} attempts in four seconds at ten samples a second", after - before);
    drop(other_program);
    home.more_readings(2).await;
    assert_whole(&home.readings(home.device), 6_400);
}

/// True if the inverter answers on this connection.
async fn holds(stream: &mut tokio::net::TcpStream) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let request = [0, 1, 0, 0, 0, 6, 1, 3, 0x9c, 0x40, 0, 2];
    let mut reply = [0; 13];
    stream.write_all(&request).await.is_ok() && stream.read_exact(&mut reply).await.is_ok()
}

#[tokio::test]
async fn no_clock_at_boot_signs_nothing() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = Gateway::start(folder.path(), 1, &[node.url()]);
    let (device, key) = (gateway.device(0), gateway.signer.read().unwrap().public_key());
    node.chain().register(key, 0, &[device]);
    gateway.identify(0).await;
    let begun = |_: &Chain| gateway.outbox.stored(device).unwrap().is_some();
    node.run_until("its chain begins", begun).await;
    gateway.stop().await;
    let _ = node.stop().await;
    // A Pi after a power cut: it knows its chain, and nobody vouches for its clock; no network, so no block either.
    let gateway = Gateway::start_without_clock(folder.path(), 1, &["ws://127.0.0.1:9".to_owned()]);
    gateway.identify(0).await;
    for step in (0..60u64).rev() {
        let at_ms = unix_ms() - step * 250;
        gateway.sample_at(0, at_ms, at_ms).await;
    }
    gateway.until("samples are seen", |status| status.devices[0].samples_total >= 60).await;
    gateway.until("it says why", |status| status.troubles.iter().any(|t| t.about == "clock")).await;
    assert_eq!(gateway.board.status().outbox.made_total, 0);
    assert!(gateway.outbox.is_empty().unwrap());
    gateway.stop().await;
}

#[tokio::test]
async fn days_of_outage_lose_nothing_and_send_the_oldest_first() {
    const DAYS: u64 = 3;
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 900)).await);
    let gateway = Gateway::start_patient(folder.path(), 2, &[node.url()]);
    let (devices, key) = (gateway.devices(2), gateway.signer.read().unwrap().public_key());
    node.chain().register(key, 0, &devices);
    for index in 0..2 {
        gateway.identify(index).await;
    }
    let begun = |_: &Chain| devices.iter().all(|id| gateway.outbox.stored(*id).unwrap().is_some());
    node.run_until("the devices' chains begin", begun).await;
    let (address, url) = (node.address, node.url());
    let chain = node.stop().await;
    gateway.until("the network is gone", |status| status.chain.link == deren_gateway::board::Link::Connecting).await;
    let start_ms = (unix_ms() - DAYS * 86_400_000) / 900_000 * 900_000;
    for step in 0..DAYS * 288 {
        for index in 0..2 {
            let at_ms = start_ms + step * 300_000;
            gateway.sample_at(index, at_ms, (at_ms - start_ms) / 10).await;
        }
    }
    let expected = DAYS * 96 - 2;
    gateway.until("all of it is on disk", |status| status.outbox.made_total >= 2 * expected).await;
    gateway.stop().await;
    // The power fails too; then all comes back.
    let gateway = Gateway::start_patient(folder.path(), 2, std::slice::from_ref(&url));
    let node = FakeNode::start_at(chain, address).await;
    let all = |chain: &Chain| chain.final_readings().len() as u64 >= 2 * expected;
    node.run_until("all of it is final", all).await;
    let readings = node.chain().final_readings();
    for device in &devices {
        let own: Vec<_> = readings.iter().filter(|reading| reading.device == *device).collect();
        assert!(own.iter().enumerate().all(|(number, reading)| reading.sequence == number as u64), "oldest first");
        assert!(own.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
        assert!(own.iter().all(|reading| reading.quality == Quality::GOOD && reading.slot_count == 1));
    }
    // Devices take turns: after any batch no device is more than one ahead of the other by what a batch holds.
    let mut sent: BTreeMap<DeviceId, u64> = BTreeMap::new();
    for reading in &readings {
        *sent.entry(reading.device).or_default() += 1;
        let (least, most) = (devices.iter().map(|id| sent.get(id).copied().unwrap_or(0)).min(), sent.values().max());
        assert!(most.copied().unwrap_or(0) - least.unwrap_or(0) <= 64, "one device waits for the other");
    }
    gateway.stop().await;
}

#[test]
fn slots_are_utc_on_days_of_92_and_100_quarter_hours() {
    // Midnights in Berlin (UTC+1, in summer +2): 29 March 2026 has 23 hours, 25 October 25.
    for (from_s, to_s, quarters) in [(1_774_738_800, 1_774_821_600, 92), (1_792_879_200, 1_792_969_200, 100)] {
        assert_eq!((to_s - from_s) / 900, quarters);
        let clock = SlotClock::new(NonZeroU32::new(900).unwrap());
        let rules = Rules { clock, confirmations: 6, boundary_wait_ms: 60_000, max_power: None, has_serial: true };
        let mut builder = SlotBuilder::new(rules, Progress::default());
        let spans: Vec<Span> = (from_s * 1000..=to_s * 1000)
            .step_by(60_000)
            .flat_map(|at_ms| {
                let registers = Registers { import_mwh: (at_ms - from_s * 1000) / 100, export_mwh: 0 };
                builder.take(Observation::plain(Point { at_ms, registers }), true).spans
            })
            .collect();
        assert_eq!(spans.len() as u64, quarters, "a slot for each, and none twice");
        assert_eq!(u64::from(spans[0].first_slot.0), from_s / 900);
        assert!(spans.windows(2).all(|pair| pair[1].first_slot == pair[0].end_slot()));
        let energy_mwh = |span: &Span| span.registers.import_close_mwh - span.registers.import_open_mwh;
        assert!(spans.iter().all(|span| span.slot_count == 1 && energy_mwh(span) == 9_000), "no hour twice or away");
    }
}

#[tokio::test]
async fn a_copied_key_is_equivocation() {
    let (own, copied) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let gateway = Gateway::start(own.path(), 1, &[node.url()]);
    let (device, key) = (gateway.device(0), gateway.signer.read().unwrap().public_key());
    for file in ["gateway.key", "identity.json"] {
        fs::copy(own.path().join(file), copied.path().join(file)).unwrap();
    }
    let other = Gateway::start(copied.path(), 1, &[node.url()]);
    assert_eq!(other.device(0), device, "the copy has the same salt");
    node.chain().register(key, 0, &[device]);
    for both in [&gateway, &other] {
        both.identify(0).await;
    }
    let begun = |_: &Chain| [&gateway, &other].iter().all(|each| each.outbox.stored(device).unwrap().is_some());
    node.run_until("both begin the device's chain", begun).await;
    // The first batch of each is lost, so that neither sees the other's before it has sent its own.
    node.chain().lose_submissions = 2;
    let now_ms = unix_ms();
    for step in (0..45u64).rev() {
        let at_ms = now_ms - step * 250;
        gateway.sample_at(0, at_ms, at_ms).await;
        other.sample_at(0, at_ms, at_ms / 2).await;
    }
    node.run_until("both send a reading of one number", |chain| {
        let mut first = BTreeMap::new();
        let readings = chain.submitted.iter().flat_map(|batch| &batch.readings);
        readings.into_iter().any(|reading| *first.entry(reading.sequence).or_insert(reading.hash()) != reading.hash())
    })
    .await;
    let noticed = |gateway: &Gateway| gateway.board.status().troubles.iter().any(|t| t.what.contains("second gateway"));
    node.run_until("one of the two notices", |_| noticed(&gateway) || noticed(&other)).await;
    // Two different authentic readings for one device and sequence: what anyone may report.
    let submitted = node.chain().submitted.clone();
    assert!(submitted.iter().all(|batch| batch.is_authentic(&key)), "both are authentic");
    let mut by_sequence: BTreeMap<u64, Vec<_>> = BTreeMap::new();
    for reading in submitted.iter().flat_map(|batch| &batch.readings) {
        by_sequence.entry(reading.sequence).or_default().push(reading.hash());
    }
    assert!(by_sequence.values().any(|hashes| hashes.iter().any(|hash| *hash != hashes[0])), "{by_sequence:?}");
    gateway.stop().await;
    other.stop().await;
}
