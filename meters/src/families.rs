//! The families of devices: all that there are, in the order in which a search tries them and errors name them.
//!
//! A family is a folder: how its URIs are written, what reads its devices, how a search finds them. A new one is its
//! folder and its line in [`FAMILIES`].

pub mod homewizard;
pub mod http;
pub mod modbus;
pub mod mqtt;
mod pushed;
pub mod speedwire;
pub mod stream;
pub mod sunspec;

use crate::{
    DeviceUri, MeterError,
    discover::probe::Probe,
    uri::parts::{MAX_LENGTH, PASSWORD, Parameters, without_password},
};
use std::{fmt, str::FromStr};
use url::Url;

/// Devices that are named, found and read alike.
pub struct Family {
    /// Schemes of its URIs.
    pub schemes: &'static [&'static str],
    /// From a URI of these schemes, and its parameters, to a device. Or what is wrong, as the end of a sentence that
    /// names the URI.
    pub(crate) parse: fn(&Url, &mut Parameters) -> Result<DeviceUri, String>,
    /// How a search finds its devices.
    pub(crate) probe: &'static dyn Probe,
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family").field("schemes", &self.schemes).finish_non_exhaustive()
    }
}

/// Every family.
pub const FAMILIES: &[Family] = &[
    sunspec::FAMILY,
    modbus::FAMILY,
    mqtt::FAMILY,
    stream::FAMILY,
    homewizard::FAMILY,
    speedwire::FAMILY,
    http::FAMILY,
];

impl FromStr for DeviceUri {
    type Err = MeterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|reason| MeterError::Uri { text: without_password(text), reason })
    }
}

fn parse(text: &str) -> Result<DeviceUri, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("is longer than {MAX_LENGTH} bytes"));
    }
    let url = Url::parse(text).map_err(|error| format!("{error}; it should start with {}", schemes()))?;
    if url.password().is_some() {
        return Err(PASSWORD.into());
    }
    if url.fragment().is_some() {
        return Err("has a `#` part; write `%23` for a `#` in a topic".into());
    }
    let mut parameters = Parameters::of(&url)?;
    let Some(family) = FAMILIES.iter().find(|family| family.schemes.contains(&url.scheme())) else {
        return Err(format!("scheme `{}` is not one of {}", url.scheme(), schemes()));
    };
    let uri = (family.parse)(&url, &mut parameters)?;
    parameters.finish()?;
    // Else what is printed and stored could not be read again.
    if uri.to_string().len() > MAX_LENGTH {
        return Err(format!("is longer than {MAX_LENGTH} bytes once all that must be is escaped"));
    }
    Ok(uri)
}

/// Every scheme, as a sentence lists them.
fn schemes() -> String {
    let all: Vec<&str> = FAMILIES.iter().flat_map(|family| family.schemes).copied().collect();
    match all.split_last() {
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_scheme_is_of_two_families() {
        let mut schemes: Vec<&str> = FAMILIES.iter().flat_map(|family| family.schemes).copied().collect();
        let all = schemes.len();
        schemes.sort_unstable();
        schemes.dedup();
        assert_eq!(schemes.len(), all);
        assert!(FAMILIES.iter().all(|family| !family.schemes.is_empty()));
    }
}
