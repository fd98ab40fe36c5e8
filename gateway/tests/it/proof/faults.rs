//! Each fault by name, with the line, the device and the sequence number where it is.

use super::draft::{Draft, FROM_SLOT, GRID, ROOF, key, public};
use deren_gateway::proof::{Failure, Fault, FaultKind, TrustedKey, verify};
use deren_primitives::{DeviceId, Hex, Quality, ReadingHash, Slot};
use ed25519_dalek::Signer;

fn fault_of(bytes: &[u8], trusted: &[TrustedKey]) -> Fault {
    match verify(bytes, trusted) {
        Err(Failure::Fault(fault)) => fault,
        other => panic!("expected a fault: {other:?}"),
    }
}

/// The fault of a file that the gateway itself wrote so: chained and signed as ever.
fn told(change: impl Fn(&mut Draft)) -> (u64, Option<DeviceId>, Option<u64>, FaultKind) {
    let mut draft = Draft::whole();
    change(&mut draft);
    draft.chain();
    draft.sign();
    let fault = fault_of(&draft.bytes(), &[]);
    assert!(fault.to_string().contains(&format!("line {}", fault.line)), "{fault}");
    (fault.line, fault.device, fault.sequence, fault.fault)
}

/// The fault of a file in which a line was changed after it was written.
fn changed(line: usize, from: &str, to: &str) -> Fault {
    let text = String::from_utf8(Draft::whole().bytes()).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert!(lines[line - 1].contains(from), "{from} is in line {line}");
    lines[line - 1] = lines[line - 1].replacen(from, to, 1);
    fault_of(format!("{}\n", lines.join("\n")).as_bytes(), &[])
}

#[test]
fn a_changed_reading_is_not_what_was_signed() {
    let fault = changed(4, "\"import_close_mwh\":3845900000", "\"import_close_mwh\":3845900001");
    assert_eq!((fault.line, fault.device, fault.sequence), (4, Some(GRID), Some(42)));
    assert_eq!(fault.fault, FaultKind::BadSignature);
}

#[test]
fn a_reading_signed_for_another_chain_or_gateway_is_no_proof() {
    for (field, from) in [("genesis", Hex([7; 32]).to_string()), ("gateway", Hex(public(0)).to_string())] {
        let other = if field == "genesis" { Hex([8; 32]) } else { Hex(public(5)) };
        let fault = changed(1, &format!("\"{field}\":\"{from}\""), &format!("\"{field}\":\"{other}\""));
        assert_eq!((fault.line, fault.fault), (1, FaultKind::KeyNotProven), "{field}");
    }
    let mut draft = Draft::whole();
    draft.header.keys.truncate(1);
    draft.header.genesis = Hex([8; 32]);
    let fault = fault_of(&draft.bytes(), &[]);
    assert_eq!((fault.line, fault.fault), (2, FaultKind::BadSignature));
}

#[test]
fn a_reading_left_out_is_missed() {
    for place in [2, 4] {
        let mut draft = Draft::whole();
        let left_out = draft.readings.remove(place);
        let fault = fault_of(&draft.bytes(), &[]);
        assert_eq!((fault.device, fault.fault), (Some(left_out.reading.device), FaultKind::WrongSequence));
        assert_eq!(fault.sequence, Some(left_out.reading.sequence + 1));
    }
}

#[test]
fn readings_cut_off_at_the_end_are_missed() {
    let whole = String::from_utf8(Draft::whole().bytes()).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.remove(lines.len() - 2);
    let fault = fault_of(format!("{}\n", lines.join("\n")).as_bytes(), &[]);
    assert_eq!((fault.line, fault.fault), (8, FaultKind::Changed));
    lines.pop();
    let fault = fault_of(format!("{}\n", lines.join("\n")).as_bytes(), &[]);
    assert_eq!((fault.line, fault.fault), (8, FaultKind::CutShort));
    for bytes in [whole.len() - 1, whole.len() - 300] {
        assert_eq!(fault_of(&whole.as_bytes()[..bytes], &[]).fault, FaultKind::CutShort, "{bytes}");
    }
}

#[test]
fn readings_doubled_or_out_of_order_are_refused() {
    let mut doubled = Draft::whole();
    doubled.readings.insert(3, doubled.readings[2].clone());
    let fault = fault_of(&doubled.bytes(), &[]);
    assert_eq!((fault.line, fault.sequence, fault.fault), (5, Some(42), FaultKind::WrongSequence));
    let mut swapped = Draft::whole();
    swapped.readings.swap(2, 4);
    let fault = fault_of(&swapped.bytes(), &[]);
    assert_eq!((fault.line, fault.sequence, fault.fault), (4, Some(43), FaultKind::WrongSequence));
}

#[test]
fn a_reading_that_names_another_before_it_is_refused() {
    let mut draft = Draft::whole();
    draft.readings[2].reading.previous = ReadingHash([9; 32]);
    draft.sign();
    let fault = fault_of(&draft.bytes(), &[]);
    assert_eq!((fault.line, fault.device, fault.fault), (4, Some(GRID), FaultKind::WrongPreviousHash));
    let first = told(|draft| draft.readings[1].reading.previous = ReadingHash([9; 32]));
    assert_eq!(first, (3, Some(ROOF), Some(0), FaultKind::WrongPreviousHash));
    let nothing_before = told(|draft| draft.readings[0].reading.previous = ReadingHash::default());
    assert_eq!(nothing_before, (2, Some(GRID), Some(41), FaultKind::WrongPreviousHash));
}

#[test]
fn a_beginning_that_is_not_the_headers_is_refused() {
    let other = told(|draft| draft.header.devices[0].first_sequence = Some(40));
    assert_eq!(other, (2, Some(GRID), Some(41), FaultKind::WrongSequence));
    let none = told(|draft| draft.header.devices[2].first_sequence = Some(3));
    assert_eq!(none, (9, Some(DeviceId([0x33; 32])), None, FaultKind::WrongSequence));
    let unknown = told(|draft| draft.header.devices.retain(|device| device.device.0 != ROOF.0));
    assert_eq!(unknown, (3, Some(ROOF), Some(0), FaultKind::UnknownDevice));
}

#[test]
fn slots_that_overlap_go_back_or_are_none_are_refused() {
    let overlap = told(|draft| draft.readings[4].reading.first_slot = Slot(FROM_SLOT + 1));
    assert_eq!(overlap, (6, Some(GRID), Some(43), FaultKind::SlotsGoBack));
    let none = told(|draft| draft.readings[4].reading.slot_count = 0);
    assert_eq!(none, (6, Some(GRID), Some(43), FaultKind::BadSpan));
    let endless = told(|draft| draft.readings[4].reading.first_slot = Slot(u32::MAX - 3));
    assert_eq!(endless, (6, Some(GRID), Some(43), FaultKind::BadSpan));
    let outside = told(|draft| draft.header.to_slot = FROM_SLOT + 6);
    assert_eq!(outside, (8, Some(GRID), Some(44), FaultKind::OutsideTime));
}

#[test]
fn registers_that_jump_or_go_back_within_an_epoch_are_refused() {
    let jump = told(|draft| draft.readings[2].reading.registers.export_open_mwh += 1);
    assert_eq!(jump, (4, Some(GRID), Some(42), FaultKind::RegistersNotContinuous));
    let back = told(|draft| draft.readings[3].reading.registers.export_close_mwh = 53_700_399_999);
    assert_eq!(back, (5, Some(ROOF), Some(1), FaultKind::RegisterWentBack));
}

#[test]
fn a_register_epoch_rises_by_one_and_says_so() {
    let here = |fault| (7, Some(ROOF), Some(2), fault);
    let unsaid = told(|draft| draft.readings[5].reading.quality = Quality::ESTIMATED);
    assert_eq!(unsaid, here(FaultKind::BadRegisterEpoch));
    for epoch in [0, 1, 4, u32::MAX] {
        let wrong = told(|draft| draft.readings[5].reading.register_epoch = epoch);
        assert_eq!(wrong, here(FaultKind::BadRegisterEpoch), "{epoch}");
    }
    let said_for_nothing = told(|draft| draft.readings[4].reading.quality = Quality::EPOCH_RAISED);
    assert_eq!(said_for_nothing, (6, Some(GRID), Some(43), FaultKind::BadRegisterEpoch));
}

#[test]
fn a_key_that_nothing_hands_over_needs_somebody_who_vouches() {
    let mut draft = Draft::whole();
    draft.header.keys[1].rotation_signature = None;
    let fault = fault_of(&draft.bytes(), &[]);
    assert_eq!((fault.line, fault.fault), (1, FaultKind::KeyNotProven));
    assert!(fault.why.contains(&format!("--key 1:{}", Hex(public(1)))), "{fault}");
    let other = TrustedKey { key_epoch: 1, public_key: public(2) };
    assert_eq!(fault_of(&draft.bytes(), &[other]).fault, FaultKind::KeyNotProven);
    let trusted = TrustedKey { key_epoch: 1, public_key: public(1) };
    assert_eq!(verify(&*draft.bytes(), &[trusted]).unwrap().key_epochs_taken_on_trust, [1]);
}

#[test]
fn a_key_that_another_hands_over_is_refused() {
    let mut draft = Draft::whole();
    draft.header.keys[1].rotation_signature = Some(Hex(key(3).sign(b"anything").to_bytes()));
    let trusted = TrustedKey { key_epoch: 1, public_key: public(1) };
    assert_eq!(fault_of(&draft.bytes(), &[trusted]).fault, FaultKind::KeyNotProven);
}

/// By the chain's rules the neutral element as a key has a signature for any message.
#[test]
fn a_key_with_which_anybody_signs_is_no_proof() {
    let mut draft = Draft::whole();
    let mut identity = [0; 32];
    identity[0] = 1;
    draft.header.gateway = Hex(identity);
    draft.header.keys.truncate(1);
    draft.header.keys[0].public_key = Hex(identity);
    assert_eq!(fault_of(&draft.bytes(), &[]).fault, FaultKind::BadHeader);
}

#[test]
fn a_header_that_contradicts_itself_is_refused() {
    let changes: [fn(&mut Draft); 6] = [
        |draft| draft.header.slot_seconds = 0,
        |draft| draft.header.to_slot = FROM_SLOT,
        |draft| draft.header.keys.clear(),
        |draft| draft.header.keys.swap(0, 1),
        |draft| draft.header.devices.swap(0, 1),
        |draft| draft.header.devices[1].device = Hex(GRID.0),
    ];
    for change in changes {
        let mut draft = Draft::whole();
        change(&mut draft);
        let fault = fault_of(&draft.bytes(), &[]);
        assert_eq!((fault.line, fault.fault), (1, FaultKind::BadHeader), "{fault}");
    }
}

#[test]
fn what_the_gateway_only_says_cannot_be_changed_either() {
    for (from, to) in [
        ("\"slot_seconds\":900", "\"slot_seconds\":901"),
        ("\"rated_power_w\":17000", "\"rated_power_w\":18000"),
        ("\"role\":\"grid\"", "\"role\":\"storage\""),
        ("\"to_slot\":1988008", "\"to_slot\":1988009"),
    ] {
        let fault = changed(1, from, to);
        assert_eq!((fault.line, fault.fault), (9, FaultKind::Changed), "{from}");
    }
}

#[test]
fn an_end_that_another_signed_is_refused() {
    let mut draft = Draft::whole();
    draft.end_key_epoch = 2;
    assert_eq!(fault_of(&draft.bytes(), &[]).fault, FaultKind::BadSignature);
    let fault = changed(9, "\"readings\":7", "\"readings\":8");
    assert_eq!((fault.line, fault.fault), (9, FaultKind::Changed));
    let fault = changed(9, "\"key_epoch\":1", "\"key_epoch\":0");
    assert_eq!((fault.line, fault.fault), (9, FaultKind::BadSignature));
}

#[test]
fn lines_have_one_spelling_and_nothing_follows_the_end() {
    let spellings = [("\"samples\":90", "\"samples\": 90"), ("0x11", "0x1\\u0031"), (",\"key_epoch\":0", "")];
    for (from, to) in spellings {
        assert_eq!(changed(2, from, to).fault, FaultKind::NotALine, "{to}");
    }
    let mut bytes = Draft::whole().bytes();
    bytes.extend_from_slice(b"\n");
    let fault = fault_of(&bytes, &[]);
    assert_eq!((fault.line, fault.fault), (10, FaultKind::AfterTheEnd));
}

#[test]
fn a_line_that_never_ends_costs_no_memory() {
    let whole = Draft::whole().bytes();
    let header = whole.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let endless = std::io::Read::chain(header, std::io::repeat(b' '));
    let fault = match verify(std::io::BufReader::new(endless), &[]) {
        Err(Failure::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!((fault.line, fault.fault), (2, FaultKind::NotALine));
}

#[test]
fn what_is_no_such_file_is_told_apart_from_a_fault() {
    let whole = String::from_utf8(Draft::whole().bytes()).unwrap();
    let newer = whole.replacen("\"version\":1", "\"version\":3", 1);
    let other = whole.replacen("deren-readings", "other-readings", 1);
    for (file, says) in [("", "header"), ("hello\n", "header"), (&newer, "version 3"), (&other, "format")] {
        match verify(file.as_bytes(), &[]) {
            Err(Failure::Unreadable { line: 1, reason }) => assert!(reason.contains(says), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(verify(std::io::BufReader::new(std::io::repeat(b'x')), &[]), Err(Failure::Unreadable { .. })));
}
