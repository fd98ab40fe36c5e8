//! One sampler a device, kept in line with the configuration. When that changes, only the devices begin anew that
//! changed, or whose template did.

use crate::{error::GatewayError, home::Place, recorder::Event, sampler::Sampler, settings::DeviceSettings};
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
    templates: Arc<Library>,
    running: Vec<Running>,
    tasks: JoinSet<Place>,
    next: Place,
}

struct Running {
    place: Place,
    device: DeviceSettings,
    stop: CancellationToken,
}

impl Samplers {
    /// Seats these devices, and samples them.
    pub async fn start(
        devices: &[DeviceSettings],
        templates: Arc<Library>,
        events: mpsc::Sender<Event>,
        slot_ms: watch::Receiver<Option<u64>>,
    ) -> Self {
        let (running, tasks, next) = (Vec::new(), JoinSet::new(), Place::default());
        let mut samplers = Self { events, slot_ms, templates, running, tasks, next };
        for (position, device) in devices.iter().enumerate() {
            samplers.sample(position, device.clone()).await;
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
        for running in &self.running {
            running.stop.cancel();
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended)?;
        }
        Ok(())
    }

    fn ended(&mut self, ended: Result<Place, JoinError>) -> Result<Place, GatewayError> {
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
        let stays = |running: &Running| {
            let uri = &running.device.uri;
            devices.contains(&running.device) && before.template_of(uri) == templates.template_of(uri)
        };
        let (stay, leave): (Vec<_>, Vec<_>) = std::mem::take(&mut self.running).into_iter().partition(stays);
        self.running = stay;
        for Running { place, device, stop } in leave {
            stop.cancel();
            // Only when it has ended may another one connect to the device.
            while let Some(ended) = self.tasks.join_next().await {
                if self.ended(ended)? == place {
                    break;
                }
            }
            tracing::info!(device = %device.name, "not sampled any more");
            self.tell(Event::Left { place }).await;
        }
        for (position, device) in devices.iter().enumerate() {
            if !self.running.iter().any(|running| running.device == *device) {
                tracing::info!(device = %device.name, "sampled from now on");
                self.sample(position, device.clone()).await;
            }
        }
        Ok(())
    }

    async fn tell(&self, event: Event) {
        // The recorder ends before the samplers only when everything does.
        let _ = self.events.send(event).await;
    }

    async fn sample(&mut self, position: usize, device: DeviceSettings) {
        let (place, stop) = (self.next, CancellationToken::new());
        self.next = Place(place.0 + 1);
        self.tell(Event::Seated { place, position, settings: device.clone() }).await;
        let sampler = Sampler {
            place,
            device: device.clone(),
            templates: self.templates.clone(),
            events: self.events.clone(),
            slot_ms: self.slot_ms.clone(),
        };
        let stopped = stop.clone();
        self.tasks.spawn(async move {
            sampler.run(stopped).await;
            place
        });
        self.running.push(Running { place, device, stop });
    }
}
