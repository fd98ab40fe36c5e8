//! URIs of devices that show JSON documents: `json+http://host?template=…`.

use crate::{
    DeviceUri,
    uri::parts::{Parameters, host, port, template, timeout},
    wire::{escaped, write_authority},
};
use std::fmt;
use url::Url;

/// Port of HTTP where a URI names none.
const HTTP_PORT: u16 = 80;

/// One device that shows JSON documents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpDevice {
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Name of its template.
    pub template: String,
    /// Which of its channels, if the template has several.
    pub channel: u8,
    /// For each request, ms; without one, 5 s.
    pub timeout_ms: Option<u32>,
}

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    if !url.username().is_empty() || !matches!(url.path(), "" | "/") {
        return Err("has a user name or a path; a device is `json+http://host?template=…` alone".into());
    }
    let device = HttpDevice {
        host: host(url)?,
        port: port(url, HTTP_PORT)?,
        template: template(parameters)?,
        channel: parameters.number("channel", 0, u8::MAX)?.unwrap_or(0),
        timeout_ms: timeout(parameters)?,
    };
    Ok(device.into())
}

impl fmt::Display for HttpDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("json+http://")?;
        write_authority(f, &self.host, self.port, HTTP_PORT)?;
        write!(f, "?template={}", escaped(&self.template))?;
        if self.channel != 0 {
            write!(f, "&channel={}", self.channel)?;
        }
        self.timeout_ms.map_or(Ok(()), |timeout_ms| write!(f, "&timeout_ms={timeout_ms}"))
    }
}
