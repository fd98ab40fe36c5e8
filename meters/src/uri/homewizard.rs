//! URIs of HomeWizard's devices: `homewizard+http://host`.

use std::fmt;

/// Port of HTTP where a URI names none.
pub const HTTP_PORT: u16 = 80;

/// One HomeWizard device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HomeWizardDevice {
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// For each request, ms; without one, 5 s.
    pub timeout_ms: Option<u32>,
}

impl fmt::Display for HomeWizardDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("homewizard+http://")?;
        super::print::write_authority(f, &self.host, self.port, HTTP_PORT)?;
        self.timeout_ms.map_or(Ok(()), |timeout_ms| write!(f, "?timeout_ms={timeout_ms}"))
    }
}
