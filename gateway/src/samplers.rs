//! One sampler a device, kept in line with the configuration: when it changes, only the devices begin anew that changed,
//! or whose template did. A device has a place, a number that stays while it is configured as it is; places that were left
//! are used again.

use crate::{
    board::{Board, DeviceStatus},
    error::GatewayError,
    recorder::Event,
    sampler::Sampler,
    settings::DeviceSettings,
};
use deren_meters::Library;
use std::sync::Arc;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

/// All samplers.
pub struct Samplers {
    events: mpsc::Sender<Event>,
    slot_ms: watch::Receiver<Option<u64>>,
    board: Arc<Board>,
    templates: Arc<Library>,
    places: Vec<Option<Placed>>,
    tasks: JoinSet<usize>,
}

struct Placed {
    device: DeviceSettings,
    stop: CancellationToken,
}

impl Samplers {
    /// Samplers for devices of which the recorder and the board know already, in this order.
    pub fn start(
        devices: &[DeviceSettings],
        templates: Arc<Library>,
        events: mpsc::Sender<Event>,
        slot_ms: watch::Receiver<Option<u64>>,
        board: Arc<Board>,
    ) -> Self {
        let mut samplers = Self { events, slot_ms, board, templates, places: Vec::new(), tasks: JoinSet::new() };
        for (index, device) in devices.iter().enumerate() {
            samplers.places.push(None);
            samplers.sample(index, device.clone());
        }
        samplers
    }

    /// Samples what `wanted` says until `shutdown`.
    ///
    /// # Errors
    /// [`GatewayError::PartEnded`] if a sampler panicked.
    pub async fn run(
        mut self,
        mut wanted: watch::Receiver<Vec<DeviceSettings>>,
        mut templates: watch::Receiver<Arc<Library>>,
        shutdown: CancellationToken,
    ) -> Result<(), GatewayError> {
        wanted.mark_unchanged();
        templates.mark_unchanged();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                Some(ended) = self.tasks.join_next() => {
                    self.ended(ended)?;
                }
                Ok(()) = wanted.changed() => {
                    let (devices, templates) = (wanted.borrow_and_update().clone(), templates.borrow().clone());
                    self.assign_devices(&devices, templates).await?;
                }
                Ok(()) = templates.changed() => {
                    let (devices, templates) = (wanted.borrow().clone(), templates.borrow_and_update().clone());
                    self.assign_devices(&devices, templates).await?;
                }
                else => shutdown.cancelled().await,
            }
        }
        for placed in self.places.iter().flatten() {
            placed.stop.cancel();
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended)?;
        }
        Ok(())
    }

    fn ended(&mut self, ended: Result<usize, JoinError>) -> Result<usize, GatewayError> {
        ended.map_err(|error| GatewayError::PartEnded { part: "sampler", reason: error.to_string() })
    }

    /// Ends the samplers of devices that are gone, changed or read by another template now, and begins those that are
    /// new.
    async fn assign_devices(
        &mut self,
        devices: &[DeviceSettings],
        templates: Arc<Library>,
    ) -> Result<(), GatewayError> {
        let before = std::mem::replace(&mut self.templates, templates.clone());
        for index in 0..self.places.len() {
            let left = |placed: &mut Placed| {
                let uri = &placed.device.uri;
                !devices.contains(&placed.device) || before.template_of(uri) != templates.template_of(uri)
            };
            let Some(placed) = self.places.get_mut(index).and_then(|place| place.take_if(left)) else {
                continue;
            };
            placed.stop.cancel();
            // Only when it has ended is nothing of it on the way to the recorder any more.
            while let Some(ended) = self.tasks.join_next().await {
                if self.ended(ended)? == index {
                    break;
                }
            }
            tracing::info!(device = %placed.device.name, "not sampled any more");
            self.board.update_device(index, |device| device.leave());
            self.tell(index, None).await;
        }
        for device in devices {
            if self.places.iter().flatten().any(|placed| placed.device == *device) {
                continue;
            }
            let index = self.places.iter().position(Option::is_none).unwrap_or_else(|| {
                self.places.push(None);
                self.places.len() - 1
            });
            tracing::info!(device = %device.name, "sampled from now on");
            self.board.put_device(index, DeviceStatus::of(device));
            self.tell(index, Some(device.clone())).await;
            self.sample(index, device.clone());
        }
        Ok(())
    }

    async fn tell(&self, index: usize, device: Option<DeviceSettings>) {
        // The recorder ends before the samplers only when everything does.
        let _ = self.events.send(Event::Configured { index, device }).await;
    }

    fn sample(&mut self, index: usize, device: DeviceSettings) {
        let stop = CancellationToken::new();
        let sampler = Sampler {
            index,
            device: device.clone(),
            templates: self.templates.clone(),
            events: self.events.clone(),
            slot_ms: self.slot_ms.clone(),
            board: self.board.clone(),
        };
        let stopped = stop.clone();
        self.tasks.spawn(async move {
            sampler.run(stopped).await;
            index
        });
        if let Some(place) = self.places.get_mut(index) {
            *place = Some(Placed { device, stop });
        }
    }
}
