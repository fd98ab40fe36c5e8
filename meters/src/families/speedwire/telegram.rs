//! One datagram of an energy meter: from bytes to what it shows, and back.
//!
//! Source: SMA, "SMA Energy Meter: meter protocol", technical information EMETER-Protokoll-TI-en-10. A datagram is a
//! chain of tagged parts. The part of an energy meter has who it is, and then values. Each comes after the four bytes
//! of its code (channel, measurement, kind, tariff): powers in tenths of a watt, and counters in watt-seconds.

use crate::{
    MeterError, Readout,
    sample::{Counted, Counter},
};

/// Largest datagram that is taken, bytes; real ones have 600 to 608.
pub const MAX_BYTES: usize = 1_500;
/// How each datagram begins.
const MAGIC: [u8; 4] = *b"SMA\0";
/// Tag of the part that has values.
const TAG_DATA: u16 = 0x0010;
/// Protocols of energy meters: the usual one, and that of extended firmware.
const PROTOCOLS: [u16; 2] = [0x6069, 0x6081];
/// Kind of a value that is the present one: 4 bytes.
const PRESENT: u8 = 4;
/// Kind of a value that is a counter: 8 bytes.
const COUNTER: u8 = 8;
/// Channel of the firmware's version: 4 bytes, whatever its kind.
const CHANNEL_VERSION: u8 = 0x90;
/// Measurement of active power and energy that is drawn, and that is fed in.
const DRAWN: u8 = 1;
const FED_IN: u8 = 2;
/// mWh are watt-seconds times 1 000 by 3 600.
const WATT_SECONDS: (u128, u128) = (10, 36);

/// Who sent a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// SMA's number of the product.
    pub susy_id: u16,
    /// Serial number.
    pub serial: u32,
}

impl Sender {
    /// What the product is called.
    #[must_use]
    pub fn product(&self) -> String {
        match self.susy_id {
            270 => "Energy Meter".into(),
            349 => "Energy Meter 2".into(),
            372 => "Sunny Home Manager 2".into(),
            other => format!("Speedwire meter {other}"),
        }
    }
}

/// Who sent a datagram, if an energy meter did. Inverters use the same group for other things.
#[must_use]
pub fn sender(bytes: &[u8]) -> Option<Sender> {
    values(bytes).map(|(sender, _)| sender)
}

/// What the datagram of an energy meter shows. `place` is where it came from, for errors.
///
/// # Errors
/// [`MeterError::Telegram`] if it is cut, or of something else.
pub fn decode(bytes: &[u8], place: &str) -> Result<Counted, MeterError> {
    let garbled = |reason: String| MeterError::Telegram { place: place.into(), reason };
    let Some((sender, mut rest)) = values(bytes) else {
        return Err(garbled("it is no datagram of an energy meter".into()));
    };
    let (mut watt_seconds, mut deciwatt) = ([None; 2], [None; 2]);
    while let Some((code, after)) = rest.split_first_chunk() {
        let [channel, measurement, kind, _tariff]: [u8; 4] = *code;
        let length = match (channel, kind) {
            (CHANNEL_VERSION, _) | (_, PRESENT) => 4,
            (_, COUNTER) => 8,
            (_, other) => return Err(garbled(format!("a value is of the unknown kind {other}"))),
        };
        let Some((value, after)) = after.split_at_checked(length) else { return Err(garbled("it is cut".into())) };
        rest = after;
        let number = value.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let direction = match (channel, measurement) {
            (0, DRAWN) => 0,
            (0, FED_IN) => 1,
            _ => continue,
        };
        let place = if kind == COUNTER { &mut watt_seconds } else { &mut deciwatt };
        if let Some(place) = place.get_mut(direction) {
            *place = Some(number);
        }
    }
    let [import_mwh, export_mwh] = watt_seconds.map(|watt_seconds| watt_seconds.and_then(mwh));
    let power_w = match deciwatt {
        [Some(drawn), Some(fed_in)] => whole_watt(drawn, fed_in),
        _ => None,
    };
    let step = Counter { modulus_mwh: None, step_mwh: Some(1) };
    let readout = Readout { import_mwh, export_mwh, power_w, serial: Some(sender.serial.to_string()) };
    Ok(Counted { readout, import_counter: step, export_counter: step })
}

/// The datagram of an energy meter that shows `readout`, for simulated devices. What it does not know is left out.
#[must_use]
pub fn write(sender: Sender, ticker_ms: u32, readout: &Readout) -> Vec<u8> {
    let mut values = Vec::new();
    let watt = i64::from(readout.power_w.unwrap_or_default());
    for (measurement, energy_mwh, watt) in
        [(DRAWN, readout.import_mwh, watt.max(0)), (FED_IN, readout.export_mwh, (-watt).max(0))]
    {
        if readout.power_w.is_some() {
            values.extend([0, measurement, PRESENT, 0]);
            values.extend(u32::try_from(watt.saturating_mul(10)).unwrap_or(u32::MAX).to_be_bytes());
        }
        if let Some(energy_mwh) = energy_mwh {
            let (per_mwh, per_watt_seconds) = (WATT_SECONDS.1, WATT_SECONDS.0);
            // Rounded up, so that what is read is what was given.
            let watt_seconds = (u128::from(energy_mwh) * per_mwh).div_ceil(per_watt_seconds);
            values.extend([0, measurement, COUNTER, 0]);
            values.extend(u64::try_from(watt_seconds).unwrap_or(u64::MAX).to_be_bytes());
        }
    }
    values.extend([CHANNEL_VERSION, 0, 0, 0, 2, 0, 18, b'R']);
    let mut data = Vec::new();
    data.extend(PROTOCOLS[0].to_be_bytes());
    data.extend(sender.susy_id.to_be_bytes());
    data.extend(sender.serial.to_be_bytes());
    data.extend(ticker_ms.to_be_bytes());
    data.extend(values);
    let mut bytes = MAGIC.to_vec();
    bytes.extend([0, 4, 0x02, 0xa0, 0, 0, 0, 1]);
    bytes.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(TAG_DATA.to_be_bytes());
    bytes.extend(data);
    bytes.extend([0, 0, 0, 0]);
    bytes
}

/// The sender and the values of an energy meter's datagram.
fn values(bytes: &[u8]) -> Option<(Sender, &[u8])> {
    let mut rest = bytes.get(..bytes.len().min(MAX_BYTES))?.strip_prefix(&MAGIC)?;
    loop {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let [length_high, length_low, tag_high, tag_low] = *head;
        let (length, tag) = (u16::from_be_bytes([length_high, length_low]), u16::from_be_bytes([tag_high, tag_low]));
        if length == 0 {
            return None;
        }
        let (part, after) = after.split_at_checked(length.into())?;
        if tag == TAG_DATA {
            let (protocol, part) = part.split_first_chunk()?;
            let (susy_id, part) = part.split_first_chunk()?;
            let (serial, part) = part.split_first_chunk()?;
            let (_ticker, values) = part.split_first_chunk::<4>()?;
            let sender = Sender { susy_id: u16::from_be_bytes(*susy_id), serial: u32::from_be_bytes(*serial) };
            return PROTOCOLS.contains(&u16::from_be_bytes(*protocol)).then_some((sender, values));
        }
        rest = after;
    }
}

/// mWh, rounded down. All ones are no number.
fn mwh(watt_seconds: u64) -> Option<u64> {
    let (times, by) = WATT_SECONDS;
    let known = (watt_seconds != u64::MAX).then_some(watt_seconds)?;
    u64::try_from(u128::from(known) * times / by).ok()
}

/// What is drawn less what is fed in, W, of tenths.
fn whole_watt(drawn: u64, fed_in: u64) -> Option<i32> {
    let known = |tenths: u64| i64::try_from(tenths).ok().filter(|tenths| *tenths < i64::from(u32::MAX));
    i32::try_from((known(drawn)? - known(fed_in)?) / 10).ok()
}
