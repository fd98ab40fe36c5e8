//! URIs of HomeWizard's devices: `homewizard+http://host`.

use crate::{
    DeviceUri,
    uri::parts::{Parameters, host, port, timeout},
    wire::write_authority,
};
use std::fmt;
use url::Url;

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

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    if !url.username().is_empty() || !matches!(url.path(), "" | "/") {
        return Err("has a user name or a path; a HomeWizard device is `homewizard+http://host` alone".into());
    }
    let (host, port) = (host(url)?, port(url, HTTP_PORT)?);
    Ok(HomeWizardDevice { host, port, timeout_ms: timeout(parameters)? }.into())
}

impl fmt::Display for HomeWizardDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("homewizard+http://")?;
        write_authority(f, &self.host, self.port, HTTP_PORT)?;
        self.timeout_ms.map_or(Ok(()), |timeout_ms| write!(f, "?timeout_ms={timeout_ms}"))
    }
}
