//! Opening a serial port as a device's URI says.

use super::{Parity, StopBits};
use tokio_serial::{DataBits, SerialStream};

/// Opens the port at `path` with `baud` bits per second, for this process alone.
pub(crate) fn open(path: &str, baud: u32, parity: Parity, stop_bits: StopBits) -> tokio_serial::Result<SerialStream> {
    open_with(path, baud, DataBits::Eight, parity, stop_bits)
}

/// The same with seven bits of data, as lines that carry text and have a parity do (IEC 62056-21).
pub(crate) fn open_for_text(
    path: &str,
    baud: u32,
    parity: Parity,
    stop_bits: StopBits,
) -> tokio_serial::Result<SerialStream> {
    let data_bits = if parity == Parity::None { DataBits::Eight } else { DataBits::Seven };
    open_with(path, baud, data_bits, parity, stop_bits)
}

fn open_with(
    path: &str,
    baud: u32,
    data_bits: DataBits,
    parity: Parity,
    stop_bits: StopBits,
) -> tokio_serial::Result<SerialStream> {
    let parity = match parity {
        Parity::None => tokio_serial::Parity::None,
        Parity::Even => tokio_serial::Parity::Even,
        Parity::Odd => tokio_serial::Parity::Odd,
    };
    let stop_bits = match stop_bits {
        StopBits::One => tokio_serial::StopBits::One,
        StopBits::Two => tokio_serial::StopBits::Two,
    };
    SerialStream::open(&tokio_serial::new(path, baud).data_bits(data_bits).parity(parity).stop_bits(stop_bits))
}
