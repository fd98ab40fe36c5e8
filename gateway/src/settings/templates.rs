//! The templates of the devices: those built in, and those of the owner's folder. A template that is wrong is
//! complained of, and so is a device that names one which is not there. It keeps no other device from being read.

use super::Settings;
use crate::error::GatewayError;
use deren_config::{Mistake, Place};
use deren_meters::{Library, MeterError};
use std::{path::Path, sync::Arc};

/// Where what may turn out to be wrong with templates was written.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The key `templates_folder`, if it is there.
    pub(crate) templates_folder: Option<Place>,
    /// Each device's `uri`.
    pub(crate) devices: Vec<Place>,
}

/// The templates compiled in, and those of `folder`. Without it, or where it cannot be read, those compiled in alone,
/// with what is wrong.
///
/// # Errors
/// [`MeterError::Template`] if one of those compiled in makes no sense, which the tests of `deren-meters` exclude.
pub fn templates_of(folder: Option<&Path>) -> Result<(Arc<Library>, Vec<MeterError>), MeterError> {
    match folder.map(Library::with_folder) {
        Some(Ok(library)) => {
            let broken = library.broken().cloned().collect();
            Ok((Arc::new(library), broken))
        }
        Some(Err(error)) => Ok((Arc::new(Library::builtin()?.clone()), vec![error])),
        None => Ok((Arc::new(Library::builtin()?.clone()), Vec::new())),
    }
}

impl Settings {
    /// Takes the templates from disk, and notes what is wrong with them and with the devices that name them.
    pub(super) fn take_templates(&mut self, places: &Places) -> Result<(), GatewayError> {
        let (templates, broken) = templates_of(self.templates_folder.as_deref()).map_err(GatewayError::Templates)?;
        self.templates = templates;
        let mut complaints: Vec<Mistake> = Vec::new();
        if let Some(place) = &places.templates_folder {
            complaints.extend(broken.into_iter().map(|error| place.mistake(error)));
        }
        for (device, place) in self.devices.iter().zip(&places.devices) {
            if let Err(error) = self.templates.check(&device.uri) {
                complaints.push(place.mistake(format!("device `{}`: {error}", device.name)));
            }
        }
        complaints.sort_by(|one, other| one.place.cmp(&other.place));
        self.complaints = complaints;
        Ok(())
    }

    /// True if each device has the template that it names.
    #[must_use]
    pub fn has_all_templates(&self) -> bool {
        self.devices.iter().all(|device| self.templates.check(&device.uri).is_ok())
    }
}
