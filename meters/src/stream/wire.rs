//! Opening a stream of bytes: a serial port or a TCP connection, to read from only.

use crate::{MeterError, serial_port, uri::Wire};
use std::time::Duration;
use tokio::{io::AsyncRead, net::TcpStream, time::timeout};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What telegrams are read from.
pub(super) type Stream = Box<dyn AsyncRead + Send + Unpin>;

/// Opens the wire.
///
/// # Errors
/// [`MeterError::Unreachable`] with what the operating system says.
pub(super) async fn open(wire: &Wire) -> Result<Stream, MeterError> {
    let unreachable = |reason: String| MeterError::Unreachable { endpoint: wire.to_string(), reason };
    match wire {
        Wire::Serial { path, baud, parity, stop_bits } => {
            let port =
                serial_port::open(path, *baud, *parity, *stop_bits).map_err(|error| unreachable(error.to_string()))?;
            Ok(Box::new(port))
        }
        Wire::Tcp { host, port } | Wire::RtuTcp { host, port } => {
            let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect((host.as_str(), *port)))
                .await
                .map_err(|_| unreachable(format!("no answer within {} ms", CONNECT_TIMEOUT.as_millis())))?
                .map_err(|error| unreachable(error.to_string()))?;
            Ok(Box::new(stream))
        }
    }
}
