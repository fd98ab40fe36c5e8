//! From text to a device URI. Refuses what it does not know, and says what it would have taken.

use super::{Broker, DeviceUri, MAX_TIMEOUT_MS, MODBUS_PORT, MQTT_PORT, ModbusDevice, MqttDevice, Parity, StopBits};
use super::{HTTP_PORT, HomeWizardDevice, StreamDevice, SunSpecDevice, Telegrams, Timing, Wire};
use crate::MeterError;
use percent_encoding::percent_decode_str;
use std::{fmt::Display, str::FromStr};
use url::Url;

const PASSWORD: &str = "has a password in it; put it in a file and name that by `password_file=`";
/// Longest text that is looked at, and that comes of one.
const MAX_LENGTH: usize = 1_024;
/// Longest name of a meter within a message.
pub(crate) const MAX_METER_BYTES: usize = 64;
const SCHEMES: &str = "sunspec+tcp, sunspec+rtutcp, sunspec+rtu, modbus+tcp, modbus+rtutcp, modbus+rtu, mqtt, \
                       p1+serial, p1+tcp, sml+serial, sml+tcp or homewizard+http";

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
    let url = Url::parse(text).map_err(|error| format!("{error}; it should start with {SCHEMES}"))?;
    if url.password().is_some() {
        return Err(PASSWORD.into());
    }
    if url.fragment().is_some() {
        return Err("has a `#` part; write `%23` for a `#` in a topic".into());
    }
    let mut parameters = Parameters::of(&url)?;
    let uri = match url.scheme() {
        "sunspec+tcp" | "sunspec+rtutcp" | "sunspec+rtu" => {
            let wire = wire(&url, &mut parameters)?;
            DeviceUri::SunSpec(SunSpecDevice {
                wire,
                unit: unit(&mut parameters)?,
                model: parameters.number("model", 1, u16::MAX - 1)?,
                index: parameters.number("index", 0, u16::MAX)?.unwrap_or(0),
                base: parameters.number("base", 0, u16::MAX - 4)?,
                timing: timing(&mut parameters)?,
            })
        }
        "modbus+tcp" | "modbus+rtutcp" | "modbus+rtu" => {
            let wire = wire(&url, &mut parameters)?;
            DeviceUri::Modbus(ModbusDevice {
                wire,
                unit: unit(&mut parameters)?,
                template: template(&mut parameters)?,
                timing: timing(&mut parameters)?,
            })
        }
        "mqtt" => DeviceUri::Mqtt(mqtt(&url, &mut parameters)?),
        "homewizard+http" => homewizard(&url, &mut parameters)?,
        scheme => match Telegrams::of_scheme(scheme) {
            Some(telegrams) => stream(telegrams, &url, &mut parameters)?.into(),
            None => return Err(format!("scheme `{scheme}` is not one of {SCHEMES}")),
        },
    };
    parameters.finish()?;
    // Else what is printed and stored could not be read again.
    if uri.to_string().len() > MAX_LENGTH {
        return Err(format!("is longer than {MAX_LENGTH} bytes once all that must be is escaped"));
    }
    Ok(uri)
}

fn wire(url: &Url, parameters: &mut Parameters) -> Result<Wire, String> {
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

fn serial(url: &Url, parameters: &mut Parameters, usual_baud: u32) -> Result<Wire, String> {
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

fn homewizard(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    if !url.username().is_empty() || !matches!(url.path(), "" | "/") {
        return Err("has a user name or a path; a HomeWizard device is `homewizard+http://host` alone".into());
    }
    let (host, port) = (host(url)?, port(url, HTTP_PORT)?);
    Ok(DeviceUri::HomeWizard(HomeWizardDevice { host, port, timeout_ms: timeout(parameters)? }))
}

fn stream(telegrams: Telegrams, url: &Url, parameters: &mut Parameters) -> Result<StreamDevice, String> {
    let wire = if url.scheme().ends_with("+tcp") {
        if !url.username().is_empty() || !matches!(url.path(), "" | "/") {
            return Err("has a user name or a path; an adapter that passes telegrams on is `host:port` alone".into());
        }
        let port = url.port().ok_or("names no port; adapters have none in common, so say which")?;
        Wire::Tcp { host: host(url)?, port: self::port(url, port)? }
    } else {
        serial(url, parameters, telegrams.usual_baud())?
    };
    Ok(StreamDevice { telegrams, wire, timeout_ms: timeout(parameters)? })
}

fn mqtt(url: &Url, parameters: &mut Parameters) -> Result<MqttDevice, String> {
    let topic = decoded(url.path().strip_prefix('/').unwrap_or(url.path()))?;
    if topic.is_empty() {
        return Err("names no topic, as in `mqtt://broker/shellypro3em-0cb8?template=shelly-em`".into());
    }
    if topic.contains(['+', '#', '\0']) {
        return Err(format!("topic `{topic}` has a wildcard; name one device's topic"));
    }
    let broker = broker_of(url, parameters)?;
    let timeout_ms = timeout(parameters)?;
    let channel = parameters.number("channel", 0, u8::MAX)?.unwrap_or(0);
    let meter = parameters.take("meter");
    if meter.as_ref().is_some_and(|name| name.len() > MAX_METER_BYTES) {
        return Err(format!("names a `meter` of more than {MAX_METER_BYTES} bytes"));
    }
    Ok(MqttDevice { broker, topic, template: template(parameters)?, channel, meter, timeout_ms })
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

fn broker_of(url: &Url, parameters: &mut Parameters) -> Result<Broker, String> {
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

fn host(url: &Url) -> Result<String, String> {
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

fn port(url: &Url, usual: u16) -> Result<u16, String> {
    match url.port() {
        Some(0) => Err("has port 0; name the port that the device listens on".into()),
        Some(port) => Ok(port),
        None => Ok(usual),
    }
}

fn unit(parameters: &mut Parameters) -> Result<u8, String> {
    Ok(parameters.number("unit", 0, u8::MAX)?.unwrap_or(1))
}

fn template(parameters: &mut Parameters) -> Result<String, String> {
    parameters.take("template").filter(|name| !name.is_empty()).ok_or("names no `template=`".into())
}

fn timeout(parameters: &mut Parameters) -> Result<Option<u32>, String> {
    parameters.number("timeout_ms", 1, MAX_TIMEOUT_MS)
}

fn timing(parameters: &mut Parameters) -> Result<Timing, String> {
    Ok(Timing { timeout_ms: timeout(parameters)?, settle_ms: parameters.number("settle_ms", 0, 10_000)?.unwrap_or(0) })
}

fn decoded(text: &str) -> Result<String, String> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| format!("`{text}` is not UTF-8 when decoded"))?;
    if text.chars().any(char::is_control) {
        return Err("has a control character".into());
    }
    Ok(text.into_owned())
}

/// The text without what stands between the user's name and `@`, for messages.
pub(crate) fn without_password(text: &str) -> String {
    let shown: String = text.chars().take(MAX_LENGTH).collect();
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
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(url: &Url) -> Result<Self, String> {
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

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(taken, _)| taken == name)?;
        Some(self.0.swap_remove(at).1)
    }

    fn number<N: FromStr + PartialOrd + Display>(&mut self, name: &str, min: N, max: N) -> Result<Option<N>, String> {
        let Some(text) = self.take(name) else { return Ok(None) };
        match text.parse::<N>() {
            Ok(number) if number >= min && number <= max => Ok(Some(number)),
            _ => Err(format!("{name} `{text}` is not a whole number from {min} to {max}")),
        }
    }

    fn finish(self) -> Result<(), String> {
        match self.0.first() {
            Some((name, _)) => Err(format!("parameter `{name}` is unknown for this scheme")),
            None => Ok(()),
        }
    }
}
