//! A meter that pushes telegrams over TCP to whoever connects. It reads nothing.

use crate::{clients, config::TelegramKind, device::Device, unit::readout};
use deren_meters::{sml, template::payload::MqttTemplate};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

/// A device and how it pushes.
#[derive(Debug)]
pub struct StreamServer {
    /// The device.
    pub device: Device,
    /// What its telegrams are.
    pub telegrams: TelegramKind,
    /// How its P1 telegrams look.
    pub p1: MqttTemplate,
    /// Real time between two telegrams.
    pub interval: Duration,
}

impl StreamServer {
    /// Serves until the listener breaks.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let server = Arc::new(self);
        clients::serve(listener, |client| {
            let server = server.clone();
            async move { server.push(client).await }
        })
        .await
    }

    async fn push(&self, mut client: TcpStream) {
        let mut ticks = clients::ticks(self.interval);
        loop {
            ticks.tick().await;
            if client.write_all(&self.telegram().await).await.is_err() {
                return;
            }
        }
    }

    /// What it shows now.
    async fn telegram(&self) -> Vec<u8> {
        let moment = self.device.home().now().await;
        let readout = readout(&self.device, &self.device.shown(&moment));
        match self.telegrams {
            TelegramKind::P1 => self.p1.encode(&readout, "p1").pop().map(|(_, telegram)| telegram).unwrap_or_default(),
            TelegramKind::Sml => sml::write(&readout),
        }
    }
}
