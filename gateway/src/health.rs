//! What decisions need to know of the devices: the recorder says it, the uplink and the page's set-up decide by it.
//! What is only for people to see stands on the board.

use crate::settings::DeviceSettings;
use deren_primitives::{DeviceId, Slot};

/// One configured device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceHealth {
    /// How it is configured.
    pub settings: DeviceSettings,
    /// Its pseudonym, once it has said who it is; from the start, if it had before at this address.
    pub device: Option<DeviceId>,
    /// It has said who it is since this process began.
    pub is_identified: bool,
    /// False if the last attempt to read it failed.
    pub is_reachable: bool,
    /// The last slot that a reading covers.
    pub last_slot: Option<Slot>,
    /// The smallest difference that its registers can show, mWh; 0 if its driver does not know. Nothing before the
    /// device has shown them, now or before this process began.
    pub register_step_mwh: Option<u64>,
}

impl DeviceHealth {
    /// A device of which nothing is known yet.
    pub fn unknown(settings: DeviceSettings) -> Self {
        Self {
            settings,
            device: None,
            is_identified: false,
            is_reachable: true,
            last_slot: None,
            register_step_mwh: None,
        }
    }
}
