//! What the way to the chain does when the wire, the pool or the chain does not do as hoped. The node is a server that
//! can be told to fail; with a real node the same path runs in the neighbourhood's tests.

use crate::support::{
    FakeNode,
    chain::Chain,
    gateway::{Gateway, identity, settings},
};
use deren_gateway::{
    board::{Link, Status},
    clock::unix_ms,
    codes::GatewayCode,
    devices::DeviceBook,
    outbox::Reading,
    uplink::Node,
};
use deren_meters::Identity;
use deren_primitives::{DeviceCursor, ReadingError, ReadingHash, RegisterSpan, Slot};
use std::time::Duration;

/// Samples so that slots are complete up to now: two devices, the last 10 slots of a second each.
async fn sample_ten_slots(gateway: &Gateway, devices: usize) {
    let now_ms = unix_ms();
    for step in (0..=44).rev() {
        for index in 0..devices {
            let at_ms = now_ms - step * 250;
            gateway.sample_at(index, at_ms, at_ms).await;
        }
    }
}

/// A registered gateway that is connected and has told the chain of its devices.
async fn connected(folder: &std::path::Path, node: &FakeNode, devices: usize) -> Gateway {
    let gateway = Gateway::start(folder, devices, &[node.url()]);
    let key = gateway.signer.read().unwrap().public_key();
    node.chain().register(key, 0, &gateway.devices(devices));
    for index in 0..devices {
        gateway.identify(index).await;
    }
    let begun = |_: &Chain| gateway.devices(devices).iter().all(|id| gateway.outbox.stored(*id).unwrap().is_some());
    node.run_until("the devices' chains begin", begun).await;
    gateway
}

fn assert_unbroken(readings: &[Reading], devices: &[deren_primitives::DeviceId]) {
    for device in devices {
        let own: Vec<_> = readings.iter().filter(|reading| reading.device == *device).collect();
        assert!(own.iter().enumerate().all(|(number, reading)| reading.sequence == number as u64));
        assert!(own.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
        assert!(own.windows(2).all(|pair| pair[1].first_slot == pair[0].end_slot()));
    }
}

#[tokio::test]
async fn a_reading_leaves_the_outbox_only_when_it_is_final() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 2).await;
    sample_ten_slots(&gateway, 2).await;
    gateway.until("readings are made", |status| status.outbox.made_total >= 18).await;
    node.make_block();
    gateway.until("a batch is submitted", |status| status.outbox.batches_total == 1).await;
    node.make_block();
    assert!(node.chain().best().cursors.values().all(|cursor| cursor.next_sequence > 0));
    let waiting = gateway.outbox.len().unwrap();
    node.make_block();
    assert_eq!(gateway.outbox.len().unwrap(), waiting);
    node.finalise();
    gateway.until("what is final leaves", |status| status.outbox.readings < waiting).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 18).await;
    let readings = node.chain().final_readings();
    assert_unbroken(&readings, &gateway.devices(2));
    assert!(readings.iter().all(|reading| reading.anchor.block_hash != [0; 32]));
    gateway.stop().await;
}

#[tokio::test]
async fn the_readings_of_a_slot_go_up_together() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 2)).await);
    let gateway = connected(folder.path(), &node, 2).await;
    sample_ten_slots(&gateway, 2).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 8).await;
    let slot = |status: &Status, index: usize| status.devices[index].last_slot;
    let before = gateway.board.status();
    while gateway
        .board
        .status()
        .devices
        .iter()
        .enumerate()
        .any(|(index, _)| slot(&gateway.board.status(), index) == slot(&before, index))
    {
        // One device shows the new slot at once, the other a little later.
        gateway.sample(0).await;
        node.make_block();
        node.finalise();
        tokio::time::sleep(Duration::from_millis(100)).await;
        if slot(&gateway.board.status(), 0) != slot(&before, 0) {
            tokio::time::sleep(Duration::from_millis(300)).await;
            gateway.sample(1).await;
        }
    }
    let submitted = node.chain().submitted.len();
    node.run_until("a batch goes up", |chain| chain.submitted.len() > submitted).await;
    let last = node.chain().submitted.last().unwrap().clone();
    let devices: std::collections::BTreeSet<_> = last.readings.iter().map(|reading| reading.device).collect();
    assert_eq!(devices.len(), 2);
    gateway.stop().await;
}

#[tokio::test]
async fn a_lost_batch_is_sent_again_with_the_next_attempt() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    node.chain().lose_submissions = 2;
    sample_ten_slots(&gateway, 1).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    let attempts: Vec<u32> = node.chain().submitted.iter().map(|batch| batch.attempt).collect();
    assert!(attempts.starts_with(&[0, 1, 2]), "{attempts:?}");
    assert_unbroken(&node.chain().final_readings(), &gateway.devices(1));
    gateway.stop().await;
}

#[tokio::test]
async fn a_banned_batch_is_sent_again_with_other_bytes() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    node.chain().ban_submissions = 1;
    sample_ten_slots(&gateway, 1).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    assert_eq!(node.chain().submitted[1].attempt, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_batch_that_was_reorganised_away_is_sent_again() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("readings are made", |status| status.outbox.made_total >= 9).await;
    node.make_block();
    gateway.until("a batch is submitted", |status| status.outbox.batches_total == 1).await;
    node.make_block();
    assert!(node.chain().best().cursors.values().all(|cursor| cursor.next_sequence > 0));
    let best = node.chain().best_number();
    gateway.until("the gateway sees it", |status| status.chain.best_block == Some(best)).await;
    node.reorganise();
    assert!(node.chain().best().cursors.values().all(|cursor| cursor.next_sequence == 0));
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    assert_unbroken(&node.chain().final_readings(), &gateway.devices(1));
    gateway.stop().await;
}

#[tokio::test]
async fn a_refused_device_waits_with_the_reason_shown_and_others_go_on() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 2).await;
    let (bad, good) = (gateway.device(0), gateway.device(1));
    node.chain().refuse.insert(bad, ReadingError::InactiveDevice);
    sample_ten_slots(&gateway, 2).await;
    let all_good = |chain: &Chain| chain.final_readings().iter().filter(|r| r.device == good).count() >= 9;
    node.run_until("the good device's are final", all_good).await;
    gateway.until("the reason is shown", |status| status.devices[0].refusal.is_some()).await;
    let status = gateway.board.status();
    assert!(status.devices[0].refusal.as_ref().unwrap().contains("deactivated"));
    assert_eq!(status.devices[0].refusal_code, Some(GatewayCode::DeviceInactive.into()));
    assert!(status.troubles.iter().any(|trouble| trouble.what.contains("deactivated")));
    assert!(status.outbox.refused_total >= 1);
    assert!(gateway.outbox.len().unwrap() >= 9);
    node.chain().refuse.clear();
    let all = |chain: &Chain| chain.final_readings().iter().filter(|r| r.device == bad).count() >= 9;
    node.run_until("the other's are final too", all).await;
    assert_unbroken(&node.chain().final_readings(), &gateway.devices(2));
    gateway.until("the reason is gone", |status| status.devices[0].refusal.is_none()).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_cut_connection_is_made_again_and_nothing_is_lost() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    let address = node.address;
    let chain = node.stop().await;
    gateway.until("the cut is noticed", |status| status.chain.link == Link::Connecting).await;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("readings are made all the same", |status| status.outbox.made_total >= 9).await;
    let node = FakeNode::start_at(chain, address).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    assert_unbroken(&node.chain().final_readings(), &gateway.devices(1));
    gateway.stop().await;
}

#[tokio::test]
async fn a_node_of_another_chain_is_refused_and_the_next_one_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) = (FakeNode::start(Chain::new(1, 1)).await, FakeNode::start(Chain::new(2, 1)).await);
    let gateway = connected(folder.path(), &own, 1).await;
    gateway.stop().await;
    let gateway = Gateway::start(folder.path(), 1, &[other.url()]);
    gateway.until("it is refused", |status| status.chain.link == Link::OtherChain).await;
    assert!(gateway.board.status().troubles.iter().any(|t| t.what.contains("serves the chain with genesis 0x0202")));
    gateway.stop().await;
    assert!(other.chain().submitted.is_empty());
    let gateway = Gateway::start(folder.path(), 1, &[other.url(), own.url()]);
    gateway.until("the next one is found", |status| status.chain.link == Link::Connected).await;
    gateway.stop().await;
}

#[tokio::test]
async fn after_a_rotation_the_outbox_is_signed_again() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    let device = gateway.device(0);
    node.chain().refuse.insert(device, ReadingError::InactiveDevice);
    sample_ten_slots(&gateway, 1).await;
    gateway.until("readings are made", |status| status.outbox.made_total >= 9).await;
    let genesis = node.chain().genesis();
    let rotation = gateway.signer.write().unwrap().prepare_rotation(&genesis).unwrap();
    node.chain().register(rotation.new_key, rotation.new_key_epoch, &[device]);
    node.chain().refuse.clear();
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    assert_eq!(node.chain().submitted.last().unwrap().key_epoch, 1);
    assert_eq!(gateway.board.status().key_epoch, 1);
    assert_unbroken(&node.chain().final_readings(), &[device]);
    gateway.stop().await;
}

/// An older chain takes nothing that this program makes. It is told, nothing is lost, and an upgrade is enough.
#[tokio::test]
async fn readings_wait_for_a_chain_that_takes_them() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    node.chain().lacks_version_2 = true;
    let gateway = connected(folder.path(), &node, 1).await;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("readings are made", |status| status.outbox.made_total >= 9).await;
    for _ in 0..3 {
        node.make_block();
        node.finalise();
    }
    let code = GatewayCode::ChainTooOld.into();
    let is_told = |status: &Status| status.troubles.iter().any(|trouble| trouble.code == code);
    gateway.until("it says what the chain lacks", is_told).await;
    let troubles = gateway.board.status().troubles;
    let what = &troubles.iter().find(|trouble| trouble.code == code).unwrap().what;
    assert!(what.contains("GatewayApi_check_v2") && what.contains("upgraded"), "{what}");
    assert!(node.chain().submitted.is_empty());
    assert!(gateway.outbox.len().unwrap() >= 9);
    assert_eq!(gateway.board.status().chain.link, Link::Connected, "nothing else is wrong");
    node.chain().lacks_version_2 = false;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    let readings = node.chain().final_readings();
    assert_unbroken(&readings, &gateway.devices(1));
    assert!(readings.iter().all(|reading| matches!(reading, Reading::Sampled(_))));
    gateway.stop().await;
}

/// The samples of which a final reading was made are there, as its root says.
#[tokio::test]
async fn a_reading_on_the_chain_commits_to_samples_on_disk() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    sample_ten_slots(&gateway, 1).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    for reading in node.chain().final_readings() {
        let Reading::Sampled(sampled) = &reading else { panic!("of version 1: {reading:?}") };
        let samples = gateway.outbox.samples(reading.device, reading.sequence).unwrap().expect("kept");
        assert_eq!((samples.count(), samples.root()), (reading.samples, sampled.samples_root));
        assert!(reading.samples >= 3, "sampled every 250 ms");
        let (leaf, path) = samples.proof(1).unwrap();
        assert_eq!(path.root(&leaf), Some(sampled.samples_root));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_device_with_a_history_continues_where_the_chain_says() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = Gateway::start(folder.path(), 1, &[node.url()]);
    let (device, key) = (gateway.device(0), gateway.signer.read().unwrap().public_key());
    let next_slot = Slot((unix_ms() / 1000 - 100) as u32);
    let registers = RegisterSpan { import_close_mwh: unix_ms() - 100_000, ..Default::default() };
    let cursor =
        DeviceCursor { next_sequence: 40, last_hash: ReadingHash([4; 32]), register_epoch: 2, next_slot, registers };
    node.chain().register(key, 0, &[device]);
    node.chain().set_cursor(device, cursor);
    gateway.identify(0).await;
    node.run_until("its chain begins", |_| gateway.outbox.stored(device).unwrap().is_some()).await;
    sample_ten_slots(&gateway, 1).await;
    node.run_until("readings are final", |chain| chain.final_readings().len() >= 9).await;
    let readings = node.chain().final_readings();
    assert_eq!((readings[0].sequence, readings[0].first_slot, readings[0].register_epoch), (40, next_slot, 2));
    assert!(readings[0].registers.continues(&registers) && readings[0].slot_count > 50);
    gateway.stop().await;
}

#[tokio::test]
async fn a_second_copy_of_the_key_is_noticed() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    let device = gateway.device(0);
    let cursor = DeviceCursor { next_sequence: 7, last_hash: ReadingHash([4; 32]), ..Default::default() };
    node.chain().set_cursor(device, cursor);
    let adopted = |_: &Chain| gateway.outbox.stored(device).unwrap().unwrap().tail.next_sequence == 7;
    sample_ten_slots(&gateway, 1).await;
    node.run_until("the chain's word is taken", adopted).await;
    assert!(gateway.board.status().troubles.iter().any(|t| t.what.contains("second gateway")));
    gateway.stop().await;
}

#[tokio::test]
async fn without_a_node_readings_are_made_after_the_first_contact() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    gateway.stop().await;
    let (url, address) = (node.url(), node.address);
    let chain = node.stop().await;
    let gateway = Gateway::start(folder.path(), 1, &[url]);
    gateway.identify(0).await;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("readings are made", |status| status.outbox.made_total >= 9).await;
    let node = FakeNode::start_at(chain, address).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    gateway.stop().await;
}

#[tokio::test]
async fn before_the_first_contact_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(folder.path(), 1, &["ws://127.0.0.1:9".to_owned()]);
    gateway.identify(0).await;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("samples are shown", |status| status.devices[0].samples_total >= 45).await;
    assert!(gateway.outbox.is_empty().unwrap());
    assert_eq!(gateway.board.status().outbox.made_total, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_full_outbox_makes_no_readings_and_then_one_for_the_whole_time() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let url = node.url();
    let gateway = connected(folder.path(), &node, 1).await;
    let device = gateway.device(0);
    sample_ten_slots(&gateway, 1).await;
    node.run_until("all are final", |chain| chain.final_readings().len() >= 9).await;
    gateway.stop().await;
    // One megabyte is less than the room that is always kept free.
    let gateway = Gateway::start_with(folder.path(), 1, std::slice::from_ref(&url), 1);
    gateway.identify(0).await;
    tokio::time::sleep(Duration::from_millis(2_200)).await;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("it says so", |status| status.troubles.iter().any(|t| t.what.starts_with("full"))).await;
    gateway.stop().await;
    let gateway = Gateway::start(folder.path(), 1, &[url]);
    gateway.identify(0).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    gateway.sample(0).await;
    node.run_until("the time is covered", |chain| chain.final_readings().iter().any(|r| r.slot_count > 1)).await;
    assert_unbroken(&node.chain().final_readings(), &[device]);
    gateway.stop().await;
}

#[tokio::test]
async fn an_answer_of_another_kind_is_an_error_and_no_panic() {
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let client = Node::connect(&node.url().parse().unwrap()).await.unwrap();
    assert_eq!(client.block_hash(0).await.unwrap(), Some([1; 32]));
    assert_eq!(client.block_hash(999).await.unwrap(), None);
    assert_eq!(client.finalised_hash().await.unwrap(), [1; 32]);
    node.chain().nonsense_head = true;
    assert!(client.finalised_hash().await.is_err());
}

/// Blocks go on and none becomes final: the newest final one would be too old for the chain before long.
#[tokio::test]
async fn where_finality_is_gone_readings_are_anchored_at_a_hundredth_block() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    while node.chain().best_number() < 110 {
        node.make_block();
    }
    node.finalise();
    let last_final = node.chain().finalised_number();
    gateway.until("it is final", |status| status.chain.finalised_block == Some(last_final)).await;
    while node.chain().best_number() <= last_final + 101 {
        node.make_block();
    }
    let best = node.chain().best_number();
    gateway.until("blocks go on", |status| status.chain.best_block == Some(best)).await;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("readings are made", |status| status.outbox.made_total >= 9).await;
    let queued = gateway.outbox.next(&[(gateway.device(0), 0)], Slot(u32::MAX), 64).unwrap();
    let hundredth = node.chain().hash(last_final - last_final % 100).unwrap();
    let newest = queued.last().expect("it waits").reading.anchor;
    assert_eq!((newest.block_number, newest.block_hash), (last_final - last_final % 100, hundredth));
    assert!(last_final % 100 > 0);
    gateway.stop().await;
}

/// Blocks go on and none becomes final: later readings must not wait for it, or they would be late.
#[tokio::test]
async fn where_finality_is_gone_later_readings_go_up_and_none_is_lost() {
    let (folder, node) = (tempfile::tempdir().unwrap(), FakeNode::start(Chain::new(1, 1)).await);
    let gateway = connected(folder.path(), &node, 1).await;
    let device = gateway.device(0);
    let taken = || node.chain().best().cursors[&device].next_sequence;
    sample_ten_slots(&gateway, 1).await;
    gateway.until("readings are made", |status| status.outbox.made_total >= 9).await;
    let before_the_halt = node.chain().final_readings().len();
    let mut wanted = taken() + 9;
    for _ in 0..3 {
        for _ in 0..1200 {
            if taken() >= wanted {
                break;
            }
            node.make_block();
            gateway.sample(0).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(taken() >= wanted, "only {} readings are in a block", taken());
        wanted = taken() + 1;
    }
    assert_eq!(node.chain().final_readings().len(), before_the_halt);
    assert!(gateway.outbox.len().unwrap() >= 11, "what is not final is kept");
    // All of it is lost, and comes again.
    let goal = usize::try_from(taken()).unwrap();
    node.reorganise();
    node.run_until("all are final", |chain| chain.final_readings().len() >= goal).await;
    assert_unbroken(&node.chain().final_readings(), &[device]);
    gateway.stop().await;
}

/// A meter was moved to another address, and at its old one there is now a device that says no serial number.
#[tokio::test]
async fn a_device_without_a_serial_number_is_not_taken_for_one_that_is_read_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    DeviceBook::load(folder.path()).unwrap().learn(&settings(1), &identity(0)).unwrap();
    let gateway = Gateway::start(folder.path(), 2, &["ws://127.0.0.1:9".to_owned()]);
    gateway.identify(0).await;
    gateway.identify_as(1, Identity { serial: String::new(), has_serial: false, ..identity(1) }).await;
    gateway
        .until("it is told", |status| {
            status.devices[1].trouble.as_deref().is_some_and(|what| what.contains("the same device as device-0"))
        })
        .await;
    gateway.stop().await;
}
