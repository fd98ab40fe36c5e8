//! What happens to the recorder. Samplers and the uplink say it, each of a seat or of a device's pseudonym.

use crate::{codes::Mishap, home::Place, settings::DeviceSettings};
use deren_meters::{Identity, Sample};
use deren_primitives::{DeviceCursor, DeviceId};
use std::sync::Arc;
use tokio::sync::Notify;

/// What the recorder acts upon.
#[derive(Debug)]
pub enum Event {
    /// A device is read from now on.
    Seated {
        /// Its place, which no device had before.
        place: Place,
        /// Its position among the configured devices.
        position: usize,
        /// How it is configured.
        settings: DeviceSettings,
    },
    /// A device is read no more.
    Left {
        /// Its place.
        place: Place,
    },
    /// A device said who it is.
    Identified {
        /// Its place.
        place: Place,
        /// Who it says it is.
        identity: Identity,
        /// Notified when it should say so again.
        ask_again: Arc<Notify>,
    },
    /// A device was sampled.
    Sample {
        /// Its place.
        place: Place,
        /// What it showed.
        sample: Sample,
    },
    /// A device could not be read.
    Failed {
        /// Its place.
        place: Place,
        /// Why.
        mishap: Mishap,
    },
    /// A finalised block shows how a device that needs it stands on the chain.
    Chain {
        /// The device.
        device: DeviceId,
        /// Where its chain of readings ends there; nothing if the chain does not know it.
        cursor: Option<DeviceCursor>,
    },
}
