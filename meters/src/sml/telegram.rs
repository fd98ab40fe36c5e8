//! What a telegram's messages show. A number that is missing, of another unit or impossible is refused or left out as
//! the module's errors say; none is ever guessed.

use super::{EXPORT, IMPORT, POWER, WATT, WATT_HOUR};
use crate::{
    Counter, MeterError, Readout,
    quantity::{scale, whole},
    sample::Counted,
};
use sml_rs::parser::{
    ParseError,
    common::{ListEntry, Value},
    streaming::{MessageBody, ParseEvent, Parser},
};
use std::{fmt::Write, ops::RangeInclusive};

/// Most entries of a telegram that are looked at.
const MAX_ENTRIES: usize = 512;
/// Tariff registers that add up where a meter has no total: as many as OBIS codes have (IEC 62056-61, value group E).
const TARIFFS: RangeInclusive<u8> = 1..=63;

/// What the messages of a telegram show. `place` is where they came from, for errors. The serial number is the server
/// id in hexadecimal, as Tasmota and others write it.
///
/// # Errors [`MeterError::Telegram`] if a message is cut, garbled, unknown or fails its CRC16.
/// [`MeterError::WrongType`] if an energy is not in Wh, and [`MeterError::OutOfRange`] if it is below zero or too
/// large.
pub fn decode(messages: &[u8], place: &str) -> Result<Readout, MeterError> {
    decode_counted(messages, place).map(|counted| counted.readout)
}

/// As [`decode`], with what the scalers say of the registers. When one is full they do not say: a number is written in
/// as few bytes as it takes.
pub(crate) fn decode_counted(messages: &[u8], place: &str) -> Result<Counted, MeterError> {
    let garbled = |reason: String| MeterError::Telegram { place: place.into(), reason };
    if lists_too_many(messages) {
        return Err(garbled("it lists more than four thousand million values".into()));
    }
    let mut readings = Readings { place, energies: Vec::new(), power_w: None, serial: None };
    for event in Parser::new(messages).take(MAX_ENTRIES) {
        match event.map_err(|error| garbled(meaning(&error)))? {
            ParseEvent::MessageStart(start) => {
                if let MessageBody::GetListResponse(list) = start.message_body {
                    readings.serial = hexadecimal(list.server_id);
                }
            }
            ParseEvent::ListEntry(entry) => readings.take(&entry)?,
            ParseEvent::GetListResponseEnd(_) => {}
        }
    }
    let import_mwh = readings.energy(IMPORT)?;
    let export_mwh = readings.energy(EXPORT)?;
    let (import_counter, export_counter) = (readings.counter(IMPORT), readings.counter(EXPORT));
    let readout = Readout { import_mwh, export_mwh, power_w: readings.power_w, serial: readings.serial };
    Ok(Counted { readout, import_counter, export_counter })
}

/// A list of 2³² − 2 values or one more, in its most compact writing. The parser adds two to the number of values,
/// which a build that checks its arithmetic does not survive.
fn lists_too_many(messages: &[u8]) -> bool {
    messages.windows(7).any(|window| matches!(window, [0x8f, 0x8f, 0x8f, 0x8f, 0x8f, 0x8f, 0x0e | 0x0f]))
}

/// What was seen of the registers that count.
struct Readings<'a> {
    place: &'a str,
    /// Energy registers by their code, mWh, each with the power of ten of a Wh in which it counts.
    energies: Vec<([u8; 6], i128, i8)>,
    power_w: Option<i32>,
    serial: Option<String>,
}

impl Readings<'_> {
    fn take(&mut self, entry: &ListEntry) -> Result<(), MeterError> {
        let Ok(code) = <[u8; 6]>::try_from(entry.obj_name) else { return Ok(()) };
        if code == POWER {
            // Information only: left out where it cannot be read.
            self.power_w = milli(entry).filter(|_| entry.unit == Some(WATT)).and_then(whole);
            return Ok(());
        }
        if !(is_register(code, IMPORT) || is_register(code, EXPORT)) {
            return Ok(());
        }
        if entry.unit != Some(WATT_HOUR) {
            let got = entry.unit.map_or("none".into(), |unit| format!("unit {unit}"));
            return Err(self.wrong_type(code, got));
        }
        let mwh = milli(entry).ok_or_else(|| self.wrong_type(code, format!("{:?}", entry.value)))?;
        self.energies.push((code, mwh, entry.scaler.unwrap_or(0)));
        Ok(())
    }

    /// The register of all tariffs, or else the sum of the tariffs that there are.
    fn energy(&self, total: [u8; 6]) -> Result<Option<u64>, MeterError> {
        let find = |code: [u8; 6]| self.energies.iter().find(|(found, ..)| *found == code).map(|(_, mwh, _)| *mwh);
        let tariffs = || TARIFFS.filter_map(|number| find(tariff(total, number))).reduce(i128::saturating_add);
        let Some(mwh) = find(total).or_else(tariffs) else { return Ok(None) };
        u64::try_from(mwh).map(Some).map_err(|_| MeterError::OutOfRange {
            place: self.place.into(),
            what: named(total),
            value: format!("{mwh} mWh"),
        })
    }

    /// How that register is counted, or those of its tariffs.
    fn counter(&self, total: [u8; 6]) -> Counter {
        let all = || self.energies.iter().filter(|(code, ..)| is_register(*code, total));
        let finest = all().find(|(code, ..)| *code == total).or_else(|| all().min_by_key(|(.., scaler)| *scaler));
        finest.map(|(.., scaler)| Counter::whole(None, i32::from(*scaler) + 3)).unwrap_or_default()
    }

    fn wrong_type(&self, code: [u8; 6], got: String) -> MeterError {
        MeterError::WrongType { topic: self.place.into(), field: named(code), expected: "a number of Wh", got }
    }
}

/// The code of a tariff's register beside that of all tariffs.
fn tariff(total: [u8; 6], number: u8) -> [u8; 6] {
    let [a, b, c, d, _, f] = total;
    [a, b, c, d, number, f]
}

fn is_register(code: [u8; 6], total: [u8; 6]) -> bool {
    let [.., number, _] = code;
    code == total || (TARIFFS.contains(&number) && code == tariff(total, number))
}

/// A code as it is usually written, such as `1-0:1.8.0*255`.
fn named([a, b, c, d, e, f]: [u8; 6]) -> String {
    format!("{a}-{b}:{c}.{d}.{e}*{f}")
}

/// The entry's value in thousandths of its unit; `None` if it is no number or does not fit.
fn milli(entry: &ListEntry) -> Option<i128> {
    let value = match entry.value {
        Value::I8(value) => value.into(),
        Value::I16(value) => value.into(),
        Value::I32(value) => value.into(),
        Value::I64(value) => value.into(),
        Value::U8(value) => value.into(),
        Value::U16(value) => value.into(),
        Value::U32(value) => value.into(),
        Value::U64(value) => i128::from(value),
        Value::Bool(_) | Value::Bytes(_) | Value::List(_) => return None,
    };
    scale(value, i32::from(entry.scaler.unwrap_or(0)) + 3)
}

/// `None` for an id that says nothing.
fn hexadecimal(id: &[u8]) -> Option<String> {
    if id.iter().all(|byte| *byte == 0) {
        return None;
    }
    Some(id.iter().take(32).fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn meaning(error: &ParseError) -> String {
    match error {
        ParseError::CrcMismatch => "the CRC of a message does not fit its contents".into(),
        ParseError::UnexpectedEOF => "a message breaks off".into(),
        ParseError::UnexpectedVariant => "it has a message that meters do not send by themselves".into(),
        other => format!("a message is garbled ({other})"),
    }
}
