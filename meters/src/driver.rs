//! What every device driver gives, whatever the wire: an identity and samples.
//!
//! What reads a device is its family's [`source`]. What is watched of it is written once for all families. A driver
//! holds no other history, and judging registers that jump or go back is its caller's part.

pub mod open;
pub mod source;
pub(crate) mod watched;

use crate::{
    MeterError,
    sample::{DcInput, Identity, Sample},
};
use async_trait::async_trait;

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
