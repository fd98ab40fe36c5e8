//! URIs of devices that show JSON documents: `json+http://host?template=…`, and `json+https://…` where they are
//! encrypted.

use crate::{
    DeviceUri,
    template::payload::NAMED,
    uri::parts::{Parameters, host, port, template, timeout},
    wire::{Access, escaped, write_authority},
};
use std::{collections::BTreeMap, fmt};
use url::Url;

/// Port of HTTP where a URI names none.
pub(super) const HTTP_PORT: u16 = 80;
/// Port of HTTPS where a URI names none.
const HTTPS_PORT: u16 = 443;
/// Longest name of a channel, characters.
const MAX_NAME: usize = 64;

/// One device that shows JSON documents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HttpDevice {
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How it is known, and who we are there, where it is asked over HTTPS; `None` over HTTP.
    pub access: Option<Access>,
    /// Name of its template.
    pub template: String,
    /// Which of its channels, if the template has several.
    pub channel: u8,
    /// Names that its owner gave to the channels of `import`, `export` and `power`, if the template has such.
    pub names: BTreeMap<String, String>,
    /// For each request, ms; without one, 5 s.
    pub timeout_ms: Option<u32>,
}

impl HttpDevice {
    /// A device over HTTP, by its template.
    #[must_use]
    pub fn new(host: &str, port: u16, template: &str) -> Self {
        let (host, template) = (host.to_owned(), template.to_owned());
        Self { host, port, access: None, template, channel: 0, names: BTreeMap::new(), timeout_ms: None }
    }
}

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    if !url.username().is_empty() || !matches!(url.path(), "" | "/") {
        return Err(format!("has a user name or a path; a device is `{}://host?template=…` alone", url.scheme()));
    }
    let is_encrypted = url.scheme() == "json+https";
    let mut names = BTreeMap::new();
    for what in NAMED {
        if let Some(name) = parameters.take(what) {
            names.insert(what.to_owned(), channel_name(what, name)?);
        }
    }
    let device = HttpDevice {
        host: host(url)?,
        port: port(url, if is_encrypted { HTTPS_PORT } else { HTTP_PORT })?,
        access: if is_encrypted { Some(access(parameters)?) } else { None },
        template: template(parameters)?,
        channel: parameters.number("channel", 0, u8::MAX)?.unwrap_or(0),
        names,
        timeout_ms: timeout(parameters)?,
    };
    Ok(device.into())
}

fn channel_name(what: &str, name: String) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if (1..=MAX_NAME).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(name);
    }
    Err(format!("{what} `{name}` is no name of letters, digits, - and _, at most {MAX_NAME}"))
}

fn access(parameters: &mut Parameters) -> Result<Access, String> {
    let mut access = Access { certificate: None, token_file: parameters.take("token_file").map(Into::into) };
    if let Some(text) = parameters.take("certificate") {
        access.certificate = Some(
            Access::fingerprint(&text)
                .ok_or(format!("certificate `{text}` is no SHA-256 fingerprint of 64 hex digits"))?,
        );
    }
    Ok(access)
}

impl fmt::Display for HttpDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual_port) =
            if self.access.is_some() { ("json+https", HTTPS_PORT) } else { ("json+http", HTTP_PORT) };
        write!(f, "{scheme}://")?;
        write_authority(f, &self.host, self.port, usual_port)?;
        write!(f, "?template={}", escaped(&self.template))?;
        if self.channel != 0 {
            write!(f, "&channel={}", self.channel)?;
        }
        for (what, name) in &self.names {
            write!(f, "&{what}={name}")?;
        }
        if let Some(access) = &self.access {
            write!(f, "{access}")?;
        }
        self.timeout_ms.map_or(Ok(()), |timeout_ms| write!(f, "&timeout_ms={timeout_ms}"))
    }
}
