//! Finds telegrams in a stream of bytes: from a `/` at the beginning of a line to the CRC16 after `!`. What is around
//! them is skipped. It never keeps more than a few telegrams' bytes, and never gives one whose CRC16 does not fit.
//!
//! A telegram that has no CRC16 by its kind is given once it stands between its neighbours. It is given with the CRC16
//! that it would have; see `unchecked`.

use super::{
    telegram::{self, MAX_BYTES},
    unchecked::Unchecked,
};

/// Digits of the CRC16 after `!`.
const CRC_DIGITS: usize = 4;
/// How telegrams begin that are encrypted by DLMS (general-glo-ciphering, 8 bytes of system title).
const CIPHERED: [u8; 2] = [0xdb, 0x08];
/// Letters of a manufacturer at the beginning of a system title.
const MANUFACTURER_LETTERS: usize = 3;
/// Bytes outside of telegrams after which it is said what they look like.
const LOOKED_AT: u32 = 2_048;

/// The telegram under way.
#[derive(Debug, Default)]
pub struct Finder {
    /// Empty while none has begun.
    telegram: Vec<u8>,
    /// Where its last line, that with the CRC16, begins.
    end_line: Option<usize>,
    /// The byte before was the end of a line, or there was none.
    in_line: bool,
    unchecked: Unchecked,
    outside: Outside,
}

/// What came outside of telegrams.
#[derive(Debug, Default)]
struct Outside {
    /// The last few bytes.
    last: [u8; CIPHERED.len() + MANUFACTURER_LETTERS],
    bytes: u32,
    /// Of these, those that no text has.
    no_text: u32,
}

impl Outside {
    /// What the bytes look like, if that is something.
    fn push(&mut self, byte: u8) -> Option<String> {
        self.last.rotate_left(1);
        if let Some(last) = self.last.last_mut() {
            *last = byte;
        }
        self.bytes += 1;
        self.no_text += u32::from(!(byte.is_ascii_graphic() || byte.is_ascii_whitespace()));
        let (mark, title) = self.last.split_at(CIPHERED.len());
        if mark == CIPHERED && title.iter().all(u8::is_ascii_uppercase) {
            *self = Self::default();
            return Some("it is encrypted (DLMS): ask the grid operator for an unencrypted port, or read it behind an adapter that has the meter's key".into());
        }
        if self.bytes < LOOKED_AT {
            return None;
        }
        let (bytes, no_text) = (self.bytes, self.no_text);
        *self = Self::default();
        (no_text > bytes / 4).then(|| {
            format!("{no_text} of {bytes} bytes are no text: it is encrypted, or the baud rate or the parity is wrong")
        })
    }
}

impl Finder {
    /// Takes the next byte. Gives a telegram once its CRC16 is there, or why one that had begun is none.
    ///
    /// # Errors A reason, if a telegram is too long, has a wrong CRC16, or has none and does not fit its neighbours.
    /// Also if another one begins in its middle, or if what comes is encrypted.
    pub fn push(&mut self, byte: u8) -> Option<Result<Vec<u8>, String>> {
        let begins_line = !self.in_line;
        self.in_line = byte != b'\n';
        if byte == b'/' && begins_line {
            let cut = std::mem::replace(&mut self.telegram, vec![byte]);
            self.end_line = None;
            return (!cut.is_empty()).then(|| Err(format!("it breaks off after {} bytes", cut.len())));
        }
        if self.telegram.is_empty() {
            return self.outside.push(byte).map(Err);
        }
        self.telegram.push(byte);
        if byte == b'!' && begins_line {
            self.end_line = Some(self.telegram.len());
        }
        if self.end_line.is_some_and(|at| self.telegram.len() == at + CRC_DIGITS || byte == b'\n') {
            return self.ended();
        }
        if self.telegram.len() >= MAX_BYTES {
            self.take();
            return Some(Err(format!("no end within {MAX_BYTES} bytes")));
        }
        None
    }

    /// A telegram has ended, with a CRC16 or without.
    fn ended(&mut self) -> Option<Result<Vec<u8>, String>> {
        let telegram = self.take();
        self.outside = Outside::default();
        match telegram::parse(&telegram) {
            Ok(_) => {
                self.unchecked = Unchecked::default();
                Some(Ok(telegram))
            }
            Err(_) if telegram.trim_ascii_end().ends_with(b"!") => self.unchecked.push(telegram),
            Err(reason) => Some(Err(reason)),
        }
    }

    fn take(&mut self) -> Vec<u8> {
        self.end_line = None;
        std::mem::take(&mut self.telegram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p1::{Telegram, write};
    use proptest::prelude::*;

    fn telegram(import: &str) -> String {
        write("HDR", &[("1-0:1.8.0".into(), format!("{import}*kWh"))])
    }

    fn found(bytes: &[u8]) -> Vec<Result<Vec<u8>, String>> {
        let mut finder = Finder::default();
        bytes.iter().filter_map(|byte| finder.push(*byte)).collect()
    }

    fn imports(bytes: &[u8]) -> Vec<i128> {
        let read = |bytes: Vec<u8>| Telegram::parse(&bytes, "x").ok()?.quantity("1-0:1.8.0")?.ok().map(|(mwh, _)| mwh);
        found(bytes).into_iter().flatten().filter_map(read).collect()
    }

    #[test]
    fn finds_two_in_one_piece_and_skips_what_is_around_them() {
        let text =
            format!("9*kWh)\r\n!12AB\r\n{}\0\u{fffd}noise\r\n{}", telegram("000001.000"), telegram("000002.000"));
        assert_eq!(imports(text.as_bytes()), [1_000_000, 2_000_000]);
    }

    #[test]
    fn a_telegram_cut_in_the_middle_costs_only_itself() {
        let cut = &telegram("000001.000")[..20];
        let text = format!("{cut}\r\n{}", telegram("000002.000"));
        let found = found(text.as_bytes());
        assert!(matches!(found.first(), Some(Err(reason)) if reason.contains("breaks off")), "{found:?}");
        assert_eq!(imports(text.as_bytes()), [2_000_000]);
        // Cut without an end of line, the next telegram goes with it, and no later one.
        let text = format!("{cut}{}{}", telegram("000002.000"), telegram("000003.000"));
        assert_eq!(imports(text.as_bytes()), [3_000_000]);
    }

    #[test]
    fn a_telegram_without_a_crc_waits_for_its_neighbours() {
        let telegram = |kwh: &str| format!("/ISk5\\2MT382-1004\r\n\r\n1-0:1.8.0({kwh}*kWh)\r\n!\r\n");
        let stream = ["00001.001", "00001.002", "00001.003", "00001.003"].map(telegram).concat();
        assert_eq!(found(&stream.as_bytes()[..telegram("00001.001").len()]), []);
        assert_eq!(imports(stream.as_bytes()), [1_002_000, 1_003_000]);
        // One garbled digit costs that telegram, and is never a number.
        let stream =
            ["00001.001", "00001.002", "00009.003", "00001.004", "00001.005", "00001.006"].map(telegram).concat();
        assert_eq!(imports(stream.as_bytes()), [1_005_000]);
        let reasons: Vec<String> = found(stream.as_bytes()).into_iter().filter_map(Result::err).collect();
        assert!(reasons.iter().any(|reason| reason.contains("no CRC") && reason.contains("1-0:1.8.0")), "{reasons:?}");
    }

    #[test]
    fn one_crc_is_enough_to_want_it_of_all() {
        let without = "/HDR\r\n\r\n1-0:1.8.0(000001.000*kWh)\r\n!\r\n";
        let stream = [without, &telegram("000001.000"), without, without].concat();
        assert_eq!(imports(stream.as_bytes()), [1_000_000], "two are not three");
    }

    #[test]
    fn an_encrypted_telegram_is_told_as_such() {
        let ciphered = [b"\xdb\x08SAG\0\0\0\0\0\x82\x01\x55".as_slice(), &[0x9c; 300]].concat();
        assert!(matches!(found(&ciphered).as_slice(), [Err(reason)] if reason.contains("encrypted (DLMS)")));
        let noise: Vec<u8> = (0..LOOKED_AT).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(found(&noise).iter().any(|it| matches!(it, Err(reason) if reason.contains("are no text"))));
    }

    #[test]
    fn a_stream_without_an_end_stays_bounded() {
        let mut finder = Finder::default();
        let outcomes: Vec<_> =
            b"/".iter().chain(std::iter::repeat_n(&b'x', 3 * MAX_BYTES)).filter_map(|b| finder.push(*b)).collect();
        assert!(matches!(outcomes.as_slice(), [Err(reason)] if reason.contains("no end")), "{outcomes:?}");
        assert!(finder.telegram.len() <= MAX_BYTES);
    }

    proptest! {
        #[test]
        fn telegrams_are_found_between_any_rubbish(rubbish: Vec<u8>, pieces in 1usize..40) {
            // What comes before it may only cost the first telegram.
            let text = telegram("000007.000");
            let bytes = [&rubbish, text.as_bytes(), &rubbish, b"\r\n", text.as_bytes()].concat();
            let mut finder = Finder::default();
            let mut last = None;
            for piece in bytes.chunks(pieces) {
                for byte in piece {
                    if let Some(Ok(found)) = finder.push(*byte) {
                        last = Some(found);
                    }
                }
            }
            prop_assert!(Telegram::parse(&last.expect("found"), "x").is_ok());
        }
    }
}
