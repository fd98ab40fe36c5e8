//! Chains and models without a wire: which devices there are, and what registers mean.

use super::{
    chain::Link,
    devices::energy_models,
    models::{self, Impossible, Readings},
};
use crate::quirks::Quirks;
use proptest::prelude::*;

/// Links of these models at their prescribed lengths, one after the other.
fn chain(ids: &[u16]) -> Vec<Link> {
    let mut address = 40_002;
    let link = |id: &u16| {
        let link = Link { id: *id, length: models::length(*id).unwrap_or(66), address };
        address += 2 + link.length;
        link
    };
    ids.iter().map(link).collect()
}

fn decode(id: u16, words: &[u16]) -> Result<Readings, Impossible> {
    models::decode(id, words, &Quirks::default())
}

fn device_ids(ids: &[u16]) -> Vec<(u16, u16)> {
    let devices = energy_models(&chain(ids)).into_iter().filter(|found| found.is_device);
    devices.map(|found| (found.link.id, found.index)).collect()
}

/// Registers after id and length, all zero but these; offsets count from the id as the specification's tables do.
fn data(id: u16, points: &[(usize, &[u16])]) -> Vec<u16> {
    let length = models::length(id).expect("an energy model");
    let mut words = vec![0; usize::from(models::words_to_read(length)) - 2];
    for (offset, values) in points {
        words[offset - 2..offset - 2 + values.len()].copy_from_slice(values);
    }
    words
}

#[test]
fn every_occurrence_after_a_model_1_is_a_device() {
    assert_eq!(device_ids(&[1, 103, 1, 203, 1, 203, 1, 203]), [(103, 0), (203, 0), (203, 1), (203, 2)]);
    assert_eq!(device_ids(&[1, 203, 203]), [(203, 0), (203, 1)], "even without a model 1 between");
    assert_eq!(device_ids(&[203]), [(203, 0)], "even without a model 1 at all");
    assert_eq!(device_ids(&[1, 120, 160]), [], "models that count no energy");
    assert_eq!(device_ids(&[]), []);
}

#[test]
fn the_best_model_of_a_section_stands_for_its_device() {
    assert_eq!(device_ids(&[1, 113, 103, 701, 203, 213]), [(701, 0), (203, 0)]);
    assert_eq!(device_ids(&[1, 113, 1, 103]), [(113, 0), (103, 0)], "two sections, two devices");
}

#[test]
fn a_better_model_of_the_wrong_length_is_no_better() {
    let mut links = chain(&[1, 103, 701]);
    links[2].length = 100;
    let devices: Vec<u16> =
        energy_models(&links).iter().filter(|found| found.is_device).map(|found| found.link.id).collect();
    assert_eq!(devices, [103, 701], "it is still told of, with its fault");
}

/// Import and export in mWh, and power in W.
fn shown(id: u16, words: &[u16]) -> (Option<u64>, Option<u64>, Option<i32>) {
    let Readings { import_mwh, export_mwh, power_w, .. } = decode(id, words).expect("possible");
    (import_mwh, export_mwh, power_w)
}

#[test]
fn reads_the_offsets_of_the_specification() {
    for id in [101, 102, 103] {
        let words = data(id, &[(14, &[100, 1]), (24, &[1, 2]), (26, &[0])]);
        assert_eq!(shown(id, &words), (None, Some(65_538_000), Some(-1_000)), "{id}");
    }
    for id in [201, 202, 203, 204] {
        let words = data(id, &[(18, &[100]), (22, &[0xffff]), (38, &[0, 7]), (46, &[0, 9]), (54, &[2])]);
        assert_eq!(shown(id, &words), (Some(900_000), Some(700_000), Some(10)), "{id}");
    }
    for id in [211, 212, 213, 214] {
        // 1.0 and 2.5
        let words = data(id, &[(60, &[0x3f80, 0]), (68, &[0x4020, 0])]);
        assert_eq!(shown(id, &words), (Some(2_500), Some(1_000), Some(0)), "{id}");
    }
    let words = data(701, &[(10, &[0xffff]), (19, &[0, 1, 0, 0]), (23, &[0, 0, 0, 5]), (120, &[0xffff])]);
    assert_eq!(shown(701, &words), (Some(500), Some((1 << 32) * 100), Some(1)));
}

#[test]
fn an_acc32_wraps_by_its_scale_factor_and_a_float_gets_coarser() {
    let meter = decode(203, &data(203, &[(38, &[0, 7]), (54, &[1])])).expect("possible");
    assert_eq!(meter.export_counter.modulus_mwh, Some((1 << 32) * 10_000));
    assert_eq!((meter.export_counter.step_mwh, meter.import_counter), (Some(10_000), meter.export_counter));
    let unknown = decode(103, &data(103, &[(24, &[1, 2]), (26, &[0x8000])])).expect("possible");
    assert_eq!(unknown.export_counter, crate::Counter::default(), "without a scale factor");
    let float = decode(113, &data(113, &[(32, &[0x4b80, 0])])).expect("possible");
    assert_eq!(float.export_counter.modulus_mwh, None);
    assert_eq!(decode(701, &data(701, &[])).expect("possible").export_counter.modulus_mwh, None, "64 bits never wrap");
}

#[test]
fn every_sentinel_is_nothing() {
    let nothing = (None, None, None);
    for id in [101, 102, 103] {
        for (energy, energy_factor, power, power_factor) in
            [([0, 0], 0, 0x8000, 0), ([0xffff, 0xffff], 0, 5, 0x8000), ([0, 7], 0x8000, 0x8000, 0x8000)]
        {
            let points = [(14, &[power, power_factor][..]), (24, &energy), (26, &[energy_factor])];
            assert_eq!(shown(id, &data(id, &points)), nothing, "{id}");
        }
    }
    // The quiet NaN of the specification, all ones, one with its sign set, and a signalling one.
    for nan in [[0x7fc0, 0], [0xffff, 0xffff], [0xffc0, 1], [0x7fa0, 0]] {
        for id in [111, 112, 113] {
            assert_eq!(shown(id, &data(id, &[(22, &nan), (32, &nan)])), nothing, "{id}");
        }
        for id in [211, 212, 213, 214] {
            assert_eq!(shown(id, &data(id, &[(28, &nan), (60, &nan), (68, &nan)])), nothing, "{id}");
        }
    }
    for id in [201, 202, 203, 204] {
        for (energy, factor) in [([0, 0], 0), ([0xffff, 0xffff], 0), ([0, 7], 0x8000)] {
            let points = [(18, &[0x8000][..]), (38, &energy), (46, &energy), (54, &[factor])];
            assert_eq!(shown(id, &data(id, &points)), nothing, "{id}");
        }
    }
    for (energy, factor) in [([0xffff; 4], 0), ([0, 0, 0, 7], 0x8000)] {
        let points = [(10, &[0x8000][..]), (19, &energy), (23, &energy), (120, &[factor])];
        assert_eq!(shown(701, &data(701, &points)), nothing);
    }
}

#[test]
fn an_accumulator_that_is_written_signed_is_no_huge_total() {
    let words = data(103, &[(24, &[0xffff, 0xfff0]), (26, &[0])]);
    assert_eq!(decode(103, &words).map(|readings| readings.export_mwh), Ok(Some(4_294_967_280_000)));
    let signed = models::decode(103, &words, Quirks::of("KOSTAL")).expect_err("below zero");
    assert_eq!((signed.what, signed.value.as_str()), ("WH", "-16 × 10^0 Wh"));
}

#[test]
fn the_direct_current_side_belongs_to_the_inverter_of_its_section() {
    let found = energy_models(&chain(&[1, 103, 160, 203, 1, 701, 714, 1, 160]));
    let dc: Vec<(u16, Vec<u16>)> =
        found.iter().map(|found| (found.link.id, found.dc.iter().map(|link| link.id).collect())).collect();
    assert_eq!(dc, [(103, vec![160]), (203, vec![]), (701, vec![714])]);
}

#[test]
fn floats_that_cannot_be_are_refused_by_name() {
    for (bits, text) in [(0x7f80u16, "inf"), (0xbf80, "-1")] {
        let impossible = decode(213, &data(213, &[(60, &[bits, 0])])).expect_err("impossible");
        assert_eq!(impossible.what, "TotWhExp");
        assert!(impossible.value.contains(text), "{}", impossible.value);
    }
}

#[test]
fn names_are_cleaned() {
    let mut words = vec![0; usize::from(models::COMMON_WORDS)];
    words[..2].copy_from_slice(&[0x4142, 0x2000]);
    words[16..32].fill(0xffff);
    words[48..50].copy_from_slice(&[0x3031, 0x3200]);
    assert_eq!(models::common(&words), [Some("AB".into()), None, Some("012".into())]);
    assert_eq!(models::common(&[0x4142]), [None, None, None], "short");
}

proptest! {
    #[test]
    fn any_registers_decode_or_are_refused(
        id in prop::sample::select(vec![101u16, 103, 111, 203, 213, 701, 1, 64_000]),
        words in prop::collection::vec(any::<u16>(), 0..130),
    ) {
        let _ = decode(id, &words);
        let _ = models::common(&words);
    }

    #[test]
    fn any_chain_has_at_most_a_device_a_model(ids in prop::collection::vec(
        prop::sample::select(vec![1u16, 103, 113, 701, 203, 213, 120]), 0..40,
    )) {
        let links = chain(&ids);
        let found = energy_models(&links);
        prop_assert!(found.len() <= links.len());
        for one in &found {
            let before = links.iter().filter(|link| link.id == one.link.id && link.address < one.link.address);
            prop_assert_eq!(usize::from(one.index), before.count());
            prop_assert!(one.common_address.is_none_or(|address| address < one.link.address));
        }
    }
}
