//! Exact conversions between what devices write and integers in thousandths of a unit (mWh, mW).
//!
//! Nothing here goes through binary floating-point arithmetic on the way in. A float register is taken apart into
//! mantissa and exponent, a decimal text digit by digit. Numbers that do not fit are `None`, never cut.

use serde::{Deserialize, Serialize};

/// What a number of a device is counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Unit {
    /// A bare number: a serial number, a voltage to know a device by.
    #[default]
    #[serde(rename = "1")]
    One,
    /// Milliwatt-hours.
    #[serde(rename = "mWh")]
    MilliWattHour,
    /// Watt-hours.
    #[serde(rename = "Wh")]
    WattHour,
    /// Kilowatt-hours.
    #[serde(rename = "kWh")]
    KiloWattHour,
    /// Megawatt-hours.
    #[serde(rename = "MWh")]
    MegaWattHour,
    /// Milliwatts.
    #[serde(rename = "mW")]
    MilliWatt,
    /// Watts.
    #[serde(rename = "W")]
    Watt,
    /// Kilowatts.
    #[serde(rename = "kW")]
    KiloWatt,
}

impl Unit {
    /// Power of ten from this unit to mWh, mW, or thousandths of a bare number.
    #[must_use]
    pub fn milli_exponent(self) -> i32 {
        match self {
            Self::MilliWattHour | Self::MilliWatt => 0,
            Self::One | Self::WattHour | Self::Watt => 3,
            Self::KiloWattHour | Self::KiloWatt => 6,
            Self::MegaWattHour => 9,
        }
    }

    /// True for units of energy.
    #[must_use]
    pub fn is_energy(self) -> bool {
        matches!(self, Self::MilliWattHour | Self::WattHour | Self::KiloWattHour | Self::MegaWattHour)
    }

    /// True for units of power.
    #[must_use]
    pub fn is_power(self) -> bool {
        matches!(self, Self::MilliWatt | Self::Watt | Self::KiloWatt)
    }

    /// The unit that a telegram writes after `*`.
    #[must_use]
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        Some(match symbol {
            "mWh" => Self::MilliWattHour,
            "Wh" => Self::WattHour,
            "kWh" => Self::KiloWattHour,
            "MWh" => Self::MegaWattHour,
            "mW" => Self::MilliWatt,
            "W" => Self::Watt,
            "kW" => Self::KiloWatt,
            _ => return None,
        })
    }
}

/// 10 to the power `exponent`; `None` beyond 10^38.
#[must_use]
pub fn power_of_ten(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

/// `value × 10^exponent`, rounded down; `None` if it does not fit.
#[must_use]
pub fn scale(value: i128, exponent: i32) -> Option<i128> {
    if exponent >= 0 {
        return value.checked_mul(power_of_ten(exponent.unsigned_abs())?);
    }
    match power_of_ten(exponent.unsigned_abs()) {
        Some(divisor) => Some(value.div_euclid(divisor)),
        // Smaller than one part in 10^38 of anything that fits.
        None => Some(if value < 0 { -1 } else { 0 }),
    }
}

/// `value × 10^exponent` rounded to the nearest integer (halves up), computed exactly from the float's bits; `None` if
/// it is infinite, NaN, or does not fit.
#[must_use]
pub fn scale_float(value: f64, exponent: i32) -> Option<i128> {
    if !value.is_finite() {
        return None;
    }
    // IEEE 754 binary64: 1 sign, 11 exponent and 52 fraction bits.
    let bits = value.to_bits();
    let biased = i32::try_from((bits >> 52) & 0x7ff).ok()?;
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let (mantissa, binary_exponent) =
        if biased == 0 { (fraction, -1_074) } else { (fraction | (1 << 52), biased - 1_075) };
    let mut numerator = if value.is_sign_negative() { -mantissa } else { mantissa };
    let mut denominator = 1i128;
    if exponent >= 0 {
        numerator = numerator.checked_mul(power_of_ten(exponent.unsigned_abs())?)?;
    } else {
        denominator = power_of_ten(exponent.unsigned_abs())?;
    }
    if numerator == 0 {
        return Some(0);
    }
    let two = |power: u32| 1i128.checked_shl(power).filter(|_| power < 126);
    if binary_exponent >= 0 {
        numerator = numerator.checked_mul(two(binary_exponent.unsigned_abs())?)?;
    } else {
        match two(binary_exponent.unsigned_abs()).and_then(|power| denominator.checked_mul(power)) {
            Some(product) => denominator = product,
            // Below 2^83 ÷ 2^126: rounds to nothing.
            None => return Some(0),
        }
    }
    // Halves up: floor((2n + d) ÷ 2d).
    numerator.checked_mul(2)?.checked_add(denominator).map(|sum| sum.div_euclid(denominator.saturating_mul(2)))
}

/// `text × 10^exponent`, rounded down, from a decimal number such as `00003844.917`, `-36` or `1.5e3`. `None` if it is
/// not a number, has more than 36 digits, or does not fit.
#[must_use]
pub fn scale_decimal(text: &str, exponent: i32) -> Option<i128> {
    let (text, written_exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || whole.len() + fraction.len() > 36 {
        return None;
    }
    let mut value = 0i128;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value.checked_mul(10)?.checked_add(digit.to_digit(10)?.into())?;
    }
    let fraction_digits = i32::try_from(fraction.len()).ok()?;
    scale(if negative { -value } else { value }, exponent + i32::from(written_exponent) - fraction_digits)
}

/// `text × 10^exponent`, rounded down, but up where only what binary fractions lose is missing (`1234.5669999999999`).
/// The text is a number in any spelling that Python's `float` takes, as Home Assistant reads a sensor's state. Such are
/// ` 007.5 `, `.5`, `5.`, `+1_000` and `1.5e3`. `None` if it is none, is no finite number, or does not fit.
#[must_use]
pub fn scale_float_text(text: &str, exponent: i32) -> Option<i128> {
    let plain = plain_number(text)?;
    let (number, written_exponent) = match plain.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, i32::from(exponent.parse::<i16>().ok()?)),
        None => (plain.as_str(), 0),
    };
    // Digits beyond these are below anything that is counted, whatever the unit.
    let kept: usize = number.find('.').map_or(number.len(), |point| number.len().min(point + 1 + MAX_FRACTION_DIGITS));
    let finer = scale_decimal(number.get(..kept)?, exponent + written_exponent + LOST_DIGITS)?;
    // One unit of the last of these digits.
    Some(finer.checked_add(1)?.div_euclid(power_of_ten(LOST_DIGITS.unsigned_abs())?))
}

/// The same as a float; `None` if it is none.
#[must_use]
pub fn float_of_text(text: &str) -> Option<f64> {
    plain_number(text)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Digits below the result in which a binary fraction's error shows.
const LOST_DIGITS: i32 = 3;
/// Most digits after the point that are looked at.
const MAX_FRACTION_DIGITS: usize = 20;

/// A number as Python's `float` takes it, in the spelling that `scale_decimal` takes.
fn plain_number(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (if text.starts_with('-') { "-" } else { "" }, digits),
        None => ("", text),
    };
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (digits.get(..at)?, digits.get(at..)?),
        None => (digits, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (whole, fraction) = (without_underscores(whole)?, without_underscores(fraction)?);
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let power = exponent.get(1..).unwrap_or_default();
    let power_digits = power.strip_prefix(['-', '+']).unwrap_or(power);
    if !exponent.is_empty() && (power_digits.is_empty() || !power_digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{}{point}{fraction}{exponent}", if whole.is_empty() { "0" } else { whole }))
}

/// Digits, which may have single underscores between them.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_between = |at: usize| at > 0 && bytes.get(at - 1) != Some(&b'_') && at + 1 < bytes.len();
    let fits = |(at, byte): (usize, &u8)| byte.is_ascii_digit() || (*byte == b'_' && is_between(at));
    bytes.iter().enumerate().all(fits).then(|| text.replace('_', ""))
}

/// Thousandths as a decimal text with `exponent` digits after the point, such as `3844.917` for exponent 3.
#[must_use]
pub fn decimal_text(value: i128, exponent: i32) -> String {
    let Ok(digits) = usize::try_from(exponent) else { return value.to_string() };
    let sign = if value < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", value.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Thousandths to whole units, to the nearest; `None` beyond an i32.
#[must_use]
pub fn whole(milli: i128) -> Option<i32> {
    i32::try_from(milli.checked_add(500)?.div_euclid(1_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scales_by_powers_of_ten_and_rounds_down() {
        assert_eq!(scale(123_456, -2), Some(1_234));
        assert_eq!(scale(-1, -2), Some(-1));
        assert_eq!(scale(5, 3), Some(5_000));
        assert_eq!(scale(i128::MAX, 1), None);
        assert_eq!(scale(1, 40), None);
        assert_eq!(scale(7, -40), Some(0));
    }

    #[test]
    fn takes_floats_apart_exactly() {
        assert_eq!(scale_float(f64::from(1234.5f32), 6), Some(1_234_500_000));
        assert_eq!(scale_float(f64::from(16_777_217.0f32), 3), Some(16_777_216_000), "24 bits of mantissa");
        assert_eq!(scale_float(0.0005, 3), Some(1), "a half rounds up");
        assert_eq!(scale_float(-36.5, 0), Some(-36));
        assert_eq!(scale_float(f64::MIN_POSITIVE, 9), Some(0));
        assert_eq!(scale_float(f64::MAX, 0), None);
        assert_eq!(scale_float(f64::NAN, 0), None);
        assert_eq!(scale_float(f64::NEG_INFINITY, 0), None);
    }

    #[test]
    fn reads_decimal_texts_exactly() {
        assert_eq!(scale_decimal("00003844.917", 6), Some(3_844_917_000));
        assert_eq!(scale_decimal("-36", 3), Some(-36_000));
        assert_eq!(scale_decimal("1.5e3", 0), Some(1_500));
        assert_eq!(scale_decimal("0.0001", 3), Some(0));
        for bad in ["", "-", ".5", "1,5", "1.2.3", "0x10", "NaN", "1e99999", "1e300"] {
            assert_eq!(scale_decimal(bad, 3), None, "{bad}");
        }
    }

    #[test]
    fn reads_every_spelling_that_a_float_has() {
        for (text, mwh) in [
            ("003844.917", 3_844_917_000),
            (" 3844.917\n", 3_844_917_000),
            ("+3844.917", 3_844_917_000),
            ("3_844.917", 3_844_917_000),
            ("3.844917e3", 3_844_917_000),
            ("3.844917E+03", 3_844_917_000),
            ("3844917e-3", 3_844_917_000),
            (".5", 500_000),
            ("5.", 5_000_000),
            ("-0", 0),
            ("0000000000000000000000000000000000000000001", 1_000_000),
            ("1234.5669999999999", 1_234_567_000),
            ("0.30000000000000004", 300_000),
            ("0.0000123456", 12),
            ("1.00000000000000000000000000000000000000000000009", 1_000_000),
        ] {
            assert_eq!(scale_float_text(text, 6), Some(mwh), "{text}");
        }
        for bad in [
            "",
            " ",
            ".",
            "-",
            "e5",
            "5e",
            "5e+",
            "1__0",
            "_1",
            "1_",
            "1,5",
            "0x10",
            "nan",
            "inf",
            "-Infinity",
            "1 2",
            "1e400",
        ] {
            assert_eq!(scale_float_text(bad, 6), None, "{bad}");
            assert_eq!(float_of_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn writes_decimal_texts() {
        assert_eq!(decimal_text(3_844_917_000, 6), "3844.917000");
        assert_eq!(decimal_text(-5, 3), "-0.005");
        assert_eq!(decimal_text(42, 0), "42");
    }

    proptest! {
        #[test]
        fn a_decimal_text_reads_back(value in -(1i128 << 80)..(1i128 << 80), exponent in 0i32..10) {
            prop_assert_eq!(scale_decimal(&decimal_text(value, exponent), exponent), Some(value));
        }

        #[test]
        fn a_float_text_is_read_as_the_float_is(value in 0.0f64..1e9) {
            let read = scale_float_text(&value.to_string(), 3).expect("a number");
            prop_assert!((read - scale_float(value, 3).expect("a number")).abs() <= 1);
            prop_assert_eq!(float_of_text(&value.to_string()), Some(value));
        }

        #[test]
        fn any_float_converts_or_is_refused(bits: u64, exponent in -40i32..40) {
            let _ = scale_float(f64::from_bits(bits), exponent);
        }

        #[test]
        fn whole_numbers_survive_a_float(value in 0u32..(1 << 24), exponent in 0i32..10) {
            let float = f64::from(f32::from_bits((value as f32).to_bits()));
            prop_assert_eq!(scale_float(float, exponent), scale(value.into(), exponent));
        }

        #[test]
        fn any_text_converts_or_is_refused(text in "\\PC{0,50}", exponent in -40i32..40) {
            let _ = scale_decimal(&text, exponent);
            let _ = scale_float_text(&text, exponent);
            let _ = float_of_text(&text);
        }
    }
}
