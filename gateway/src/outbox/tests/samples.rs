//! Samples are on disk as long as they should be, and as their reading says.

use super::*;

#[test]
fn a_readings_samples_are_on_disk_as_its_root_says() {
    let (folder, outbox) = open();
    outbox.begin(ONE, Tail::default(), &Progress::default()).expect("begun");
    let empty = Span { samples: Vec::new(), ..span(1) };
    let update = Update { device: ONE, spans: vec![span(0), empty, span(2)], progress: Progress::default() };
    let readings = outbox.append(vec![update], &seal()).expect("stored");
    assert_eq!(readings.iter().map(|reading| reading.interval.samples).collect::<Vec<_>>(), [6, 0, 6]);
    assert_eq!((readings[1].samples_root, outbox.samples(ONE, 1).expect("read")), ([0; 32], None));
    assert_ne!(readings[0].samples_root, readings[2].samples_root);
    outbox.remove_before(&[(ONE, 3)]).expect("removed");
    drop(outbox);
    let outbox = Outbox::open(folder.path(), Bounds::default()).expect("opened");
    let samples = outbox.samples(ONE, 2).expect("read").expect("kept");
    assert_eq!((samples.count(), samples.root()), (6, readings[2].samples_root));
    for index in 0..6 {
        let (leaf, path) = samples.proof(index).expect("a leaf");
        assert_eq!((u32::from(leaf.number), leaf.time_ms, leaf.power_w), (index, index * 10_000, 4));
        assert_eq!(path.root(&leaf), Some(readings[2].samples_root));
    }
    assert_eq!(samples.proof(6), None);
    assert_eq!(samples.leaves().len(), 6);
}

#[test]
fn samples_go_when_they_are_too_old() {
    let (folder, outbox) = open();
    drop(outbox);
    let outbox = Outbox::open(folder.path(), Bounds { samples_days: 1, ..Bounds::default() }).expect("opened");
    append(&outbox, ONE, 0..97);
    append(&outbox, TWO, 0..1);
    let held = |device, sequence| outbox.samples(device, sequence).expect("read").is_some();
    assert!(!held(ONE, 0) && held(ONE, 1) && held(ONE, 96) && held(TWO, 0));
    append(&outbox, ONE, 97..98);
    assert!(!held(ONE, 1) && held(ONE, 2) && !held(TWO, 0), "each device's, however long it says nothing");
}

#[test]
fn samples_go_oldest_first_when_they_are_too_much() {
    let (folder, outbox) = open();
    drop(outbox);
    let outbox = Outbox::open(folder.path(), Bounds { samples_max_mb: 1, ..Bounds::default() }).expect("opened");
    let many = |slot: u32| {
        let sample = |time_ms| SamplePoint { time_ms, import_mwh: slot.into(), export_mwh: 0, power_w: 0 };
        Span { samples: (0..4096).map(sample).collect(), ..span(slot) }
    };
    for device in [ONE, TWO] {
        outbox.begin(device, Tail::default(), &Progress::default()).expect("begun");
    }
    for slot in 0..10 {
        let update = |device| Update { device, spans: vec![many(slot)], progress: Progress::default() };
        outbox.append(vec![update(ONE), update(TWO)], &seal()).expect("stored");
    }
    let held = |device| (0..10).filter(|number| outbox.samples(device, *number).expect("read").is_some()).collect();
    let (one, two): (Vec<u64>, Vec<u64>) = (held(ONE), held(TWO));
    assert_eq!(one.len() + two.len(), 1024 * 1024 / (4096 * 24 + 8 + 64), "as many as the bound holds");
    assert_eq!((one, two), (vec![5, 6, 7, 8, 9], vec![5, 6, 7, 8, 9]));
}
