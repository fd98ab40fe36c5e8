//! Bytes as text: `0x` and two hexadecimal digits a byte, lower-case wherever they are written.

use alloc::vec::Vec;
use core::fmt;

/// Bytes that are written as `0x` and lower-case digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hex<T>(pub T);

/// The digits of bytes that may be written with or without a leading `0x`.
pub fn hex_digits(text: &str) -> &str {
    text.strip_prefix("0x").unwrap_or(text)
}

impl Hex<Vec<u8>> {
    /// Reads `0x` and the digits of any number of bytes, lower-case or not. `None` if the text is anything else.
    pub fn parse_any(text: &str) -> Option<Vec<u8>> {
        hex::decode(text.strip_prefix("0x")?).ok()
    }
}

impl<const N: usize> Hex<[u8; N]> {
    /// Reads `0x` and the digits of `N` bytes, lower-case or not. `None` if the text is anything else.
    pub fn parse(text: &str) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        hex::decode_to_slice(text.strip_prefix("0x")?, &mut bytes).ok()?;
        Some(bytes)
    }

    /// Reads what is written and no other spelling, so that a file has one form. `None` if the text is anything else.
    pub fn parse_as_written(text: &str) -> Option<[u8; N]> {
        if text.bytes().any(|digit| digit.is_ascii_uppercase()) {
            return None;
        }
        Self::parse(text)
    }
}

impl<T: AsRef<[u8]>> fmt::Display for Hex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(&self.0))
    }
}

impl<T: AsRef<[u8]>> fmt::Debug for Hex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "std")]
impl<T: AsRef<[u8]>> serde::Serialize for Hex<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "std")]
impl<'de, const N: usize> serde::Deserialize<'de> for Hex<[u8; N]> {
    /// Reads what is written and no other spelling.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <alloc::borrow::Cow<'_, str> as serde::Deserialize>::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(alloc::format!("should be 0x and {} lower-case digits", N * 2));
        Self::parse_as_written(&text).map(Self).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn bytes_are_read_as_they_are_written() {
        let bytes = [0xab, 0x01];
        assert_eq!(Hex(bytes).to_string(), "0xab01");
        assert_eq!(Hex::parse("0xab01"), Some(bytes));
        assert_eq!(Hex::parse("0xAB01"), Some(bytes));
        assert_eq!(Hex::parse_any("0xAB01"), Some(bytes.to_vec()));
        assert_eq!(Hex::parse_any("0x"), Some(Vec::new()));
        for other in ["ab01", "0xab0", "0xab0101", "0xab0g", "0Xab01", ""] {
            assert_eq!(Hex::<[u8; 2]>::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_form_of_files_has_one_spelling() {
        assert_eq!(Hex::parse_as_written("0xab01"), Some([0xab, 0x01]));
        for other in ["0xAB01", "ab01", "0xab0", "0xab0101", "0xab0g", "0Xab01", ""] {
            assert_eq!(Hex::<[u8; 2]>::parse_as_written(other), None, "{other}");
            assert!(serde_json::from_value::<Hex<[u8; 2]>>(other.into()).is_err(), "{other}");
        }
        let in_json = serde_json::to_value(Hex([0xab, 0x01])).expect("JSON");
        assert_eq!(in_json, "0xab01");
        assert_eq!(serde_json::from_value(in_json).ok(), Some(Hex([0xab, 0x01])));
    }

    #[test]
    fn a_prefix_may_be_left_out_where_people_type() {
        assert_eq!([hex_digits("0xab"), hex_digits("ab"), hex_digits("")], ["ab", "ab", ""]);
    }
}
