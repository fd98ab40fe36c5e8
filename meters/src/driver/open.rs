//! From a URI to a driver, by the templates of a library.

use super::{Driver, watched::Watched};
use crate::{DeviceUri, Library, MeterError, Template, uri::TemplateName};

/// Makes a driver for the device that `uri` names, with the built-in templates. Nothing is sent yet, so that a device
/// that is away at the start is no reason to fail: the first `identify` or `sample` connects.
///
/// # Errors
/// [`MeterError::UnknownTemplate`] if the template is not built in or is for another kind of wire.
pub async fn open(uri: &DeviceUri) -> Result<Box<dyn Driver>, MeterError> {
    open_with(uri, Library::builtin()?).await
}

/// As [`open`], with the templates of `library`.
///
/// # Errors [`MeterError::UnknownTemplate`] if the library lacks the template or has it for another kind of wire.
/// [`MeterError::Uri`] if the URI names a channel of a device that has none.
pub async fn open_with(uri: &DeviceUri, library: &Library) -> Result<Box<dyn Driver>, MeterError> {
    Ok(Box::new(Watched::new(uri.source(library)?, uri)))
}

impl Library {
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
        let Some(TemplateName { name, kind, .. }) = uri.template() else { return Ok(None) };
        self.of_kind(kind, name).map(Some)
    }
}
