//! Registers to physical values and back, by the description of one field.
//!
//! Values are integers in thousandths (mWh, mW, or thousandths of a bare number). A register that says "not available"
//! is `None`; one that cannot be is an error.

#[cfg(test)]
mod tests;

use crate::{
    quantity::{Unit, scale, scale_decimal, scale_float},
    sample::Counter,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most registers of a text field.
pub const MAX_TEXT_WORDS: u16 = 64;

/// The Modbus function that reads a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Function {
    /// 03, read holding registers.
    Holding,
    /// 04, read input registers.
    Input,
}

impl TryFrom<u8> for Function {
    type Error = String;

    fn try_from(code: u8) -> Result<Self, String> {
        match code {
            3 => Ok(Self::Holding),
            4 => Ok(Self::Input),
            other => Err(format!("function {other} is not 3 (holding registers) or 4 (input registers)")),
        }
    }
}

impl From<Function> for u8 {
    fn from(function: Function) -> u8 {
        match function {
            Function::Holding => 3,
            Function::Input => 4,
        }
    }
}

/// How a value is laid out in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Unsigned, one register.
    U16,
    /// Two's complement, one register.
    I16,
    /// Unsigned, two registers.
    U32,
    /// Two's complement, two registers.
    I32,
    /// Unsigned, four registers.
    U64,
    /// Two's complement, four registers.
    I64,
    /// IEEE 754, two registers.
    F32,
    /// IEEE 754, four registers.
    F64,
    /// Two characters a register, ended by a zero byte or spaces.
    Text,
}

/// Which register of a number comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WordOrder {
    /// The most significant, as Modbus has it.
    #[default]
    HighFirst,
    /// The least significant.
    LowFirst,
}

/// A pattern that means "not available".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Nothing {
    /// Every bit set.
    AllOnes,
    /// The largest signed number, `0x7FFF…`.
    MaxSigned,
    /// The smallest signed number, `0x8000…`.
    MinSigned,
    /// Zero.
    Zero,
}

/// Where a value is in a device, and what its registers mean.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The function that reads it.
    pub function: Function,
    /// Address of its first register, counted from 0.
    pub address: u16,
    /// How it is laid out.
    #[serde(rename = "type")]
    pub layout: Layout,
    /// Registers of a text; numbers have theirs from the layout.
    #[serde(default)]
    pub words: u16,
    /// Order of a number's registers.
    #[serde(default)]
    pub order: WordOrder,
    /// The number is to be multiplied by 10 to this power to be in `unit`.
    #[serde(default)]
    pub exponent: i8,
    /// The number is to be multiplied by this too: 65536 for a high word that does not stand beside its low word.
    #[serde(default = "once")]
    pub times: u32,
    /// Unit of the number.
    #[serde(default)]
    pub unit: Unit,
    /// Turns the sign: for a power that the device counts positive towards the grid.
    #[serde(default)]
    pub negate: bool,
    /// Patterns that mean "not available". Without this key they are all ones of an unsigned number, and the smallest
    /// of a signed one. An empty list says that every pattern is a number. A float's NaN never is one. Built-in
    /// templates have this key for every whole number.
    #[serde(default)]
    pub none: Option<Vec<Nothing>>,
    /// A counter that begins at 0 again before its registers are full: at this number in them. Unsigned counters of one
    /// or two registers are taken to use them up; of all others nobody knows without this.
    #[serde(default)]
    pub modulus: Option<u64>,
    /// Among several that add up: may say "not available", and then counts nothing (a phase that is not connected).
    #[serde(default)]
    pub optional: bool,
}

fn once() -> u32 {
    1
}

/// Registers that do not fit a field, or a value that does not fit its registers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldError {
    /// Another number of registers than the field has.
    #[error("{got} registers instead of {expected}")]
    Length {
        /// Registers of the field.
        expected: u16,
        /// Registers given.
        got: usize,
    },
    /// A number that cannot be, such as an infinite one.
    #[error("reads {0}, which cannot be")]
    OutOfRange(String),
    /// A text where a number is needed, or the other way round.
    #[error("is a {0}")]
    WrongKind(&'static str),
}

impl Field {
    /// Number of registers.
    #[must_use]
    pub fn word_count(&self) -> u16 {
        match self.layout {
            Layout::U16 | Layout::I16 => 1,
            Layout::U32 | Layout::I32 | Layout::F32 => 2,
            Layout::U64 | Layout::I64 | Layout::F64 => 4,
            Layout::Text => self.words,
        }
    }

    /// The patterns that mean "not available". Without any of its own, a field has those that SunSpec and most
    /// manufacturers use. They are all ones of an unsigned number, and the smallest of a signed one.
    #[must_use]
    pub fn nothing(&self) -> &[Nothing] {
        match (&self.none, self.layout) {
            (Some(none), _) => none,
            (None, Layout::U16 | Layout::U32 | Layout::U64) => &[Nothing::AllOnes],
            (None, Layout::I16 | Layout::I32 | Layout::I64) => &[Nothing::MinSigned],
            (None, Layout::F32 | Layout::F64 | Layout::Text) => &[],
        }
    }

    /// Why the description makes no sense, if it does not.
    pub(crate) fn fault(&self) -> Option<String> {
        let text = self.layout == Layout::Text;
        if text && !(1..=MAX_TEXT_WORDS).contains(&self.words) {
            return Some(format!("a text needs `words` from 1 to {MAX_TEXT_WORDS}"));
        }
        if !text && self.words != 0 {
            return Some("only a text has `words`".into());
        }
        let scaled = self.unit != Unit::One || self.exponent != 0 || self.times != 1 || self.negate;
        if text && (scaled || self.none.is_some()) {
            return Some("a text has no unit, exponent, times, negate or none".into());
        }
        if self.times == 0 {
            return Some("`times` is 0".into());
        }
        if !(-12..=12).contains(&self.exponent) {
            return Some(format!("exponent {} is not from -12 to 12", self.exponent));
        }
        if u32::from(self.address) + u32::from(self.word_count()) > 0x1_0000 {
            return Some(format!("address {} is too high for its length", self.address));
        }
        None
    }

    /// The number in thousandths of its unit's base (mWh, mW); `None` if the device says "not available".
    ///
    /// # Errors
    /// [`FieldError`] for another number of registers, an infinite number, or a text.
    pub fn decode(&self, words: &[u16]) -> Result<Option<i128>, FieldError> {
        let bits = self.bits(words)?;
        let width = u32::from(self.word_count()) * 16;
        if self.nothing().iter().any(|pattern| bits == pattern.bits(width)) {
            return Ok(None);
        }
        let exponent = i32::from(self.exponent) + self.unit.milli_exponent();
        let value = match self.layout {
            Layout::Text => return Err(FieldError::WrongKind("text")),
            Layout::F32 | Layout::F64 => {
                let float = match self.layout {
                    Layout::F32 => f64::from(f32::from_bits((bits & 0xffff_ffff) as u32)),
                    _ => f64::from_bits(bits),
                };
                if float.is_nan() {
                    return Ok(None);
                }
                scale_float(float, exponent).ok_or_else(|| FieldError::OutOfRange(float.to_string()))?
            }
            Layout::U16 | Layout::U32 | Layout::U64 => scaled(bits.into(), exponent)?,
            Layout::I16 | Layout::I32 | Layout::I64 => scaled(sign_extended(bits, width), exponent)?,
        };
        let value = value.checked_mul(self.times.into()).ok_or_else(|| FieldError::OutOfRange(value.to_string()))?;
        Ok(Some(if self.negate { -value } else { value }))
    }

    /// How an energy of `mwh` is counted here.
    #[must_use]
    pub fn counter(&self, mwh: Option<u64>) -> Counter {
        let times = |mwh: Option<u64>| mwh.map(|mwh| mwh.saturating_mul(self.times.into()));
        let Counter { modulus_mwh, step_mwh } = self.counter_of_one(mwh);
        Counter { modulus_mwh: times(modulus_mwh), step_mwh: times(step_mwh) }
    }

    fn counter_of_one(&self, mwh: Option<u64>) -> Counter {
        let exponent = i32::from(self.exponent) + self.unit.milli_exponent();
        let width = u32::from(self.word_count()) * 16;
        let full = matches!(self.layout, Layout::U16 | Layout::U32).then(|| 1u128 << width);
        let limit = self.modulus.map(u128::from).or(full);
        match self.layout {
            Layout::F32 => Counter {
                modulus_mwh: Counter::whole(limit, exponent).modulus_mwh,
                ..Counter::float32(mwh.unwrap_or(0), exponent)
            },
            Layout::F64 => Counter { step_mwh: Some(1), ..Counter::whole(limit, exponent) },
            _ => Counter::whole(limit, exponent),
        }
    }

    /// The text, or a number without unit as text; `None` if it is empty or "not available".
    ///
    /// # Errors
    /// [`FieldError`] for another number of registers, or a number that cannot be.
    pub fn decode_text(&self, words: &[u16]) -> Result<Option<String>, FieldError> {
        if self.layout != Layout::Text {
            let whole = self.decode(words)?.and_then(|milli| scale(milli, -self.unit.milli_exponent()));
            return Ok(whole.map(|number| number.to_string()));
        }
        self.check_length(words)?;
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        Ok(printable(&bytes))
    }

    /// The registers that [`Self::decode`] reads as `milli`, as near as the layout can hold it. `None` is written as
    /// the field's first "not available", or NaN.
    ///
    /// # Errors
    /// [`FieldError`] if the layout cannot hold the value, cannot say "not available", or is a text.
    pub fn encode(&self, milli: Option<i128>) -> Result<Vec<u16>, FieldError> {
        let width = u32::from(self.word_count()) * 16;
        let exponent = i32::from(self.exponent) + self.unit.milli_exponent();
        let Some(milli) = milli else {
            return match (self.layout, self.nothing().first()) {
                (Layout::Text, _) => Err(FieldError::WrongKind("text")),
                (_, Some(pattern)) => Ok(self.words_of(pattern.bits(width))),
                (Layout::F32, None) => Ok(self.words_of(f32::NAN.to_bits().into())),
                (Layout::F64, None) => Ok(self.words_of(f64::NAN.to_bits())),
                _ => Err(FieldError::WrongKind("number that cannot say \"not available\"")),
            };
        };
        let milli = (if self.negate { -milli } else { milli }).div_euclid(self.times.max(1).into());
        let range = || FieldError::OutOfRange(milli.to_string());
        let bits = match self.layout {
            Layout::Text => return Err(FieldError::WrongKind("text")),
            Layout::F32 => u64::from(((milli as f64 / 10f64.powi(exponent)) as f32).to_bits()),
            Layout::F64 => (milli as f64 / 10f64.powi(exponent)).to_bits(),
            Layout::U16 | Layout::U32 | Layout::U64 => {
                let number = u64::try_from(scale(milli, -exponent).ok_or_else(range)?).map_err(|_| range())?;
                if number > ones(width) {
                    return Err(range());
                }
                number
            }
            Layout::I16 | Layout::I32 | Layout::I64 => {
                let number = scale(milli, -exponent).ok_or_else(range)?;
                let bits = (number as u64) & ones(width);
                if sign_extended(bits, width) != number {
                    return Err(range());
                }
                bits
            }
        };
        Ok(self.words_of(bits))
    }

    /// The registers of a text, or of a number written as one.
    ///
    /// # Errors
    /// [`FieldError`] if it does not fit, or a number's text is not one.
    pub fn encode_text(&self, text: &str) -> Result<Vec<u16>, FieldError> {
        if self.layout != Layout::Text {
            let milli = scale_decimal(text, self.unit.milli_exponent());
            return self.encode(Some(milli.ok_or(FieldError::WrongKind("text that is no number"))?));
        }
        if text.len() > usize::from(self.words) * 2 {
            return Err(FieldError::Length { expected: self.words, got: text.len().div_ceil(2) });
        }
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(usize::from(self.words) * 2, 0);
        Ok(bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |word, byte| word << 8 | u16::from(*byte))).collect())
    }

    /// What one count of a number is worth, thousandths, and the least and most counts that its layout holds; `None`
    /// for floats and texts.
    fn counts(&self) -> Option<(i128, i128, i128)> {
        let width = u32::from(self.word_count()) * 16;
        let (least, most) = match self.layout {
            Layout::U16 | Layout::U32 | Layout::U64 => (0, i128::from(ones(width))),
            Layout::I16 | Layout::I32 | Layout::I64 => {
                (-i128::from(ones(width) >> 1) - 1, i128::from(ones(width) >> 1))
            }
            Layout::F32 | Layout::F64 | Layout::Text => return None,
        };
        let step = scale(self.times.into(), i32::from(self.exponent) + self.unit.milli_exponent())?;
        Some((step.max(1), least, most))
    }

    /// The smallest difference that the field shows, thousandths of its unit's base; 1 for floats, which have no step.
    #[must_use]
    pub fn step_milli(&self) -> i128 {
        self.counts().map_or(1, |(step, ..)| step)
    }

    /// The number nearest to `milli` from below that the field holds: what is too large or too small is cut off.
    pub(crate) fn nearest(&self, milli: i128) -> i128 {
        let Some((step, least, most)) = self.counts() else { return milli };
        let sign = if self.negate { -1 } else { 1 };
        (sign * milli).div_euclid(step).clamp(least, most) * step * sign
    }

    fn check_length(&self, words: &[u16]) -> Result<(), FieldError> {
        let expected = self.word_count();
        if words.len() == usize::from(expected) {
            Ok(())
        } else {
            Err(FieldError::Length { expected, got: words.len() })
        }
    }

    /// A number's registers as one run of bits, the most significant first.
    fn bits(&self, words: &[u16]) -> Result<u64, FieldError> {
        self.check_length(words)?;
        if self.layout == Layout::Text {
            return Err(FieldError::WrongKind("text"));
        }
        let join = |bits: u64, word: &u16| bits << 16 | u64::from(*word);
        Ok(match self.order {
            WordOrder::HighFirst => words.iter().fold(0, join),
            WordOrder::LowFirst => words.iter().rev().fold(0, join),
        })
    }

    fn words_of(&self, bits: u64) -> Vec<u16> {
        let mut words: Vec<u16> =
            (0..self.word_count()).rev().map(|index| (bits >> (16 * u32::from(index))) as u16).collect();
        if self.order == WordOrder::LowFirst {
            words.reverse();
        }
        words
    }
}

impl Nothing {
    fn bits(self, width: u32) -> u64 {
        match self {
            Self::AllOnes => ones(width),
            Self::MaxSigned => ones(width) >> 1,
            Self::MinSigned => ones(width) ^ (ones(width) >> 1),
            Self::Zero => 0,
        }
    }
}

fn ones(width: u32) -> u64 {
    u64::MAX >> (64 - width.clamp(1, 64))
}

fn sign_extended(bits: u64, width: u32) -> i128 {
    let unused = 64 - width.clamp(1, 64);
    i128::from(((bits << unused) as i64) >> unused)
}

fn scaled(number: i128, exponent: i32) -> Result<i128, FieldError> {
    scale(number, exponent).ok_or_else(|| FieldError::OutOfRange(number.to_string()))
}

/// A device's text without padding; `None` if nothing printable is left. What is not UTF-8 is replaced, not refused.
pub(crate) fn printable(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    let text: String = text.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
