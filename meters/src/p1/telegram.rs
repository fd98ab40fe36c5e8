//! One telegram: its CRC16, its lines, and how it is written.

use crate::{Counter, MeterError, quantity::Unit};
use std::{borrow::Cow, fmt::Write};

/// The template that says what the lines of a telegram stand for.
pub(crate) const TEMPLATE: &str = "p1";
/// Largest telegram that is looked at, bytes.
pub const MAX_BYTES: usize = 16 * 1_024;
/// Most lines of a telegram.
const MAX_LINES: usize = 512;
/// Digits before the point of a register that is written in full.
const MIN_WHOLE_DIGITS: usize = 6;
/// CRC16 of the P1 standard: polynomial x¹⁶ + x¹⁵ + x² + 1, bits reflected, starting from 0.
const CRC: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_ARC);
/// That of older meters by Holley.
const CRC_X25: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_IBM_SDLC);
/// What meters write before the registers of the last month, which have the same codes as those of now.
const LAST_MONTH: &str = "0-0:98.1.0";

/// A telegram whose CRC16 fits: codes, each with what stands in the first parentheses after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telegram<'a>(pub(super) Vec<Line<'a>>);

/// A code, and what stands in the first parentheses after it.
pub(super) type Line<'a> = (Cow<'a, str>, Cow<'a, str>);

impl<'a> Telegram<'a> {
    /// Checks the CRC16 and finds the lines. `place` is where it came from, for errors.
    ///
    /// # Errors
    /// [`MeterError::Telegram`] if it is too long, cut, or its CRC does not fit.
    pub fn parse(bytes: &'a [u8], place: &str) -> Result<Self, MeterError> {
        parse(bytes).map(Self).map_err(|reason| MeterError::Telegram { place: place.into(), reason })
    }

    /// What stands in the first parentheses after that OBIS code.
    #[must_use]
    pub fn value(&self, code: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == code).map(|(_, value)| value.as_ref())
    }

    /// The number and unit of a line such as `1-0:1.8.1(001801.123*kWh)`; the number is in thousandths. A line that is
    /// there twice and says two things is no number.
    #[must_use]
    pub fn quantity(&self, code: &str) -> Option<Result<(i128, Unit), &str>> {
        let value = self.value(code)?;
        if let Some((_, other)) = self.0.iter().find(|(found, other)| found == code && other != value) {
            return Some(Err(other));
        }
        let read = || {
            let (number, symbol) = value.split_once('*')?;
            let unit = Unit::from_symbol(symbol.trim())?;
            Some((crate::quantity::scale_decimal(number.trim(), unit.milli_exponent())?, unit))
        };
        Some(read().ok_or(value))
    }

    /// How the energy of that line is counted. Meters write a register with as many digits as it has, zeros in front
    /// (P1 companion standard: `F9(3,3)`, six and three). Where there are fewer, nobody knows when it is full.
    #[must_use]
    pub fn counter(&self, code: &str) -> Counter {
        let counter = || {
            let (number, symbol) = self.value(code)?.split_once('*')?;
            let (number, symbol) = (number.trim(), symbol.trim());
            let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
            let exponent = Unit::from_symbol(symbol)?.milli_exponent() - i32::try_from(decimals.len()).ok()?;
            let digits = u32::try_from(whole.len() + decimals.len()).ok()?;
            let values = 10u128.checked_pow(digits).filter(|_| whole.len() >= MIN_WHOLE_DIGITS);
            Some(Counter::whole(values, exponent))
        };
        counter().unwrap_or_default()
    }
}

/// The lines of a telegram whose CRC16 fits.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Line<'_>>, String> {
    let (covered, crc) = split(bytes)?;
    let digits = std::str::from_utf8(crc).unwrap_or_default();
    let is_hexadecimal = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let crc = u16::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal);
    let crc = crc.ok_or("there is no CRC of four hexadecimal digits after its `!`")?;
    let computed = CRC.checksum(covered);
    if computed != crc && CRC_X25.checksum(covered) != crc {
        return Err(format!("its CRC is {crc:04X}, its contents give {computed:04X}"));
    }
    Ok(lines(covered))
}

/// All of a telegram up to its `!`, and what follows that.
pub(super) fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("{} bytes; one has at most {MAX_BYTES}", bytes.len()));
    }
    let bytes = bytes.trim_ascii();
    if !bytes.starts_with(b"/") {
        return Err("it does not begin with `/`; its beginning is lost, or this is no telegram".into());
    }
    let end =
        bytes.iter().rposition(|byte| *byte == b'!').ok_or("it does not end with `!` and a CRC; its end is lost")?;
    Ok(bytes.split_at_checked(end.saturating_add(1)).unwrap_or((bytes, &[])))
}

/// Codes and values of the lines of a telegram, but for those of the last month.
pub(super) fn lines(covered: &[u8]) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut is_past = false;
    for text in covered.split(|byte| *byte == b'\n').skip(1).take(MAX_LINES) {
        let text = text.trim_ascii();
        match text {
            b")" => is_past = false,
            _ if is_past => {}
            b"(" => is_past = true,
            // Registers of a month ago follow, unless all that is said of it stands in this line.
            _ if text.strip_suffix(b"(").unwrap_or(text) == LAST_MONTH.as_bytes() => is_past = true,
            _ => lines.extend(line(text)),
        }
    }
    lines
}

/// A line's code, and what stands in its first parentheses. Bytes that are no text make a value that is no number.
fn line(text: &[u8]) -> Option<Line<'_>> {
    let open = text.iter().position(|byte| *byte == b'(')?;
    let (code, rest) = text.split_at_checked(open)?;
    let rest = rest.get(1..)?;
    let value = rest.get(..rest.iter().position(|byte| *byte == b')')?)?;
    // The value of now, where a meter (D0) says so.
    let code = code.strip_suffix(b"*255").unwrap_or(code);
    Some((String::from_utf8_lossy(code), String::from_utf8_lossy(value)))
}

/// A telegram without a CRC16, with that which it would have.
pub(super) fn seal(bytes: &[u8]) -> Vec<u8> {
    let Ok((covered, _)) = split(bytes) else { return bytes.to_vec() };
    let crc = format!("{:04X}", CRC.checksum(covered));
    [covered, crc.as_bytes(), b"\r\n"].concat()
}

/// A telegram of these lines, with its CRC16.
#[must_use]
pub fn write(header: &str, lines: &[(String, String)]) -> String {
    let mut text = format!("/{header}\r\n\r\n");
    for (code, value) in lines {
        text.push_str(code);
        text.push('(');
        text.push_str(value);
        text.push_str(")\r\n");
    }
    text.push('!');
    let crc = CRC.checksum(text.as_bytes());
    // Writing to a String cannot fail.
    let _ = write!(text, "{crc:04X}\r\n");
    text
}

/// A serial number as the standard has it: hexadecimal of its ASCII text; left as it is if it is not that.
#[must_use]
pub fn serial_text(value: &str) -> String {
    let pairs = value.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        let byte = u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2)?;
        byte.is_ascii_graphic().then_some(char::from(byte))
    });
    pairs.collect::<Option<String>>().filter(|text| !text.is_empty()).unwrap_or_else(|| value.to_owned())
}

/// The reverse of [`serial_text`].
#[must_use]
pub fn serial_hex(serial: &str) -> String {
    serial.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02X}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn telegram() -> String {
        let lines = [("1-0:1.8.0", "00003844.917*kWh"), ("1-0:1.7.0", "01.250*kW"), ("0-0:96.1.1", "4530")];
        write("ISk5\\2MT382-1000", &lines.map(|(code, value)| (code.into(), value.into())))
    }

    fn refused(bytes: &[u8]) -> String {
        Telegram::parse(bytes, "here").expect_err("refused").to_string()
    }

    #[test]
    fn reads_what_it_writes() {
        let text = telegram();
        let telegram = Telegram::parse(text.as_bytes(), "here").expect("a telegram");
        assert_eq!(telegram.quantity("1-0:1.8.0"), Some(Ok((3_844_917_000, Unit::KiloWattHour))));
        assert_eq!(telegram.quantity("0-0:96.1.1"), Some(Err("4530")));
        assert_eq!(telegram.quantity("1-0:2.8.0"), None);
        assert_eq!(telegram.value("0-0:96.1.1").map(serial_text), Some("E0".into()));
        assert_eq!(serial_text(&serial_hex("E0034")), "E0034");
        assert_eq!(serial_text("not hex"), "not hex");
    }

    #[test]
    fn digits_say_how_fine_a_register_is_and_when_it_is_full() {
        let lines =
            [("a", "001801.123*kWh"), ("b", "00003844.917*kWh"), ("c", "006545766*Wh"), ("d", "12.5*kWh"), ("e", "7")];
        let text = write("x", &lines.map(|(code, value)| (code.into(), value.into())));
        let telegram = Telegram::parse(text.as_bytes(), "here").expect("a telegram");
        let counter = |code| (telegram.counter(code).modulus_mwh, telegram.counter(code).step_mwh);
        assert_eq!(counter("a"), (Some(1_000_000_000_000), Some(1_000)), "a million kWh");
        assert_eq!(counter("b"), (Some(100_000_000_000_000), Some(1_000)));
        assert_eq!(counter("c"), (Some(1_000_000_000_000), Some(1_000)));
        assert_eq!(counter("d"), (None, Some(100_000)), "not written in full");
        assert_eq!([counter("e"), counter("f")], [(None, None); 2]);
    }

    #[test]
    fn p1_telegram_with_a_wrong_crc_is_refused() {
        let garbled = telegram().replace("3844", "3845");
        assert!(refused(garbled.as_bytes()).contains("its contents give"));
    }

    #[test]
    fn a_cut_telegram_is_refused() {
        let text = telegram();
        assert!(refused(&text.as_bytes()[5..]).contains("does not begin with `/`"));
        assert!(refused(&text.as_bytes()[..text.len() - 10]).contains("does not end with `!`"));
        assert!(refused(&text.as_bytes()[..text.len() - 3]).contains("its contents give"), "three digits of four");
        assert!(refused(&text.as_bytes()[..text.len() - 6]).contains("four hexadecimal digits"));
        assert!(refused(&[b'/'; MAX_BYTES + 1]).contains("at most"));
        assert!(refused(&[0xff, 0xfe]).contains("does not begin with `/`"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Telegram::parse(&bytes, "here");
        }

        #[test]
        fn any_text_between_the_marks_is_read(body in "[\\PC\r\n]{0,200}") {
            let body = body.replace('!', "");
            let text = write(&body, &[]);
            prop_assert!(Telegram::parse(text.as_bytes(), "here").is_ok());
        }

        #[test]
        fn one_changed_bit_is_noticed(at in 1usize..60, bit in 0u8..7) {
            let mut bytes = telegram().into_bytes();
            bytes[at] ^= 1 << bit;
            prop_assert!(Telegram::parse(&bytes, "here").is_err());
        }
    }
}
