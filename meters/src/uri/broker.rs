//! MQTT brokers: `mqtt://[user@]host[:port][?password_file=…]`. A password is never part of it.

use super::parts::{PASSWORD, Parameters, decoded, host, port};
use crate::wire::{Wire, write_authority};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::{fmt, path::PathBuf};
use url::Url;

/// Port of a broker where a URI names none.
pub const MQTT_PORT: u16 = 1883;

/// An MQTT broker and who to be there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broker {
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name, if the broker wants one.
    pub user: Option<String>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
}

impl Broker {
    /// Where it is, without the user's name: `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        Wire::Tcp { host: self.host.clone(), port: self.port }.to_string()
    }
}

/// Reads a broker alone: `mqtt://[user@]host[:port][?password_file=…]`.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that names it; it never repeats a password.
pub fn broker(text: &str) -> Result<Broker, String> {
    let url = Url::parse(text).map_err(|error| format!("is no URI: {error}"))?;
    if url.password().is_some() {
        return Err(PASSWORD.into());
    }
    if url.scheme() != "mqtt" || url.fragment().is_some() {
        return Err("is not a broker, as in `mqtt://192.168.1.2`".into());
    }
    if !matches!(url.path(), "" | "/") {
        return Err(format!("has a topic `{}`; name the broker alone, as in `mqtt://192.168.1.2`", url.path()));
    }
    let mut parameters = Parameters::of(&url)?;
    let broker = broker_of(&url, &mut parameters)?;
    parameters.finish()?;
    Ok(broker)
}

/// The broker of a URI that may name a topic too.
pub(crate) fn broker_of(url: &Url, parameters: &mut Parameters) -> Result<Broker, String> {
    let user = decoded(url.username())?;
    let broker = Broker {
        host: host(url)?,
        port: port(url, MQTT_PORT)?,
        user: (!user.is_empty()).then_some(user),
        password_file: parameters.take("password_file").map(Into::into),
    };
    if broker.password_file.is_some() && broker.user.is_none() {
        return Err("has a `password_file` but no user name, as in `mqtt://user@broker/topic`".into());
    }
    Ok(broker)
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{}@", utf8_percent_encode(user, NON_ALPHANUMERIC))?;
        }
        write_authority(f, &self.host, self.port, MQTT_PORT)
    }
}
