//! Opening a serial port as a device's URI says.

use crate::uri::{Parity, StopBits};
use tokio_serial::SerialStream;

/// Opens the port at `path` with `baud` bits per second, for this process alone.
pub(crate) fn open(path: &str, baud: u32, parity: Parity, stop_bits: StopBits) -> tokio_serial::Result<SerialStream> {
    let parity = match parity {
        Parity::None => tokio_serial::Parity::None,
        Parity::Even => tokio_serial::Parity::Even,
        Parity::Odd => tokio_serial::Parity::Odd,
    };
    let stop_bits = match stop_bits {
        StopBits::One => tokio_serial::StopBits::One,
        StopBits::Two => tokio_serial::StopBits::Two,
    };
    SerialStream::open(&tokio_serial::new(path, baud).parity(parity).stop_bits(stop_bits))
}
