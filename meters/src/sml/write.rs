//! A telegram of a device that shows something: the writing side, for simulated meters and for tests.

use super::{EXPORT, IMPORT, POWER, WATT, WATT_HOUR};
use crate::Readout;
use sml_rs::transport::encode_streaming;

/// CRC16 of a message (BSI TR-03109-1: that of DIN EN 62056-46), written low byte first.
const CRC: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_IBM_SDLC);
/// What is written for a value that is not there.
const NONE: u8 = 0x01;
/// End of a message.
const END: u8 = 0x00;
const OPEN_RESPONSE: u16 = 0x0101;
const CLOSE_RESPONSE: u16 = 0x0201;
const GET_LIST_RESPONSE: u16 = 0x0701;

/// A telegram, with its frame. Energies are written in tenths of a Wh, as most meters do, rounded down. A serial number
/// that is hexadecimal of at most 14 bytes is the server id; of another one, its first 14 letters are.
#[must_use]
pub fn write(readout: &Readout) -> Vec<u8> {
    let id = server_id(readout.serial.as_deref().unwrap_or_default());
    let mut entries: Vec<Vec<u8>> = Vec::new();
    for (code, mwh) in [(IMPORT, readout.import_mwh), (EXPORT, readout.export_mwh)] {
        entries.extend(mwh.map(|mwh| entry(code, WATT_HOUR, -1, i64::try_from(mwh / 100).unwrap_or(i64::MAX))));
    }
    entries.extend(readout.power_w.map(|watt| entry(POWER, WATT, 0, watt.into())));
    let open = [vec![NONE, NONE], octets(b"sim"), octets(&id), vec![NONE, NONE]].concat();
    let count = u8::try_from(entries.len()).unwrap_or(0);
    let values = [vec![0x70 | count], entries.concat()].concat();
    let list = [vec![NONE], octets(&id), vec![NONE, NONE], values, vec![NONE, NONE]].concat();
    let messages = [
        message(1, OPEN_RESPONSE, 6, &open),
        message(2, GET_LIST_RESPONSE, 7, &list),
        message(3, CLOSE_RESPONSE, 1, &[NONE]),
    ];
    encode_streaming(messages.concat()).collect()
}

/// A list of six: transaction, group, what to do on errors, body, CRC16, end.
pub(crate) fn message(number: u8, kind: u16, parts: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = kind.to_be_bytes();
    let mut bytes = vec![0x76, 0x02, number, 0x62, 0, 0x62, 0, 0x72, 0x63, high, low, 0x70 | parts];
    bytes.extend(body);
    let [high, low] = CRC.checksum(&bytes).to_le_bytes();
    bytes.extend([0x63, high, low, END]);
    bytes
}

/// A list of seven: code, status, time, unit, scaler, value, signature.
fn entry(code: [u8; 6], unit: u8, scaler: i8, value: i64) -> Vec<u8> {
    let mut bytes = vec![0x77];
    bytes.extend(octets(&code));
    bytes.extend([NONE, NONE, 0x62, unit, 0x52]);
    bytes.extend(scaler.to_be_bytes());
    bytes.push(0x59);
    bytes.extend(value.to_be_bytes());
    bytes.push(NONE);
    bytes
}

/// At most 14 bytes, with the length that counts itself.
fn octets(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.get(..14).unwrap_or(bytes);
    let length = u8::try_from(kept.len() + 1).unwrap_or(1);
    [&[length], kept].concat()
}

fn server_id(serial: &str) -> Vec<u8> {
    let digits = serial.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().filter(|_| pair.len() == 2);
    let id: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    id.unwrap_or_else(|| digits.to_vec())
}
