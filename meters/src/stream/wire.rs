//! Opening a stream of bytes: a serial port or a TCP connection, to read from only.

use crate::{
    MeterError,
    uri::{Parity, StopBits, Wire},
};
use std::time::Duration;
use tokio::{io::AsyncRead, net::TcpStream, time::timeout};
use tokio_serial::SerialStream;

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
            let parity = match parity {
                Parity::None => tokio_serial::Parity::None,
                Parity::Even => tokio_serial::Parity::Even,
                Parity::Odd => tokio_serial::Parity::Odd,
            };
            let stop_bits = match stop_bits {
                StopBits::One => tokio_serial::StopBits::One,
                StopBits::Two => tokio_serial::StopBits::Two,
            };
            let settings = tokio_serial::new(path, *baud).parity(parity).stop_bits(stop_bits);
            let port = SerialStream::open(&settings).map_err(|error| unreachable(error.to_string()))?;
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
