//! SML telegrams of real meters and our own, whole and broken.

use super::*;
use crate::{Counter, MeterError, Readout};
use proptest::prelude::*;

const HOLLEY: &str = include_str!("../../tests/telegrams/sml-holley.hex");
const DZG: &str = include_str!("../../tests/telegrams/sml-dzg-dvs74.hex");
const ISKRA: &str = include_str!("../../tests/telegrams/sml-iskra-mt631.hex");
const PADDED: &str = include_str!("../../tests/telegrams/sml-padding-of-four.hex");
const BLANKED: &str = include_str!("../../tests/telegrams/sml-blanked-server-id.hex");

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: String = hexadecimal.split_whitespace().collect();
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect()
}

fn found(bytes: &[u8]) -> Vec<Result<Vec<u8>, String>> {
    let mut finder = Finder::default();
    bytes.iter().filter_map(|byte| finder.push(*byte)).collect()
}

fn read(bytes: &[u8]) -> Vec<Result<Readout, MeterError>> {
    found(bytes).into_iter().flatten().map(|messages| decode(&messages, "here")).collect()
}

fn example(import_mwh: u64) -> Readout {
    let serial = Some("0a01454d480000b3".into());
    Readout { import_mwh: Some(import_mwh), export_mwh: Some(200), power_w: Some(-36), serial }
}

#[test]
fn telegrams_of_real_meters_are_read() {
    let expect = |import_mwh, export_mwh, power_w, serial: Option<&str>| {
        vec![Ok(Readout {
            import_mwh: Some(import_mwh),
            export_mwh: Some(export_mwh),
            power_w,
            serial: serial.map(Into::into),
        })]
    };
    assert_eq!(read(&bytes(HOLLEY)), expect(4_499_896_200, 0, Some(137), Some("0a01484c5902000424a0")), "a long list");
    assert_eq!(read(&bytes(DZG)), expect(5_430_157_700, 26_244_572_600, Some(-299), Some("0a01445a47000282225e")));
    assert_eq!(read(&bytes(ISKRA)), expect(2_043_104_700, 0, Some(193), Some("0a0149534b00047a5544")));
}

#[test]
fn a_scaler_says_how_fine_a_register_is() {
    let counters = |hexadecimal| {
        let messages = found(&bytes(hexadecimal)).pop().expect("one").expect("whole");
        let counted = decode_counted(&messages, "here").expect("a telegram");
        [counted.import_counter, counted.export_counter]
    };
    let tenth_of_a_wh = Counter { modulus_mwh: None, step_mwh: Some(100) };
    assert_eq!([HOLLEY, DZG, ISKRA].map(counters), [[tenth_of_a_wh; 2]; 3]);
}

#[test]
fn a_frame_that_pads_more_than_the_standard_allows_is_refused() {
    // A meter by DZG pads by four bytes where none are needed; the crate wants at most three.
    assert!(matches!(found(&bytes(PADDED)).as_slice(), [Err(reason)] if reason.contains("4 bytes of padding")));
}

#[test]
fn a_telegram_whose_frame_fits_and_whose_message_does_not_is_refused() {
    // Who published it blanked the server id and made the frame's CRC fit again, but not the messages'.
    let error = read(&bytes(BLANKED)).pop().expect("one").expect_err("refused");
    assert!(matches!(&error, MeterError::Telegram { reason, .. } if reason.contains("CRC of a message")), "{error}");
}

#[test]
fn reads_what_it_writes() {
    let readouts = [
        example(2_687_368_700),
        Readout { serial: Some("0a".into()), ..Readout::default() },
        Readout { export_mwh: Some(5_000), ..example(0) },
    ];
    for readout in readouts {
        assert_eq!(read(&write(&readout)), [Ok(readout)]);
    }
    assert_eq!(
        read(&write(&Readout { serial: Some("E0".into()), ..example(0) }))[0].as_ref().expect("one").serial,
        Some("e0".into())
    );
}

#[test]
fn two_telegrams_in_one_piece_with_garbage_between_are_both_read() {
    let (first, second) = (write(&example(1_000)), write(&example(2_000)));
    let stream = [b"\x1b\x1bgarbage".as_slice(), &first, b"\0\0noise", &second].concat();
    let imports: Vec<_> = read(&stream).into_iter().flatten().map(|readout| readout.import_mwh).collect();
    assert_eq!(imports, [Some(1_000), Some(2_000)]);
}

#[test]
fn a_telegram_cut_in_the_middle_costs_only_itself() {
    let (first, second) = (write(&example(1_000)), write(&example(2_000)));
    for cut in [9, 40, first.len() - 9, first.len() - 1] {
        let stream = [&first[..cut], &second, &second].concat();
        let last = read(&stream).pop().expect("one").expect("a telegram");
        assert_eq!(last.import_mwh, Some(2_000), "cut after {cut}");
    }
}

#[test]
fn a_telegram_with_a_wrong_crc_is_refused() {
    let mut telegram = write(&example(1_000));
    telegram[60] ^= 1;
    assert!(matches!(found(&telegram).as_slice(), [Err(reason)] if reason.contains("its contents give")));
}

#[test]
fn an_energy_in_another_unit_or_below_zero_is_refused() {
    let telegram = write(&example(1_000));
    let messages = found(&telegram).pop().expect("one").expect("whole");
    let at = messages.windows(6).position(|window| window == IMPORT).expect("there");
    for (offset, byte, expected) in [(9, WATT, "unit 27"), (13, 0xff, "which cannot be")] {
        let mut changed = messages.clone();
        changed[at + offset] = byte;
        let error = decode(&resigned(changed), "here").expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// The messages with the CRC16 of the second, that with the values, made to fit.
fn resigned(mut messages: Vec<u8>) -> Vec<u8> {
    let begin = messages.windows(3).position(|window| window == [0x76, 0x02, 2]).expect("the second");
    let end = messages.windows(3).position(|window| window == [0x76, 0x02, 3]).expect("the third");
    let crc = crc::Crc::<u16>::new(&crc::CRC_16_IBM_SDLC).checksum(&messages[begin..end - 4]).to_le_bytes();
    messages[end - 3..end - 1].copy_from_slice(&crc);
    messages
}

#[test]
fn all_tariffs_add_up_where_there_is_no_total() {
    let telegram = write(&example(1_000));
    let mut messages = found(&telegram).pop().expect("one").expect("whole");
    for (register, tariff) in [(IMPORT, [1, 0, 1, 8, 3, 255]), (EXPORT, [1, 0, 1, 8, 17, 255])] {
        let at = messages.windows(6).position(|window| window == register).expect("there");
        messages[at..at + 6].copy_from_slice(&tariff);
    }
    let read = decode(&resigned(messages), "here").expect("a telegram");
    assert_eq!((read.import_mwh, read.export_mwh), (Some(1_200), None));
}

#[test]
fn a_list_that_claims_more_values_than_can_be_is_refused() {
    let telegram = write(&example(1_000));
    let messages = found(&telegram).pop().expect("one").expect("whole");
    let at = messages.windows(2).position(|window| window == [0x73, 0x77]).expect("the list");
    let huge = [&messages[..at], &[0xff, 0x8f, 0x8f, 0x8f, 0x8f, 0x8f, 0x8f, 0x0e], &messages[at + 1..]].concat();
    let error = decode(&huge, "here").expect_err("refused").to_string();
    assert!(error.contains("four thousand million"), "{error}");
}

#[test]
fn a_stream_that_is_no_sml_stays_bounded_and_is_told() {
    let mut finder = Finder::default();
    let outcomes: Vec<_> = (0..200_000u32).filter_map(|number| finder.push((number % 251) as u8)).collect();
    assert!(outcomes.len() > 10 && outcomes.iter().all(|o| matches!(o, Err(reason) if reason.contains("no telegram"))));
    let endless = [&[0x1b; 4], &[0x01; 4], &[0u8; 3 * MAX_BYTES][..]].concat();
    assert!(matches!(found(&endless).as_slice(), [Err(reason), ..] if reason.contains("no end")));
}

proptest! {
    #[test]
    fn any_messages_are_read_or_refused(messages: Vec<u8>) {
        let _ = decode(&messages, "here");
    }

    #[test]
    fn a_real_telegram_with_any_bytes_changed_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut messages = found(&bytes(HOLLEY)).pop().expect("one").expect("whole");
        for (at, byte) in changes {
            let at = at.index(messages.len());
            messages[at] = byte;
        }
        let _ = decode(&messages, "here");
        let _ = found(&messages);
    }

    #[test]
    fn any_readout_is_read_back(import_wh in 0u64..1 << 40, export_wh in 0u64..1 << 40, power_w: i32) {
        let readout = Readout { export_mwh: Some(export_wh * 1_000), power_w: Some(power_w), ..example(import_wh * 1_000) };
        prop_assert_eq!(read(&write(&readout)), [Ok(readout)]);
    }
}
