//! What every device driver gives, whatever the wire: an identity and samples.
//!
//! What reads a device is its family's [`source`]. What is watched of it is written once for all families. A driver
//! holds no other history, and judging registers that jump or go back is its caller's part.

pub mod source;
pub(crate) mod watched;

use crate::{
    DeviceUri, Library, MeterError, Template,
    sample::{DcInput, Identity, Sample},
    uri::TemplateName,
};
use async_trait::async_trait;
use watched::Watched;

/// A device that can be read.
#[async_trait]
pub trait Driver: Send {
    /// Asks the device who it is. From then on, [`Self::sample`] gives [`MeterError::Swapped`] when another device
    /// answers in its place, until this is called again.
    ///
    /// # Errors
    /// Any [`MeterError`] of the wire, or of what came over it. The driver stays usable and connects again by itself.
    async fn identify(&mut self) -> Result<Identity, MeterError>;

    /// Reads the registers once. Over MQTT it gives the newest message not yet given, or waits for the next, at most
    /// the device's time-out.
    ///
    /// # Errors
    /// Any [`MeterError`] of the wire, or of what came over it. The driver stays usable and connects again by itself.
    async fn sample(&mut self) -> Result<Sample, MeterError>;

    /// The strings and batteries behind an inverter that tells of them; most devices have none.
    ///
    /// # Errors
    /// As [`Self::sample`].
    async fn dc_inputs(&mut self) -> Result<Vec<DcInput>, MeterError> {
        Ok(Vec::new())
    }
}

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
