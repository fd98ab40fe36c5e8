//! Why nobody can be reached: the cause, by which programs decide, and the words of whoever told it.

use super::code::MeterCode;
use rumqttc::{ConnectReturnCode, ConnectionError};
use std::{fmt, io, time::Duration};

/// What keeps us from reaching somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A broker refuses the user or the password.
    LoginRefused,
    /// The system does not let this program open the port.
    PortDenied,
    /// There is no such port.
    NoSuchPort,
    /// Another program has the port open.
    PortTaken,
    /// The host refuses the connection.
    Refused,
    /// Nobody answered in time.
    Silent,
    /// Anything else.
    Other,
}

/// A cause with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// What it is, for programs.
    pub cause: Cause,
    said: String,
}

impl Unreached {
    /// Nobody answered within that time.
    pub(crate) fn silent(limit: Duration) -> Self {
        Self { cause: Cause::Silent, said: format!("no answer within {} ms", limit.as_millis()) }
    }

    /// The code of its cause.
    #[must_use]
    pub fn code(&self) -> MeterCode {
        match self.cause {
            Cause::LoginRefused => MeterCode::LoginRefused,
            Cause::PortDenied => MeterCode::PortDenied,
            Cause::NoSuchPort => MeterCode::NoSuchPort,
            Cause::PortTaken => MeterCode::HeldByAnother,
            Cause::Refused => MeterCode::ConnectRefused,
            Cause::Silent => MeterCode::ConnectTimeout,
            Cause::Other => MeterCode::Unreachable,
        }
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl From<&str> for Unreached {
    fn from(said: &str) -> Self {
        Self { cause: Cause::Other, said: said.to_owned() }
    }
}

impl From<String> for Unreached {
    fn from(said: String) -> Self {
        Self { cause: Cause::Other, said }
    }
}

impl From<io::Error> for Unreached {
    fn from(error: io::Error) -> Self {
        let cause = match error.kind() {
            io::ErrorKind::ConnectionRefused => Cause::Refused,
            io::ErrorKind::TimedOut => Cause::Silent,
            _ => Cause::Other,
        };
        Self { cause, said: error.to_string() }
    }
}

impl From<tokio_serial::Error> for Unreached {
    fn from(error: tokio_serial::Error) -> Self {
        let cause = match error.kind() {
            // What the library makes of a port that somebody has locked.
            tokio_serial::ErrorKind::NoDevice => Cause::PortTaken,
            tokio_serial::ErrorKind::Io(io::ErrorKind::PermissionDenied) => Cause::PortDenied,
            tokio_serial::ErrorKind::Io(io::ErrorKind::NotFound) => Cause::NoSuchPort,
            _ => Cause::Other,
        };
        Self { cause, said: error.to_string() }
    }
}

impl From<ConnectionError> for Unreached {
    fn from(error: ConnectionError) -> Self {
        let said = error.to_string();
        let cause = match error {
            ConnectionError::ConnectionRefused(
                ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
            ) => Cause::LoginRefused,
            ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => Cause::Silent,
            ConnectionError::Io(error) => Self::from(error).cause,
            _ => Cause::Other,
        };
        Self { cause, said }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_apart_by_what_failed_and_not_by_its_words() {
        let io = |kind| Unreached::from(io::Error::new(kind, "permission denied: return code NotAuthorized"));
        assert_eq!(io(io::ErrorKind::ConnectionRefused).code(), MeterCode::ConnectRefused);
        assert_eq!(io(io::ErrorKind::TimedOut).code(), MeterCode::ConnectTimeout);
        assert_eq!(io(io::ErrorKind::HostUnreachable).code(), MeterCode::Unreachable);
        let serial = |kind| Unreached::from(tokio_serial::Error::new(kind, "cannot connect"));
        assert_eq!(serial(tokio_serial::ErrorKind::NoDevice).code(), MeterCode::HeldByAnother);
        let denied = tokio_serial::ErrorKind::Io(io::ErrorKind::PermissionDenied);
        assert_eq!(serial(denied).code(), MeterCode::PortDenied);
        assert_eq!(serial(tokio_serial::ErrorKind::Io(io::ErrorKind::NotFound)).code(), MeterCode::NoSuchPort);
        let broker = |code| Unreached::from(ConnectionError::ConnectionRefused(code));
        assert_eq!(broker(ConnectReturnCode::NotAuthorized).code(), MeterCode::LoginRefused);
        assert_eq!(broker(ConnectReturnCode::BadUserNamePassword).code(), MeterCode::LoginRefused);
        assert_eq!(broker(ConnectReturnCode::ServiceUnavailable).code(), MeterCode::Unreachable);
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(Unreached::from(ConnectionError::Io(refused)).code(), MeterCode::ConnectRefused);
    }
}
