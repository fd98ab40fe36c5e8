//! Device templates: TOML files that describe a device, those built in and those of a folder.
//!
//! A template is checked when it is loaded, so that a driver or simulator never meets one that makes no sense.

mod fixture;
mod parse;
#[cfg(test)]
mod rules;
#[cfg(test)]
pub(crate) mod schema;
#[cfg(test)]
mod tests;

pub use fixture::Origin;
pub(crate) use parse::Fault;

use crate::{
    Counter, DeviceUri, MeterError, homewizard,
    modbus::template::{ModbusTemplate, Production},
    mqtt::template::MqttTemplate,
    nearest::nearest,
    p1,
    uri::{StreamDevice, Telegrams},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, OnceLock},
};

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
    "acrel-adw300",
    "ahoy-dtu",
    "alpha-ess",
    "alpha-ess-battery",
    "alpha-ess-meter",
    "be-mpm3pm",
    "bge-tech-ds100",
    "bge-tech-ws100",
    "carlo-gavazzi-em100",
    "carlo-gavazzi-em24",
    "carlo-gavazzi-em24-e1",
    "carlo-gavazzi-em300",
    "chint-dtsu666",
    "chint-dtsu666-401e",
    "deye-1p",
    "deye-1p-battery",
    "deye-1p-meter",
    "deye-3p",
    "deye-3p-battery",
    "deye-3p-hv",
    "deye-3p-hv-1098",
    "deye-3p-hv-1098-battery",
    "deye-3p-hv-1098-meter",
    "deye-3p-hv-battery",
    "deye-3p-hv-meter",
    "deye-3p-meter",
    "deye-micro",
    "deye-string",
    "dsmr-reader",
    "dsmr-reader-topics",
    "dzg-dvh4013",
    "eastron-sdm120",
    "eastron-sdm630",
    "eastron-sdm72",
    "eltako-dsz15",
    "finder-7m",
    "foxess-h3",
    "foxess-h3-battery",
    "foxess-h3-meter",
    "foxess-h3-smart",
    "foxess-h3-smart-battery",
    "foxess-h3-smart-meter",
    "fronius-datamanager",
    "fronius-datamanager-integer",
    "goodwe-dt",
    "goodwe-et",
    "goodwe-et-battery",
    "goodwe-et-meter",
    "goodwe-et-meter-64",
    "growatt",
    "growatt-battery",
    "growatt-meter",
    "growatt-output",
    "growatt-sph",
    "growatt-sph-battery",
    "growatt-sph-meter",
    "home-assistant",
    "home-assistant-production",
    "homewizard",
    "huawei-battery",
    "huawei-emma",
    "huawei-emma-battery",
    "huawei-emma-meter",
    "huawei-meter",
    "huawei-smartlogger",
    "huawei-sun2000",
    "huawei-sun2000-output",
    "inepro-pro380",
    "janitza-b",
    "kostal-plenticore",
    "kostal-plenticore-battery",
    "kostal-plenticore-big-endian",
    "kostal-plenticore-big-endian-battery",
    "lovato-dmg610",
    "opendtu",
    "orno-we-504",
    "orno-we-514",
    "orno-we-516",
    "orno-we-525",
    "p1",
    "saj-hybrid",
    "saj-hybrid-battery",
    "saj-hybrid-meter",
    "saj-r5",
    "schneider-iem3000",
    "shelly-3em-gen1",
    "shelly-em",
    "shelly-em-gen1",
    "shelly-em1",
    "shelly-pm1",
    "shelly-switch",
    "shelly-switch-production",
    "siemens-pac2200",
    "sigenergy",
    "sigenergy-battery",
    "sigenergy-meter",
    "sma-battery",
    "sma-grid-meter",
    "sma-hybrid",
    "sma-inverter",
    "sofar-hybrid",
    "sofar-hybrid-battery",
    "sofar-hybrid-meter",
    "sofar-string",
    "solaredge-battery",
    "solax-hybrid",
    "solax-hybrid-battery",
    "solax-hybrid-g5-battery",
    "solax-hybrid-meter",
    "solis",
    "solis-hybrid",
    "solis-hybrid-meter",
    "sungrow-sg",
    "sungrow-sh",
    "sungrow-sh-battery",
    "sungrow-sh-meter",
    "tasmota",
    "tasmota-production",
    "tasmota-sml",
    "victron-grid",
    "victron-grid-mqtt",
    "victron-pvinverter",
    "victron-pvinverter-mqtt",
    "zigbee2mqtt",
);

/// What a device shows at one moment, in the units of this crate: what a template encodes, and what a fixture stands
/// for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

/// What a device shows, and how it counts that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) readout: Readout,
    pub(crate) import_counter: Counter,
    pub(crate) export_counter: Counter,
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
    /// [`MeterError::Template`] with what is wrong and in which line.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, MeterError> {
        parse::parse(name, text)
    }

    /// Reads and checks a template file.
    ///
    /// # Errors
    /// [`MeterError::File`] or [`MeterError::Template`] with the file, what is wrong and in which line.
    pub fn from_file(path: &Path) -> Result<Self, MeterError> {
        let file = path.display().to_string();
        let failed = |reason: String| MeterError::File { path: file.clone(), reason };
        let metadata = fs::metadata(path).map_err(|error| failed(error.to_string()))?;
        if !metadata.is_file() {
            return Err(failed("is no file".into()));
        }
        let length = metadata.len();
        if length > MAX_FILE_BYTES {
            return Err(failed(format!("{length} bytes; a template has at most {MAX_FILE_BYTES}")));
        }
        let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        parse::parse(&file, &text)
    }

    /// Manufacturer and product.
    #[must_use]
    pub fn product(&self) -> (&str, &str) {
        match self {
            Self::Modbus(template) => (&template.vendor, &template.model),
            Self::Mqtt(template) => (&template.vendor, &template.model),
        }
    }

    /// Other products that are read by the same template.
    #[must_use]
    pub fn also(&self) -> &[String] {
        match self {
            Self::Modbus(template) => &template.also,
            Self::Mqtt(_) => &[],
        }
    }

    /// What its export counter counts, where it may stand for production.
    #[must_use]
    pub fn production(&self) -> Option<Production> {
        match self {
            Self::Modbus(template) => template.production,
            Self::Mqtt(_) => None,
        }
    }

    /// Whether the device counts what it imports, and what it exports.
    #[must_use]
    pub fn counts(&self) -> (bool, bool) {
        match self {
            Self::Modbus(template) => (template.import.is_some(), template.export.is_some()),
            Self::Mqtt(template) => (template.import.is_some(), template.export.is_some()),
        }
    }

    /// Kind of wire, as a template file names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Modbus(_) => "modbus",
            Self::Mqtt(_) => "mqtt",
        }
    }
}

/// Templates by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    templates: BTreeMap<String, Arc<Template>>,
    /// Files that make no sense, by the name that their template would have.
    broken: BTreeMap<String, MeterError>,
}

impl Library {
    /// The templates compiled in.
    ///
    /// # Errors
    /// [`MeterError::Template`] if one of them makes no sense, which the tests of this crate exclude.
    pub fn builtin() -> Result<&'static Self, MeterError> {
        static BUILTIN: OnceLock<Result<Library, MeterError>> = OnceLock::new();
        let load = || {
            let parse = |(name, text): &(&str, &str)| Ok(((*name).into(), Arc::new(Template::from_toml(name, text)?)));
            let templates = BUILT_IN.iter().map(parse).collect::<Result<_, _>>()?;
            Ok(Library { templates, ..Self::default() })
        };
        BUILTIN.get_or_init(load).as_ref().map_err(Clone::clone)
    }

    /// The templates compiled in, and on top of them every `*.toml` of `folder`; a file of the same name replaces.
    ///
    /// A file that makes no sense harms nobody else: its name stands for no template then, not even for a built-in one, and
    /// [`Self::broken`] tells of it.
    ///
    /// # Errors
    /// [`MeterError::File`] if the folder cannot be read, or has too many files.
    pub fn with_folder(folder: &Path) -> Result<Self, MeterError> {
        let failed = |reason: String| MeterError::File { path: folder.display().to_string(), reason };
        let mut library = Self::builtin()?.clone();
        for entry in fs::read_dir(folder).map_err(|error| failed(error.to_string()))? {
            let path = entry.map_err(|error| failed(error.to_string()))?.path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            // What begins with a dot is what editors leave behind.
            let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|name| !name.starts_with('.'));
            let Some(name) = name else { continue };
            match Template::from_file(&path) {
                Ok(template) => library.insert(name, template),
                Err(error) => {
                    library.templates.remove(name);
                    library.broken.insert(name.into(), error);
                }
            }
            if library.templates.len() + library.broken.len() > MAX_TEMPLATES {
                return Err(failed(format!("more than {MAX_TEMPLATES} templates")));
            }
        }
        Ok(library)
    }

    /// What is wrong with each file of a folder that makes no sense, with the file and the line.
    pub fn broken(&self) -> impl Iterator<Item = &MeterError> {
        self.broken.values()
    }

    /// Adds a template, or replaces the one of that name.
    pub fn insert(&mut self, name: &str, template: Template) {
        self.broken.remove(name);
        self.templates.insert(name.into(), Arc::new(template));
    }

    /// The template of that name, of any kind.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.templates.get(name).map(Arc::as_ref)
    }

    /// The template by which the device that `uri` names is read. `None`: it is read without one, or there is none.
    #[must_use]
    pub fn template_of(&self, uri: &DeviceUri) -> Option<&Template> {
        self.find(uri).ok().flatten()
    }

    /// Refuses a URI of a device whose template is not here, is broken or is for another kind of wire.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] with the names that there are, or what is wrong with the template's file.
    pub fn check(&self, uri: &DeviceUri) -> Result<(), MeterError> {
        self.find(uri).map(drop)
    }

    fn find(&self, uri: &DeviceUri) -> Result<Option<&Template>, MeterError> {
        let (name, kind) = match uri {
            DeviceUri::Modbus(device) => (device.template.as_str(), "modbus"),
            DeviceUri::Mqtt(device) => (device.template.as_str(), "mqtt"),
            DeviceUri::Stream(StreamDevice { telegrams: Telegrams::P1, .. }) => (p1::TEMPLATE, "mqtt"),
            DeviceUri::HomeWizard(_) => (homewizard::TEMPLATE, "mqtt"),
            DeviceUri::SunSpec(_) | DeviceUri::Stream(StreamDevice { telegrams: Telegrams::Sml, .. }) => {
                return Ok(None);
            }
        };
        let template = self.get(name).filter(|template| template.kind() == kind);
        template.map(Some).ok_or_else(|| self.lacks(kind, name))
    }

    /// Every template, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.templates.iter().map(|(name, template)| (name.as_str(), template.as_ref()))
    }

    /// As [`Self::iter`], to keep.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (&str, &Arc<Template>)> {
        self.templates.iter().map(|(name, template)| (name.as_str(), template))
    }

    /// The Modbus template of that name.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] with the names that there are, or what is wrong with the template's file.
    pub fn modbus(&self, name: &str) -> Result<&ModbusTemplate, MeterError> {
        match self.get(name) {
            Some(Template::Modbus(template)) => Ok(template),
            _ => Err(self.lacks("modbus", name)),
        }
    }

    /// The MQTT template of that name.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] with the names that there are, or what is wrong with the template's file.
    pub fn mqtt(&self, name: &str) -> Result<&MqttTemplate, MeterError> {
        match self.get(name) {
            Some(Template::Mqtt(template)) => Ok(template),
            _ => Err(self.lacks("mqtt", name)),
        }
    }

    /// Why there is no such template.
    fn lacks(&self, kind: &'static str, name: &str) -> MeterError {
        if let Some(error) = self.broken.get(name) {
            return error.clone();
        }
        let known: Vec<&str> =
            self.iter().filter(|(_, template)| template.kind() == kind).map(|(name, _)| name).collect();
        let meant = match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        MeterError::UnknownTemplate { kind, name: name.into(), meant }
    }
}
