//! What the URIs of several families are made of: hosts, ports, wires, and parameters. What is not known is refused,
//! with what would have been taken.

use crate::{
    patience::Timing,
    wire::{MODBUS_PORT, Parity, StopBits, Wire},
};
use percent_encoding::percent_decode_str;
use std::{fmt::Display, str::FromStr};
use url::Url;

/// Parameters that nobody should write, whose values no message repeats.
const SECRETS: [&str; 2] = ["password", "token"];
pub(crate) const PASSWORD: &str = "has a password in it; put it in a file and name that by `password_file=`";
/// Longest text that is looked at, and that comes of one, bytes.
pub(crate) const MAX_LENGTH: usize = 1_024;
/// Longest time-out that a URI may ask for, ms.
pub const MAX_TIMEOUT_MS: u32 = 600_000;

/// The wire of a Modbus device.
pub(crate) fn wire(url: &Url, parameters: &mut Parameters) -> Result<Wire, String> {
    if !url.username().is_empty() {
        return Err("has a user name, which Modbus does not know".into());
    }
    if url.scheme().ends_with("tcp") {
        if !matches!(url.path(), "" | "/") {
            return Err(format!("has a path `{}`; a Modbus TCP device is `host:port` alone", url.path()));
        }
        let (host, port) = (host(url)?, port(url, MODBUS_PORT)?);
        return Ok(match url.scheme().ends_with("+rtutcp") {
            true => Wire::RtuTcp { host, port },
            false => Wire::Tcp { host, port },
        });
    }
    serial(url, parameters, 9_600)
}

/// A serial port, with the parameters of its line.
pub(crate) fn serial(url: &Url, parameters: &mut Parameters, usual_baud: u32) -> Result<Wire, String> {
    if url.host_str().is_some_and(|host| !host.is_empty()) {
        return Err("has a host; a serial port is written with three slashes, as in `modbus+rtu:///dev/ttyUSB0`".into());
    }
    let path = decoded(url.path())?;
    if !path.starts_with('/') || path.len() < 2 {
        return Err("names no serial port, as in `modbus+rtu:///dev/ttyUSB0`".into());
    }
    let baud = parameters.number("baud", 300, 4_000_000)?.unwrap_or(usual_baud);
    let parity = match parameters.take("parity").as_deref() {
        None | Some("none") => Parity::None,
        Some("even") => Parity::Even,
        Some("odd") => Parity::Odd,
        Some(other) => return Err(format!("parity `{other}` is not none, even or odd")),
    };
    let stop_bits = match parameters.number("stop_bits", 1, 2)? {
        Some(2) => StopBits::Two,
        _ => StopBits::One,
    };
    Ok(Wire::Serial { path, baud, parity, stop_bits })
}

/// The host, as a name or an address without brackets.
pub(crate) fn host(url: &Url) -> Result<String, String> {
    let host = url.host_str().unwrap_or_default();
    if let Some(address) = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        return Ok(address.to_owned());
    }
    let host = decoded(host)?;
    if host.is_empty() {
        return Err("names no host".into());
    }
    // Anything else would be printed as another URI, and no resolver knows it.
    let in_names = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    if host.chars().all(in_names) { Ok(host) } else { Err(format!("host `{host}` is no name and no address")) }
}

/// The port, or the usual one.
pub(crate) fn port(url: &Url, usual: u16) -> Result<u16, String> {
    match url.port() {
        Some(0) => Err("has port 0; name the port that the device listens on".into()),
        Some(port) => Ok(port),
        None => Ok(usual),
    }
}

/// The Modbus unit id.
pub(crate) fn unit(parameters: &mut Parameters) -> Result<u8, String> {
    Ok(parameters.number("unit", 0, u8::MAX)?.unwrap_or(1))
}

/// The name of the template.
pub(crate) fn template(parameters: &mut Parameters) -> Result<String, String> {
    parameters.take("template").filter(|name| !name.is_empty()).ok_or("names no `template=`".into())
}

/// The time-out, ms.
pub(crate) fn timeout(parameters: &mut Parameters) -> Result<Option<u32>, String> {
    parameters.number("timeout_ms", 1, MAX_TIMEOUT_MS)
}

/// How patient to be.
pub(crate) fn timing(parameters: &mut Parameters) -> Result<Timing, String> {
    Ok(Timing { timeout_ms: timeout(parameters)?, settle_ms: parameters.number("settle_ms", 0, 10_000)?.unwrap_or(0) })
}

/// A part of a URI without its escapes.
pub(crate) fn decoded(text: &str) -> Result<String, String> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| format!("`{text}` is not UTF-8 when decoded"))?;
    if text.chars().any(char::is_control) {
        return Err("has a control character".into());
    }
    Ok(text.into_owned())
}

/// The text without what stands between the user's name and `@`, and without the values of secret parameters, for
/// messages.
pub(crate) fn without_password(text: &str) -> String {
    let shown: String = text.chars().take(MAX_LENGTH).collect();
    let Some((address, parameters)) = shown.split_once('?') else { return without_user_password(shown) };
    let part = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if SECRETS.contains(&name) => format!("{name}=…"),
        _ => pair.to_owned(),
    };
    let parameters: Vec<String> = parameters.split('&').map(part).collect();
    without_user_password(format!("{address}?{}", parameters.join("&")))
}

fn without_user_password(shown: String) -> String {
    let Some((scheme, rest)) = shown.split_once("://") else { return shown };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split_once(':').map_or(user.into(), |(user, _)| format!("{user}:…"));
            format!("{scheme}://{user}@{host}{path}")
        }
        None => shown,
    }
}

/// The parameters not yet taken.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn of(url: &Url) -> Result<Self, String> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for pair in url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| format!("parameter `{pair}` has no value"))?;
            if pairs.iter().any(|(taken, _)| taken == name) {
                return Err(format!("parameter `{name}` is there twice"));
            }
            pairs.push((name.into(), decoded(value)?));
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter, which then counts as known.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(taken, _)| taken == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// The same as a whole number from `min` to `max`.
    pub(crate) fn number<N: FromStr + PartialOrd + Display>(
        &mut self,
        name: &str,
        min: N,
        max: N,
    ) -> Result<Option<N>, String> {
        let Some(text) = self.take(name) else { return Ok(None) };
        match text.parse::<N>() {
            Ok(number) if number >= min && number <= max => Ok(Some(number)),
            _ => Err(format!("{name} `{text}` is not a whole number from {min} to {max}")),
        }
    }

    /// Refuses a parameter that nobody took.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.0.first() {
            Some((name, _)) if SECRETS.contains(&name.as_str()) => {
                Err(format!("has a {name} in it; put it in a file and name that by `{name}_file=`"))
            }
            Some((name, _)) => Err(format!("parameter `{name}` is unknown for this scheme")),
            None => Ok(()),
        }
    }
}
