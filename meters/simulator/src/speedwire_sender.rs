//! A meter that sends Speedwire datagrams to a group or an address. It reads nothing.

use crate::{clients, device::Device, unit::readout};
use deren_meters::families::speedwire::telegram::{self, Sender};
use std::{io, net::SocketAddrV4, time::Duration};
use tokio::net::UdpSocket;

/// SMA's number of an Energy Meter 2.
const SUSY_ID: u16 = 349;

/// A device and where it sends.
#[derive(Debug)]
pub struct SpeedwireSender {
    /// The device.
    pub device: Device,
    /// Where it sends to.
    pub to: SocketAddrV4,
    /// Real time between two datagrams.
    pub interval: Duration,
}

impl SpeedwireSender {
    /// Sends until the socket breaks. Datagrams that nobody takes are lost, as on a real network.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn send(self, socket: UdpSocket) -> io::Result<()> {
        let mut ticks = clients::ticks(self.interval);
        loop {
            ticks.tick().await;
            match socket.send_to(&self.datagram().await, self.to).await {
                Err(error) if error.kind() != io::ErrorKind::ConnectionRefused => return Err(error),
                _ => {}
            }
        }
    }

    /// What it shows now.
    async fn datagram(&self) -> Vec<u8> {
        let moment = self.device.home().now().await;
        let shown = self.device.shown(&moment);
        let serial = self.device.plate_at(shown.elapsed_s).serial;
        let ticker_ms = u32::try_from(shown.elapsed_s.saturating_mul(1_000) & u64::from(u32::MAX)).unwrap_or_default();
        telegram::write(Sender { susy_id: SUSY_ID, serial }, ticker_ms, &readout(&self.device, &shown))
    }
}
