//! A meter that pushes telegrams over TCP to whoever connects. It reads nothing.

use crate::{config::TelegramKind, device::Device, unit::readout};
use deren_meters::{sml, template::payload::MqttTemplate};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{MissedTickBehavior, interval},
};

/// However fast simulated time runs, a meter pushes no more often than this.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(20);
/// Clients at once; a further one waits.
const MOST_CLIENTS: usize = 8;

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
        let places = Arc::new(Semaphore::new(MOST_CLIENTS));
        let mut clients = tokio::task::JoinSet::new();
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return Ok(()) };
            let (client, _) = listener.accept().await?;
            while clients.try_join_next().is_some() {}
            let server = server.clone();
            clients.spawn(async move {
                server.push(client).await;
                drop(place);
            });
        }
    }

    async fn push(&self, mut client: TcpStream) {
        let mut ticks = interval(self.interval.max(SHORTEST_INTERVAL));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
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
