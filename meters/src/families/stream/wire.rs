//! Opening a stream of bytes: a serial port or a TCP connection, to read from only.

use super::uri::Telegrams;
use crate::{
    MeterError, Unreached,
    wire::{Wire, serial},
};
use std::time::Duration;
use tokio::{io::AsyncRead, net::TcpStream, time::timeout};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What telegrams are read from.
pub(super) type Stream = Box<dyn AsyncRead + Send + Unpin>;

/// Opens the wire. A line with parity that carries text has seven bits of data, as IEC 62056-21 has it. So do meters of
/// DSMR 2.2 and 3 and those with D0.
///
/// # Errors
/// [`MeterError::Unreachable`] with what the operating system says.
pub(super) async fn open(wire: &Wire, telegrams: Telegrams) -> Result<Stream, MeterError> {
    let unreachable = |reason: Unreached| MeterError::Unreachable { endpoint: wire.to_string(), reason };
    match wire {
        Wire::Serial { path, baud, parity, stop_bits } => {
            let open = match telegrams {
                Telegrams::P1 => serial::open_for_text,
                Telegrams::Sml => serial::open,
            };
            let port = open(path, *baud, *parity, *stop_bits).map_err(|error| unreachable(error.into()))?;
            Ok(Box::new(port))
        }
        Wire::Tcp { host, port } | Wire::RtuTcp { host, port } => {
            let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect((host.as_str(), *port)))
                .await
                .map_err(|_| unreachable(Unreached::silent(CONNECT_TIMEOUT)))?
                .map_err(|error| unreachable(error.into()))?;
            Ok(Box::new(stream))
        }
    }
}
