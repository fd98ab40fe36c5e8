//! What a family of devices has to give, and no more: who is there, and what the device shows. What is watched of it,
//! and what is suspect, is judged once for all families by `watched`.

use crate::{
    MeterError,
    quirks::Quirks,
    sample::{Counted, DcInput, Identity},
};
use async_trait::async_trait;

/// What a device answered, or sent by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it arrived, milliseconds since the Unix epoch by this machine's clock.
    pub at_unix_ms: u64,
    /// What it shows, and how it counts that.
    pub counted: Counted,
    /// Who it says it is along with that, if it does.
    pub who: Option<Identity>,
}

/// Reads one device. A source never judges a number by those of before; it refuses only what is none.
#[async_trait]
pub trait Source: Send {
    /// Where the device is, as errors name it.
    fn place(&self) -> String;

    /// Number of the connection in use: it grows whenever one is made. `None` for a device that tells by itself who it
    /// is, and so is never asked again.
    fn connection(&self) -> Option<u64> {
        None
    }

    /// What its manufacturer's devices do, as far as the manufacturer is known yet.
    fn quirks(&self) -> &'static Quirks {
        Quirks::none()
    }

    /// Asks the device who it is.
    ///
    /// # Errors
    /// Any [`MeterError`] of the wire, or of what came over it. The source stays usable.
    async fn who(&mut self) -> Result<Identity, MeterError>;

    /// Reads the registers once, or waits for the next message. An energy that the device does not show is `None`.
    ///
    /// # Errors
    /// As [`Self::who`].
    async fn read(&mut self) -> Result<Answer, MeterError>;

    /// Why such a device may show neither energy, as the end of a sentence.
    fn without_energy(&self) -> String;

    /// The strings and batteries behind an inverter that tells of them; most devices have none.
    ///
    /// # Errors
    /// As [`Self::who`].
    async fn dc_inputs(&mut self) -> Result<Vec<DcInput>, MeterError> {
        Ok(Vec::new())
    }
}
