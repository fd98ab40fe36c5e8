//! Device templates: TOML files that describe a device, those built in and those of a folder.
//!
//! A template is checked when it is loaded, so that a driver or simulator never meets one that makes no sense.

#[cfg(test)]
mod tests;

use crate::{MeterError, modbus::template::ModbusTemplate, mqtt::template::MqttTemplate};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path, sync::OnceLock};

/// Most templates of a library.
pub const MAX_TEMPLATES: usize = 1_024;
/// Largest template file, bytes.
const MAX_FILE_BYTES: u64 = 64 * 1_024;

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        /// The templates compiled in: name and text.
        const BUILT_IN: &[(&str, &str)] = &[$(($name, include_str!(concat!("../templates/", $name, ".toml")))),*];
    };
}
built_in!(
    "abb-b23",
    "carlo-gavazzi-em24",
    "carlo-gavazzi-em24-e1",
    "eastron-sdm120",
    "eastron-sdm630",
    "janitza-b",
    "schneider-iem3000",
    "dsmr-reader",
    "p1",
    "shelly-em",
    "shelly-em1",
    "tasmota",
    "tasmota-production",
    "tasmota-sml",
);

/// What a device shows at one moment, in the units of this crate: what a template encodes, and what a fixture stands
/// for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readout {
    /// Imported energy, mWh.
    pub import_mwh: Option<u64>,
    /// Exported energy, mWh.
    pub export_mwh: Option<u64>,
    /// Power, W, import positive.
    pub power_w: Option<i32>,
    /// Serial number.
    pub serial: Option<String>,
}

/// A device as data.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// A Modbus meter.
    Modbus(ModbusTemplate),
    /// A meter that publishes over MQTT.
    Mqtt(MqttTemplate),
}

impl Template {
    /// Reads and checks a template's text. `name` is what a URI calls it.
    ///
    /// # Errors
    /// [`MeterError::Template`] with what is wrong and where.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, MeterError> {
        let refuse = |reason: String| MeterError::Template { name: name.into(), reason };
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| refuse(error.to_string()))?;
        let kind = table.remove("kind");
        let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
        match kind {
            "modbus" => {
                let template: ModbusTemplate = table.try_into().map_err(|error| refuse(error.to_string()))?;
                template.check(name)?;
                Ok(Self::Modbus(template))
            }
            "mqtt" => {
                let template: MqttTemplate = table.try_into().map_err(|error| refuse(error.to_string()))?;
                template.check(name)?;
                Ok(Self::Mqtt(template))
            }
            other => Err(refuse(format!("kind `{other}` is not `modbus` or `mqtt`"))),
        }
    }
}

/// Templates by name.
#[derive(Clone, Debug, Default)]
pub struct Library(BTreeMap<String, Template>);

impl Library {
    /// The templates compiled in.
    ///
    /// # Errors
    /// [`MeterError::Template`] if one of them makes no sense, which the tests of this crate exclude.
    pub fn builtin() -> Result<&'static Self, MeterError> {
        static BUILTIN: OnceLock<Result<Library, MeterError>> = OnceLock::new();
        let load = || {
            let parse = |(name, text): &(&str, &str)| Ok(((*name).into(), Template::from_toml(name, text)?));
            BUILT_IN.iter().map(parse).collect::<Result<_, _>>().map(Library)
        };
        BUILTIN.get_or_init(load).as_ref().map_err(Clone::clone)
    }

    /// The templates compiled in, and on top of them every `*.toml` of `folder`; a file of the same name replaces.
    ///
    /// # Errors
    /// [`MeterError::File`] or [`MeterError::Template`] with the file and what is wrong with it.
    pub fn with_folder(folder: &Path) -> Result<Self, MeterError> {
        let file_error = |path: &Path, error: std::io::Error| MeterError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        let mut library = Self::builtin()?.clone();
        for entry in fs::read_dir(folder).map_err(|error| file_error(folder, error))? {
            let path = entry.map_err(|error| file_error(folder, error))?.path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
            let length = fs::metadata(&path).map_err(|error| file_error(&path, error))?.len();
            if length > MAX_FILE_BYTES {
                let reason = format!("{length} bytes; a template has at most {MAX_FILE_BYTES}");
                return Err(MeterError::File { path: path.display().to_string(), reason });
            }
            let text = fs::read_to_string(&path).map_err(|error| file_error(&path, error))?;
            library.0.insert(name.into(), Template::from_toml(name, &text)?);
            if library.0.len() > MAX_TEMPLATES {
                let reason = format!("more than {MAX_TEMPLATES} templates");
                return Err(MeterError::File { path: folder.display().to_string(), reason });
            }
        }
        Ok(library)
    }

    /// Every template, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.0.iter().map(|(name, template)| (name.as_str(), template))
    }

    /// The Modbus template of that name.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] with the names that there are.
    pub fn modbus(&self, name: &str) -> Result<&ModbusTemplate, MeterError> {
        match self.0.get(name) {
            Some(Template::Modbus(template)) => Ok(template),
            _ => Err(self.unknown("modbus", name)),
        }
    }

    /// The MQTT template of that name.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] with the names that there are.
    pub fn mqtt(&self, name: &str) -> Result<&MqttTemplate, MeterError> {
        match self.0.get(name) {
            Some(Template::Mqtt(template)) => Ok(template),
            _ => Err(self.unknown("mqtt", name)),
        }
    }

    fn unknown(&self, kind: &'static str, name: &str) -> MeterError {
        let fits = |template: &Template| matches!(template, Template::Modbus(_)) == (kind == "modbus");
        let known: Vec<&str> = self.iter().filter(|(_, template)| fits(template)).map(|(name, _)| name).collect();
        MeterError::UnknownTemplate { kind, name: name.into(), known: known.join(", ") }
    }
}
