//! What devices of one manufacturer do that no specification tells, as data: one file of `quirks/` a manufacturer.
//!
//! A quirk never makes up a number: it says how to ask, and which answers are no totals.

use crate::MeterError;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Longest pause that a device may be given, ms.
const MAX_PAUSE_MS: u32 = 10_000;
/// Most repetitions of a request that a device refuses because it is busy.
const MAX_RETRIES: u8 = 10;
/// Most unit ids of one manufacturer.
const MAX_UNITS: usize = 16;
/// Largest fall of a counter that may be waited out, Wh.
const MAX_DIP_WH: u32 = 10_000;

/// The files compiled in: name and text.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/quirks.rs"));

/// What to know of one manufacturer's devices. The default is a device without quirks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quirks {
    /// How the manufacturer's name begins in a device's model 1 or in a template, whatever the case of its letters.
    pub names: Vec<String>,
    /// Where it is written.
    pub source: String,
    /// Takes one connection at a time: who is turned away learns why.
    pub one_client: bool,
    /// Time-out of a request where the URI names none, ms.
    pub timeout_ms: Option<u32>,
    /// Least silence after connecting, ms.
    pub settle_ms: u32,
    /// How often a request is repeated that is refused with exception 5 or 6 (busy).
    pub busy_retries: u8,
    /// Pause before each repetition, ms.
    pub busy_pause_ms: u32,
    /// Unit ids on which a search asks once a device of this manufacturer has answered at the same address.
    pub units: Vec<u8>,
    /// The chain of SunSpec models just stops: a request beyond it gets no answer.
    pub no_end: bool,
    /// 32-bit SunSpec accumulators are signed; below zero they are no total.
    pub signed_accumulators: bool,
    /// A lifetime energy of 0 is no total: the device has not read it yet.
    pub zero_is_no_total: bool,
    /// Counters fall by up to so many Wh and come back: no total until they have.
    pub dip_wh: Option<u32>,
    /// Holding register of a float, the low word first: rated energy of a battery behind an inverter, Wh.
    pub battery_wh_at: Option<u16>,
    /// 32-bit numbers of the manufacturer's own register map have their low word first.
    pub native_low_word_first: bool,
}

impl Quirks {
    /// Those of that manufacturer, as a device or a template names it; without any known, none.
    #[must_use]
    pub fn of(manufacturer: &str) -> &'static Self {
        let known = all().unwrap_or_default();
        known.iter().find(|quirks| quirks.are_of(manufacturer)).unwrap_or_else(Self::none)
    }

    /// Those of a device without any.
    #[must_use]
    pub fn none() -> &'static Self {
        static NONE: OnceLock<Quirks> = OnceLock::new();
        NONE.get_or_init(Self::default)
    }

    fn are_of(&self, manufacturer: &str) -> bool {
        self.names.iter().any(|name| {
            manufacturer.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                // "SMA" is not the beginning of "SMARTFOX".
                && !manufacturer.get(name.len()..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
        })
    }

    /// Reads and checks a file's text.
    ///
    /// # Errors
    /// [`MeterError::Quirks`] with what is wrong.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, MeterError> {
        let refuse = |reason: String| MeterError::Quirks { name: name.into(), reason };
        let quirks: Self = toml::from_str(text).map_err(|error| refuse(error.to_string()))?;
        match quirks.fault() {
            Some(fault) => Err(refuse(fault)),
            None => Ok(quirks),
        }
    }

    fn fault(&self) -> Option<String> {
        if self.names.is_empty() || self.names.iter().any(String::is_empty) {
            return Some("names no manufacturer".into());
        }
        if self.source.is_empty() {
            return Some("names no source".into());
        }
        if self.settle_ms.max(self.busy_pause_ms) > MAX_PAUSE_MS || self.timeout_ms.is_some_and(|ms| ms > MAX_PAUSE_MS)
        {
            return Some(format!("has a time of more than {MAX_PAUSE_MS} ms"));
        }
        if self.busy_retries > MAX_RETRIES {
            return Some(format!("busy_retries {} is more than {MAX_RETRIES}", self.busy_retries));
        }
        if self.units.len() > MAX_UNITS {
            return Some(format!("has more than {MAX_UNITS} unit ids"));
        }
        match self.dip_wh {
            Some(dip_wh) if !(1..=MAX_DIP_WH).contains(&dip_wh) => {
                Some(format!("dip_wh {dip_wh} is not from 1 to {MAX_DIP_WH}"))
            }
            _ => None,
        }
    }
}

/// All that are known.
///
/// # Errors
/// [`MeterError::Quirks`] if a file makes no sense, which the tests of this crate exclude.
pub fn all() -> Result<&'static [Quirks], MeterError> {
    static ALL: OnceLock<Result<Vec<Quirks>, MeterError>> = OnceLock::new();
    let load = || FILES.iter().map(|(name, text)| Quirks::from_toml(name, text)).collect();
    ALL.get_or_init(load).as_deref().map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn every_file_of_the_folder_is_built_in_and_makes_sense() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/quirks");
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("the folder")
            .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        assert_eq!(names, FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        assert_eq!(all().expect("they make sense").len(), FILES.len());
    }

    #[test]
    fn a_manufacturer_is_known_by_how_its_name_begins() {
        assert!(Quirks::of("SolarEdge ").one_client && Quirks::of("SOLAREDGE Technologies").one_client);
        assert!(Quirks::of("SMA").no_end && Quirks::of("SMA Solar Technology AG").no_end);
        for other in ["SMARTFOX", "SM", "", "Söma", "A SolarEdge"] {
            assert_eq!(Quirks::of(other), &Quirks::default(), "{other}");
        }
    }

    #[test]
    fn a_file_that_makes_no_sense_is_refused_with_a_reason() {
        let good = "names = [\"V\"]\nsource = \"manual\"\n";
        assert!(Quirks::from_toml("v", good).is_ok());
        for (text, reason) in [
            ("source = \"manual\"", "names no manufacturer"),
            ("names = [\"V\"]", "names no source"),
            (&format!("{good}settle_ms = 60000"), "more than 10000 ms"),
            (&format!("{good}busy_retries = 200"), "more than 10"),
            (&format!("{good}dip_wh = 0"), "not from 1 to"),
            (&format!("{good}one_cleint = true"), "one_cleint"),
        ] {
            let error = Quirks::from_toml("v", text).expect_err(reason).to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    /// The 32-bit fields below `value` that are not in the order that their manufacturer uses.
    fn in_the_wrong_order(value: &toml::Value) -> usize {
        match value {
            toml::Value::Array(values) => values.iter().map(in_the_wrong_order).sum(),
            toml::Value::Table(table) => {
                let is = |key, text| table.get(key).and_then(toml::Value::as_str) == Some(text);
                let wrong = (is("type", "u32") || is("type", "i32")) && !is("order", "low-first");
                usize::from(wrong) + table.values().map(in_the_wrong_order).sum::<usize>()
            }
            _ => 0,
        }
    }

    #[test]
    fn templates_have_the_word_order_of_their_manufacturer() {
        for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).expect("the folder") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let template: toml::Value = toml::from_str(&fs::read_to_string(&path).expect("read")).expect("TOML");
            let vendor = template.get("vendor").and_then(toml::Value::as_str).unwrap_or_default();
            if Quirks::of(vendor).native_low_word_first {
                assert_eq!(in_the_wrong_order(&template), 0, "{}", path.display());
            }
        }
        let wrong: toml::Value =
            toml::from_str("import = [{ type = \"u32\" }]\npower = { type = \"i32\", order = \"low-first\" }")
                .expect("TOML");
        assert_eq!(in_the_wrong_order(&wrong), 1, "the check itself works");
    }
}
