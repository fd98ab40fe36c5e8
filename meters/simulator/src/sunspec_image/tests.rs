//! Chains as a reader sees them.

use super::*;
use crate::{config::SunSpecDevice, device::Registers, model::Plate};
use proptest::prelude::*;

const PLATE: Plate = Plate { serial: 12_345_678, rated_power_w: 6_000 };
const REGISTERS: Registers = Registers { import_mwh: 1_234_567_890, export_mwh: 9_876_543_210, power_w: -4_321 };

fn device(registers: Option<Registers>) -> ChainDevice<'static> {
    let shown = Shown { elapsed_s: 0, registers };
    ChainDevice { role: DeviceRole::Grid, plate: &PLATE, shown, wrong_length: false }
}

fn of_model(id: u16, energy_scale: i8) -> SunSpecConfig {
    let model = SunSpecModel::try_from(id).unwrap();
    SunSpecConfig::new(vec![SunSpecDevice { energy_scale, ..SunSpecDevice::new(DeviceRole::Grid, model) }])
}

/// The registers of the model after model 1, from its id on.
fn words(id: u16, energy_scale: i8, registers: Option<Registers>) -> Vec<u16> {
    chain(&of_model(id, energy_scale), &[device(registers)])[1].words[68..].to_vec()
}

fn u32_at(words: &[u16], offset: usize) -> u32 {
    (u32::from(words[offset]) << 16) | u32::from(words[offset + 1])
}

fn f32_at(words: &[u16], offset: usize) -> f32 {
    f32::from_bits(u32_at(words, offset))
}

fn flat(parts: &[Part]) -> Vec<u16> {
    parts.iter().flat_map(|part| part.words.clone()).collect()
}

/// Ids and lengths of a chain, up to its end.
fn walk(words: &[u16]) -> Vec<(u16, u16)> {
    let mut models = Vec::new();
    let mut at = 2;
    while at + 1 < words.len() && words[at] != 0xffff && words[at] != 0 {
        models.push((words[at], words[at + 1]));
        at += 2 + usize::from(words[at + 1]);
    }
    models
}

#[test]
fn an_inverter_and_its_meter_follow_one_another_with_repeated_model_1() {
    let devices = [103, 203].map(|id| SunSpecDevice::new(DeviceRole::Grid, id.try_into().unwrap()));
    let parts = chain(&SunSpecConfig::new(devices.to_vec()), &[device(Some(REGISTERS)), device(Some(REGISTERS))]);
    let words = flat(&parts);
    assert_eq!(words[..2], [0x5375, 0x6e53]);
    assert_eq!(walk(&words), [(1, 66), (103, 50), (1, 66), (203, 105)]);
    assert_eq!(words[words.len() - 2..], [0xffff, 0]);
    for pair in parts.windows(2) {
        assert_eq!(usize::from(pair[0].address) + pair[0].words.len(), usize::from(pair[1].address));
    }
    assert_eq!(parts.iter().map(|part| part.device).collect::<Vec<_>>(), [None, Some(0), Some(1), None]);
}

#[test]
fn each_model_has_its_length() {
    for (id, length) in [(101, 50), (112, 60), (202, 105), (213, 124), (701, 153)] {
        assert_eq!(walk(&flat(&chain(&of_model(id, 0), &[device(Some(REGISTERS))]))), [(1, 66), (id, length)]);
    }
}

#[test]
fn energies_lie_where_the_models_have_them() {
    let inverter = words(103, 0, Some(REGISTERS));
    assert_eq!((u32_at(&inverter, 24), inverter[26]), (9_876_543, 0));
    let meter = words(203, 1, Some(REGISTERS));
    assert_eq!((u32_at(&meter, 38), u32_at(&meter, 46), meter[54]), (987_654, 123_456, 1));
    let der = words(701, -3, Some(REGISTERS));
    assert_eq!((u32_at(&der, 19), u32_at(&der, 21)), ((9_876_543_210u64 >> 32) as u32, 9_876_543_210u64 as u32));
    assert_eq!((u32_at(&der, 25), der[120] as i16), (1_234_567_890, -3));
    assert_eq!(f32_at(&words(113, 0, Some(REGISTERS)), 32), 9_876_543.0);
    let float_meter = words(213, 0, Some(REGISTERS));
    assert_eq!((f32_at(&float_meter, 60), f32_at(&float_meter, 68)), (9_876_543.0, 1_234_567.9));
}

#[test]
fn power_is_positive_for_what_a_generator_gives_and_a_meter_takes() {
    assert_eq!(words(103, 0, Some(REGISTERS))[14], 4_321);
    assert_eq!(words(701, 0, Some(REGISTERS))[10], 4_321);
    assert_eq!(words(203, 0, Some(REGISTERS))[18] as i16, -4_321);
    assert_eq!(f32_at(&words(213, 0, Some(REGISTERS)), 28), -4_321.0);
}

#[test]
fn a_large_power_moves_to_its_scale_factor() {
    let meter = words(203, 0, Some(Registers { power_w: 98_765, ..REGISTERS }));
    assert_eq!((meter[18], meter[22]), (9_876, 1));
}

#[test]
fn not_a_number_reads_as_not_implemented() {
    let inverter = words(103, 0, None);
    assert_eq!((inverter[2], inverter[14], u32_at(&inverter, 24)), (0xffff, 0x8000, 0));
    assert!(f32_at(&words(213, 0, None), 60).is_nan());
    assert_eq!(words(701, 0, None)[19..23], [0xffff; 4]);
}

#[test]
fn an_acc32_wraps() {
    let registers = Registers { export_mwh: (1 << 32) + 5, ..REGISTERS };
    assert_eq!(u32_at(&words(203, -3, Some(registers)), 38), 5);
}

#[test]
fn chains_end_in_three_ways() {
    let end = |end| flat(&chain(&SunSpecConfig { end, ..of_model(203, 0) }, &[device(None)]));
    let (marker, zero, missing) = (end(ChainEnd::Marker), end(ChainEnd::Zero), end(ChainEnd::Missing));
    assert_eq!((marker.len(), zero.len()), (missing.len() + 2, missing.len() + 2));
    assert_eq!((&marker[missing.len()..], &zero[missing.len()..]), (&[0xffff, 0][..], &[0, 0][..]));
}

#[test]
fn a_wrong_length_is_one_too_many() {
    let parts = chain(&of_model(203, 0), &[ChainDevice { wrong_length: true, ..device(Some(REGISTERS)) }]);
    assert_eq!((parts[1].words[68], parts[1].words[69], parts[1].words.len()), (203, 106, 68 + 107));
}

#[test]
fn model_1_says_who_it_is() {
    let words = &chain(&of_model(203, 0), &[device(None)])[1].words;
    let text = |range: std::ops::Range<usize>| {
        String::from_utf8(words[range].iter().flat_map(|word| word.to_be_bytes()).filter(|byte| *byte != 0).collect())
    };
    assert_eq!(text(2..18).unwrap(), "DeREN");
    assert_eq!(text(18..34).unwrap(), "Simulated grid meter");
    assert_eq!(text(50..66).unwrap(), "12345678");
}

proptest! {
    #[test]
    fn any_registers_make_a_chain(
        id in prop::sample::select(vec![101u16, 103, 111, 113, 201, 203, 211, 213, 701]),
        import_mwh: u64, export_mwh: u64, power_w: i32, energy_scale in -3i8..=3,
    ) {
        let words = words(id, energy_scale, Some(Registers { import_mwh, export_mwh, power_w }));
        prop_assert_eq!((words[0], usize::from(words[1]) + 2), (id, words.len()));
        if id == 203 {
            let unit_mwh = 10u64.pow((energy_scale + 3) as u32);
            prop_assert_eq!(u32_at(&words, 38), (export_mwh / unit_mwh) as u32);
            let scaled_w = i64::from(words[18] as i16) * 10i64.pow(words[22].into());
            prop_assert!((scaled_w - i64::from(power_w)).abs() < 100_000 || power_w.unsigned_abs() > 32_767_000);
        }
    }
}
