//! Finds telegrams in a stream of bytes: from a `/` at the beginning of a line to the CRC16 after `!`. What is around
//! them is skipped. It never keeps more than one telegram's bytes, and never gives one whose CRC16 does not fit.

use super::MAX_BYTES;

/// Digits of the CRC16 after `!`.
const CRC_DIGITS: usize = 4;

/// The telegram under way.
#[derive(Debug, Default)]
pub struct Finder {
    /// Empty while none has begun.
    telegram: Vec<u8>,
    /// Where its last line, that with the CRC16, begins.
    end_line: Option<usize>,
    /// The byte before was the end of a line, or there was none.
    in_line: bool,
}

impl Finder {
    /// Takes the next byte. Gives a telegram once its CRC16 is there, or why one that had begun is none.
    ///
    /// # Errors
    /// A reason, if a telegram is too long, has a wrong CRC16 or none, or another one begins in its middle.
    pub fn push(&mut self, byte: u8) -> Option<Result<Vec<u8>, String>> {
        let begins_line = !self.in_line;
        self.in_line = byte != b'\n';
        if byte == b'/' && begins_line {
            let cut = std::mem::replace(&mut self.telegram, vec![byte]);
            self.end_line = None;
            return (!cut.is_empty()).then(|| Err(format!("it breaks off after {} bytes", cut.len())));
        }
        if self.telegram.is_empty() {
            return None;
        }
        self.telegram.push(byte);
        if byte == b'!' && begins_line {
            self.end_line = Some(self.telegram.len());
        }
        if self.end_line.is_some_and(|at| self.telegram.len() == at + CRC_DIGITS || byte == b'\n') {
            let telegram = self.take();
            let checked = super::parse(&telegram).map(|_| ());
            return Some(checked.map(|()| telegram));
        }
        if self.telegram.len() >= MAX_BYTES {
            self.take();
            return Some(Err(format!("no end within {MAX_BYTES} bytes")));
        }
        None
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
    fn a_telegram_without_a_crc_ends_at_its_line() {
        let found = found(b"/ISk5\\2MT382-1004\r\n\r\n1-0:1.8.1(00001.001*kWh)\r\n!\r\n");
        assert!(matches!(found.as_slice(), [Err(reason)] if reason.contains("no CRC")), "{found:?}");
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
