//! HomeWizard's devices announce themselves by multicast DNS, and are then read.

use super::uri::{HTTP_PORT, HomeWizardDevice};
use crate::discover::probe::{Probe, Service};

/// Finds HomeWizard's devices.
pub(super) struct HomeWizardProbe;

const SERVICES: [Service; 1] = [Service {
    name: "_hwenergy._tcp.local",
    device: |announced| {
        let port = announced.port.unwrap_or(HTTP_PORT);
        Ok(HomeWizardDevice { host: announced.address.to_string(), port, timeout_ms: None }.into())
    },
}];

impl Probe for HomeWizardProbe {
    fn services(&self) -> &'static [Service] {
        &SERVICES
    }
}
