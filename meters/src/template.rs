//! Device templates: TOML files that describe a device, those built in and those of a folder.
//!
//! A template is checked when it is loaded, so that a driver or simulator never meets one that makes no sense.

mod fixture;
mod parse;
pub mod payload;
pub mod registers;
#[cfg(test)]
pub(crate) mod schema;
#[cfg(test)]
mod tests;

use crate::MeterError;
use deren_config::nearest;
use payload::MqttTemplate;
use registers::{ModbusTemplate, Production};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// Where the registers or payloads of a fixture come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Read from a real device, and published by the source.
    Recorded,
    /// An example that the source gives.
    Documented,
    /// Put together by the documented registers or fields: no device was at hand.
    Composed,
}

/// Something in a template that makes no sense, by the key under which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The top-level key; empty for the whole.
    pub(crate) key: &'static str,
    /// Which of several under that key, from 0.
    pub(crate) index: usize,
    /// What is wrong with it and what would be right.
    pub(crate) reason: String,
}

/// Most templates of a library.
pub const MAX_TEMPLATES: usize = 1_024;
/// Largest template file, bytes.
const MAX_FILE_BYTES: u64 = 64 * 1_024;

/// The files compiled in: name and text.
const BUILT_IN: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Products that cannot be read, by what their names begin with, and why.
const REFUSED: &[(&str, &str)] = &[(
    "e3dc",
    "E3/DC shows powers alone over Modbus, and its counters by RSCP, of which there is no public description; give the home \
     meters of their own",
)];

/// A device as data.
///
/// ```
/// use deren_meters::{MeterError, Template};
///
/// let text = std::fs::read_to_string("templates/bge-tech-ds100.toml").expect("a file of this crate");
/// let template = Template::from_toml("my-meter", &text)?;
/// assert_eq!(template.product(), ("B+G e-tech", "DS100"));
/// assert_eq!(template.counts(), (true, true));
///
/// let mistyped = Template::from_toml("my-meter", &text.replacen("unit", "unti", 1)).expect_err("refused");
/// assert!(mistyped.to_string().contains("did you mean `unit`?"), "{mistyped}");
/// # Ok::<(), MeterError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// A Modbus meter.
    Modbus(ModbusTemplate),
    /// A meter whose payloads come over MQTT, or over HTTP.
    Mqtt(MqttTemplate),
}

impl Template {
    /// Reads and checks the text of one template. `name` is what a URI calls it.
    ///
    /// # Errors
    /// [`MeterError::Template`] with what is wrong and in which line.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, MeterError> {
        let mut all = Self::all_from_toml(name, text)?;
        match (all.pop(), all.is_empty()) {
            (Some((_, template)), true) => Ok(template),
            _ => Err(MeterError::Template { name: name.into(), reason: "describes several devices".into() }),
        }
    }

    /// Reads and checks the text of a product: a template for each of its devices, with what a URI calls it. `name` is
    /// what it calls the device that has no name of its own.
    ///
    /// # Errors
    /// [`MeterError::Template`] with what is wrong and in which line.
    pub fn all_from_toml(name: &str, text: &str) -> Result<Vec<(String, Self)>, MeterError> {
        parse::parse(name, name, text)
    }

    /// Reads and checks the file of a product, as [`Self::all_from_toml`]. A device without a name has the file's.
    ///
    /// # Errors
    /// [`MeterError::File`] or [`MeterError::Template`] with the file, what is wrong and in which line.
    pub fn all_from_file(path: &Path) -> Result<Vec<(String, Self)>, MeterError> {
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
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        parse::parse(&file, stem, &text)
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
            Self::Mqtt(template) if template.over_http => "http",
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
            let mut library = Library::default();
            for (name, text) in BUILT_IN {
                for (name, template) in Template::all_from_toml(name, text)? {
                    library.insert(&name, template);
                }
            }
            Ok(library)
        };
        BUILTIN.get_or_init(load).as_ref().map_err(Clone::clone)
    }

    /// The templates compiled in, and on top of them every `*.toml` of `folder`; a device of the same name replaces.
    ///
    /// A file that makes no sense harms nobody else. Its name, and the devices of a built-in file of that name, stand
    /// for no template then, and [`Self::broken`] tells of it.
    ///
    /// # Errors
    /// [`MeterError::File`] if the folder cannot be read, or has too many files.
    pub fn with_folder(folder: &Path) -> Result<Self, MeterError> {
        let failed = |reason: String| MeterError::File { path: folder.display().to_string(), reason };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| failed(error.to_string()))? {
            let path = entry.map_err(|error| failed(error.to_string()))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        if paths.len() > MAX_TEMPLATES {
            return Err(failed(format!("more than {MAX_TEMPLATES} templates")));
        }
        paths.sort_unstable();
        let mut library = Self::builtin()?.clone();
        let mut own: BTreeMap<String, PathBuf> = BTreeMap::new();
        for path in paths {
            // What begins with a dot is what editors leave behind.
            let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|name| !name.starts_with('.'));
            let Some(name) = name else { continue };
            match Template::all_from_file(&path) {
                Ok(all) => library.take(&path, all, &mut own),
                Err(error) => {
                    for name in Self::names_of_built_in(name) {
                        library.refuse(&name, error.clone());
                    }
                    library.refuse(name, error);
                }
            }
            if library.templates.len() + library.broken.len() > MAX_TEMPLATES {
                return Err(failed(format!("more than {MAX_TEMPLATES} templates")));
            }
        }
        Ok(library)
    }

    /// Takes the devices of a file. Where another file of the folder has one of the same name, that name stands for
    /// none.
    fn take(&mut self, path: &Path, all: Vec<(String, Template)>, own: &mut BTreeMap<String, PathBuf>) {
        for (name, template) in all {
            match own.insert(name.clone(), path.to_owned()) {
                None => self.insert(&name, template),
                Some(other) => {
                    let reason = format!("its device `{name}` is in {} too; keep one of them", other.display());
                    self.refuse(&name, MeterError::Template { name: path.display().to_string(), reason });
                }
            }
        }
    }

    /// Has a name stand for no template.
    fn refuse(&mut self, name: &str, error: MeterError) {
        self.templates.remove(name);
        self.broken.insert(name.into(), error);
    }

    /// The devices of the built-in file of that name.
    fn names_of_built_in(file: &str) -> Vec<String> {
        let text = BUILT_IN.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text);
        let all = Template::all_from_toml(file, text).unwrap_or_default();
        all.into_iter().map(|(name, _)| name).collect()
    }

    /// What is wrong with each file of a folder that makes no sense, with the file and the line.
    pub fn broken(&self) -> impl Iterator<Item = &MeterError> {
        let mut told: Vec<&MeterError> = Vec::new();
        for error in self.broken.values() {
            if !told.contains(&error) {
                told.push(error);
            }
        }
        told.into_iter()
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
        self.payload("mqtt", name)
    }

    /// The template of that name for documents over HTTP.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] with the names that there are, or what is wrong with the template's file.
    pub fn http(&self, name: &str) -> Result<&MqttTemplate, MeterError> {
        self.payload("http", name)
    }

    fn payload(&self, kind: &'static str, name: &str) -> Result<&MqttTemplate, MeterError> {
        match self.of_kind(kind, name)? {
            Template::Mqtt(template) => Ok(template),
            Template::Modbus(_) => Err(self.lacks(kind, name)),
        }
    }

    /// The template of that name and kind.
    pub(crate) fn of_kind(&self, kind: &'static str, name: &str) -> Result<&Template, MeterError> {
        self.get(name).filter(|template| template.kind() == kind).ok_or_else(|| self.lacks(kind, name))
    }

    /// Why there is no such template.
    fn lacks(&self, kind: &'static str, name: &str) -> MeterError {
        if let Some(error) = self.broken.get(name) {
            return error.clone();
        }
        let word = name.replace(['-', '_', '/'], "").to_lowercase();
        if let Some((_, reason)) = REFUSED.iter().find(|(begin, _)| word.starts_with(begin)) {
            return MeterError::UnknownTemplate { kind, name: name.into(), meant: (*reason).into() };
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
