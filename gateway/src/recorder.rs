//! Takes the samples of all devices, makes spans of them, and has each stored as a signed reading before anyone else
//! hears of it. It alone writes new readings, and it alone moves a device's slots on.

mod crosscheck;
mod day;
mod device;
mod swap;

use crate::{
    board::Board,
    clock::{Clock, ClockState, unix_ms},
    codes::{GatewayCode, Mishap},
    devices::DeviceBook,
    error::GatewayError,
    joined_chain::JoinedChain,
    outbox::{Outbox, OutboxPosition, Seal, SignedBy, Tail, Update},
    settings::DeviceSettings,
    signer::Signer,
    slots::Progress,
};
use crosscheck::{Checked, CrossCheck};
use deren_meters::{Identity, Sample};
use deren_primitives::{Anchor, DeviceCursor, DeviceId, DeviceRole, interval_message};
use device::Recorded;
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// How often bounded waits are looked at.
const TICK: Duration = Duration::from_millis(250);
/// As many events are stored together at most.
const MAX_EVENTS_AT_ONCE: usize = 64;
/// When no block has become final for so long, readings are anchored where the chain looks back further.
const FINALITY_LAGS: Duration = Duration::from_secs(300);
/// A sample's time is no further ahead of now than this.
const MAX_AHEAD_MS: u64 = 1_000;
/// So much room is left free for the spans that one round of samples can make.
const ROOM_FOR_A_ROUND: u64 = 1024;

/// What the recorder hears.
#[derive(Debug)]
pub enum Event {
    /// A device said who it is.
    Identified {
        /// Its place in the configuration.
        index: usize,
        /// Who it says it is.
        identity: Identity,
        /// To be rung when it should say so again.
        ask_again: Arc<Notify>,
    },
    /// A device was sampled.
    Sample {
        /// Its place in the configuration.
        index: usize,
        /// What it showed.
        sample: Sample,
    },
    /// A place in the configuration has another device, or none.
    Configured {
        /// The place; the next one if there is no such place yet.
        index: usize,
        /// What is there now.
        device: Option<DeviceSettings>,
    },
    /// A finalised block shows how a device that needs it stands on the chain.
    Chain {
        /// The device.
        device: DeviceId,
        /// Where its chain of readings ends there; nothing if the chain does not know it.
        cursor: Option<DeviceCursor>,
    },
}

/// What is known of the chain: enough to make readings without a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainView {
    /// Which chain.
    pub joined: JoinedChain,
    /// The latest finalised block known.
    pub anchor: Anchor,
    /// The latest finalised block that the chain knows for a month.
    pub lasting: Anchor,
    /// When the latest was heard of; nothing if it was before this process began.
    pub heard: Option<Instant>,
}

impl ChainView {
    /// With what a reading is anchored that is signed now: the latest block; the lasting one when nothing newer has become
    /// final for so long that the latest may be too old for the chain before the reading gets there.
    pub fn anchor_now(&self) -> Anchor {
        match self.heard {
            Some(heard) if heard.elapsed() > FINALITY_LAGS => self.lasting,
            _ => self.anchor,
        }
    }
}

/// What the recorder works with.
pub struct Parts {
    /// The configured devices.
    pub devices: Vec<DeviceSettings>,
    /// How many samples must agree before a register that went back is believed.
    pub confirmations: u8,
    /// How long a sample after a slot's end is waited for; without one, half of the chain's grace.
    pub boundary_wait: Option<Duration>,
    /// How often slots in progress are stored.
    pub checkpoint_interval: Duration,
    /// Who the devices turned out to be.
    pub book: DeviceBook,
    /// The gateway's key.
    pub signer: Arc<RwLock<Signer>>,
    /// The queue on disk.
    pub outbox: Arc<Outbox>,
    /// This machine's clock.
    pub clock: Arc<Clock>,
    /// Where to write what happens.
    pub board: Arc<Board>,
    /// What is heard.
    pub events: mpsc::Receiver<Event>,
    /// The chain, once known.
    pub chain: watch::Receiver<Option<ChainView>>,
    /// The devices that have said who they are.
    pub identified: watch::Sender<Vec<DeviceId>>,
    /// Rung when a reading was stored.
    pub stored: Arc<Notify>,
}

/// The recorder.
pub struct Recorder {
    parts: Parts,
    devices: Vec<Recorded>,
    /// Devices that another one has replaced, until their last slot is sealed, with their places.
    leaving: Vec<(usize, Recorded)>,
    crosscheck: CrossCheck,
    /// Made but not stored yet.
    unsaved: Vec<Update>,
    /// The disk refused them: nothing new is made before they are stored.
    disk_fails: bool,
    last_checkpoint: Instant,
}

impl Recorder {
    /// A recorder that has heard nothing yet.
    pub fn new(parts: Parts) -> Self {
        let devices = parts.devices.iter().map(|_| Recorded::default()).collect();
        Self {
            parts,
            devices,
            leaving: Vec::new(),
            crosscheck: CrossCheck::default(),
            unsaved: Vec::new(),
            disk_fails: false,
            last_checkpoint: Instant::now(),
        }
    }

    /// Records until `shutdown`, then stores where every slot stands.
    ///
    /// # Errors
    /// Never for a disk that fails: that is retried.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), GatewayError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut heard = Vec::with_capacity(MAX_EVENTS_AT_ONCE);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                count = self.parts.events.recv_many(&mut heard, MAX_EVENTS_AT_ONCE) => {
                    if count == 0 {
                        break;
                    }
                    for event in heard.drain(..) {
                        self.on_event(event);
                    }
                }
                _ = tick.tick() => self.drain(),
            }
            self.save().await;
        }
        self.checkpoint();
        self.save().await;
        Ok(())
    }

    fn on_event(&mut self, event: Event) {
        let result = match event {
            Event::Identified { index, identity, ask_again } => {
                let result = self.identified(index, &identity);
                self.devices
                    .iter_mut()
                    .skip(index)
                    .take(1)
                    .for_each(|recorded| recorded.ask_again = Some(ask_again.clone()));
                result
            }
            Event::Sample { index, sample } => {
                self.sampled(index, &sample);
                Ok(())
            }
            Event::Configured { index, device } => {
                self.configured(index, device);
                Ok(())
            }
            Event::Chain { device, cursor } => self.position(device, cursor),
        };
        if let Err(error) = result {
            self.parts.board.trouble("outbox", &error);
        }
    }

    /// Lets go of the device at this place, keeps where its slots stand, and makes room for another.
    fn configured(&mut self, index: usize, device: Option<DeviceSettings>) {
        if let Some(recorded) = self.devices.get_mut(index) {
            self.unsaved.extend(recorded.checkpoint());
            *recorded = Recorded::at_place(device.is_some());
        } else if index == self.devices.len() {
            self.devices.push(Recorded::at_place(device.is_some()));
        }
        self.crosscheck = CrossCheck::default();
        self.parts.board.update(|status| status.cross_check = None);
        if let Some(device) = device {
            match self.parts.devices.get_mut(index) {
                Some(place) => *place = device,
                None => self.parts.devices.push(device),
            }
        }
        self.show_identified();
    }

    fn show_identified(&self) {
        let ids = self.devices.iter().filter_map(Recorded::id).collect();
        self.parts.identified.send_replace(ids);
    }

    fn sampled(&mut self, index: usize, sample: &Sample) {
        let state = self.parts.clock.state();
        let may_seal = self.may_seal();
        let rules = self.rules(index);
        let Some(recorded) = self.devices.get_mut(index).filter(|recorded| recorded.id().is_some()) else {
            return;
        };
        let today = recorded.show_today(sample);
        self.parts.board.update_device(index, |device| {
            device.show(sample);
            (device.today_import_wh, device.today_export_wh) = today;
        });
        let Some(rules) = rules else {
            return;
        };
        if let Some(mishap) = state.mishap() {
            self.parts.board.trouble("clock", mishap);
            return;
        }
        // Taken before the clock was set back.
        if sample.at_unix_ms > unix_ms().saturating_add(MAX_AHEAD_MS) {
            return;
        }
        let outcome = recorded.take(rules, sample, matches!(state, ClockState::Lost { .. }), may_seal);
        if let (Some(mishap), Some(settings)) = (outcome.trouble, self.parts.devices.get(index)) {
            self.parts.board.trouble(&settings.name, mishap);
        }
        self.unsaved.extend(outcome.update);
    }

    fn drain(&mut self) {
        let alarm = self.parts.outbox.alarm();
        self.parts.board.update(|status| {
            status.clock = self.parts.clock.state();
            (status.outbox.alarm_code, status.outbox.alarm) = alarm.map(|alarm| (alarm.code, alarm.what)).unzip();
            for device in status.devices.iter_mut().filter(|device| device.registered == Some(true)) {
                device.attention = None;
            }
        });
        if let Some(jump_ms) = self.parts.clock.take_jump() {
            let what =
                format!("this machine's clock was set by {jump_ms} ms: it counts again when somebody vouches for it");
            self.parts.board.trouble("clock", (GatewayCode::ClockSet, what));
        }
        let may_seal = self.may_seal();
        for index in 0..self.devices.len() {
            let rules = self.rules(index);
            if let (Some(rules), Some(recorded)) = (rules, self.devices.get_mut(index)) {
                self.unsaved.extend(recorded.close(rules, unix_ms(), may_seal));
            }
        }
        for (index, mut recorded) in std::mem::take(&mut self.leaving) {
            if let Some(rules) = self.rules(index) {
                self.unsaved.extend(recorded.close(rules, unix_ms(), may_seal));
            }
            if recorded.has_open_samples() {
                self.leaving.push((index, recorded));
            }
        }
        if !self.disk_fails && self.last_checkpoint.elapsed() >= self.parts.checkpoint_interval {
            self.checkpoint();
        }
    }

    fn checkpoint(&mut self) {
        self.last_checkpoint = Instant::now();
        self.unsaved.extend(self.devices.iter_mut().filter_map(Recorded::checkpoint));
    }

    /// How a device stands on the chain: begins its readings there, or moves them to where the chain is.
    fn position(&mut self, id: DeviceId, cursor: Option<DeviceCursor>) -> Result<(), GatewayError> {
        let Some(clock) = self.parts.chain.borrow().as_ref().map(|view| view.joined.clock()) else {
            return Ok(());
        };
        let cursor = cursor.unwrap_or_default();
        let position = self.parts.outbox.position(id, &cursor)?;
        let progress = Progress::continuing(&cursor, clock);
        match position {
            OutboxPosition::NotBegun => {
                let tail = Tail { next_sequence: cursor.next_sequence, last_hash: cursor.last_hash };
                self.parts.outbox.begin(id, tail, &progress)?;
            }
            OutboxPosition::ChainAhead | OutboxPosition::Forked => {
                let aside = self.parts.outbox.adopt(id, &cursor, &progress)?;
                let what = format!(
                    "device {id}: the chain has readings that this outbox never held ({aside} set aside here): is there a second gateway with a copy of this key?"
                );
                self.parts.board.trouble("outbox", (GatewayCode::SecondGateway, what));
                self.unsaved.retain(|update| update.device != id);
                self.leaving.retain(|(_, recorded)| recorded.id() != Some(id));
            }
            OutboxPosition::InStep | OutboxPosition::NodeBehind => return Ok(()),
        }
        let fresh = position == OutboxPosition::NotBegun && cursor.next_sequence == 0;
        for recorded in self.devices.iter_mut().filter(|recorded| recorded.id() == Some(id)) {
            recorded.begin((!fresh).then(|| progress.clone()));
        }
        Ok(())
    }

    /// True if what is complete may become readings now.
    fn may_seal(&self) -> bool {
        let room =
            self.parts.outbox.len().map(|len| len.saturating_add(ROOM_FOR_A_ROUND) < self.parts.outbox.capacity());
        // Without an answer the disk fails, which is another trouble.
        let full = room.as_ref().is_ok_and(|room| !room);
        if full {
            let what = "full: no new readings until some have reached the chain; what is measured meanwhile becomes one estimated reading";
            self.parts.board.trouble("outbox", (GatewayCode::OutboxFull, what));
        }
        let clock_will_do = self.parts.clock.state().complaint().is_none();
        room.unwrap_or(false) && !self.disk_fails && clock_will_do
    }

    fn signer(&self) -> std::sync::RwLockReadGuard<'_, Signer> {
        self.parts.signer.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores what came of the samples, in one transaction; what the disk refuses is kept and tried again.
    async fn save(&mut self) {
        if self.unsaved.is_empty() {
            return;
        }
        let Some(view) = self.parts.chain.borrow().clone() else {
            return;
        };
        let genesis = view.joined.genesis;
        let state = self.parts.clock.state();
        let last_end = self.unsaved.iter().flat_map(|update| &update.spans).map(|span| span.end_slot()).max();
        if last_end.is_some() && state.complaint().is_some() {
            return;
        }
        let good_ms = match state {
            ClockState::Synchronised { .. } => Some(unix_ms()),
            _ => last_end.map(|end| view.joined.clock().start_ms(end)),
        };
        let updates = std::mem::take(&mut self.unsaved);
        let (outbox, to_store) = (self.parts.outbox.clone(), updates.clone());
        let signer = self.signer().clone();
        let clock_error_ms = state.error_ms();
        let store = tokio::task::spawn_blocking(move || {
            let sign = |hash| signer.sign(&interval_message(&genesis, signer.gateway(), signer.key_epoch(), hash));
            let seal = Seal {
                anchor: view.anchor_now(),
                clock_error_ms,
                good_ms,
                by: SignedBy::now(&signer, genesis),
                sign: &sign,
            };
            outbox.append(to_store, &seal)
        });
        let result = match store.await {
            Ok(result) => result.map_err(|error| Mishap::from(&error)),
            Err(error) => Err((GatewayCode::PartEnded, format!("storing was cut short: {error}")).into()),
        };
        self.disk_fails = result.is_err();
        match result {
            Ok(readings) => {
                self.parts.clock.raise_high_water(good_ms.unwrap_or(0));
                self.saved(&readings);
            }
            Err(mishap) => {
                self.parts.board.trouble("outbox", mishap);
                self.unsaved = updates;
            }
        }
    }

    fn saved(&mut self, readings: &[deren_primitives::IntervalReading]) {
        for reading in readings {
            tracing::info!(
                device = %reading.device, sequence = reading.sequence, slot = reading.first_slot.0,
                slots = reading.slot_count, quality = reading.quality.0, "reading made"
            );
            let last_slot = reading.end_slot().previous().0;
            self.parts.board.update_device_by_id(reading.device, |device| {
                device.last_slot = Some(last_slot);
                device.waiting_readings = device.waiting_readings.saturating_add(1);
            });
            self.cross_check(reading);
        }
        let waiting = self.parts.outbox.len().unwrap_or_default();
        let made = u64::try_from(readings.len()).unwrap_or(u64::MAX);
        self.parts.board.update(|status| {
            status.outbox.readings = waiting;
            status.outbox.made_total = status.outbox.made_total.saturating_add(made);
        });
        if !readings.is_empty() {
            self.parts.stored.notify_one();
        }
    }

    /// Compares the grid meter with production and storage, and tells the owner what does not agree.
    fn cross_check(&mut self, reading: &deren_primitives::IntervalReading) {
        let Some(index) = self.devices.iter().position(|recorded| recorded.id() == Some(reading.device)) else {
            return;
        };
        let places = self.parts.devices.iter().zip(&self.devices).enumerate();
        let roles =
            places.filter(|(_, (_, recorded))| !recorded.is_left()).map(|(index, (device, _))| (index, device.role));
        let roles = roles.collect();
        let step_mwh = self.devices.iter().map(Recorded::step_mwh).max().unwrap_or_default();
        let now = match self.crosscheck.note(index, &roles, step_mwh, reading) {
            Checked::NotYet => return,
            Checked::Agrees => None,
            Checked::Disagrees(what) => Some(what),
        };
        if let Some(what) = now.as_deref().filter(|_| self.parts.board.status().cross_check.is_none()) {
            let grid = self.parts.devices.iter().find(|device| device.role == DeviceRole::Grid);
            self.parts.board.trouble(grid.map_or("home", |device| &device.name), (GatewayCode::MetersDisagree, what));
        }
        self.parts.board.update(|status| status.cross_check = now);
    }

    /// What holds for a device's slots; nothing before the first contact with the chain.
    fn rules(&self, index: usize) -> Option<crate::slots::Rules> {
        let view = self.parts.chain.borrow();
        let joined = &view.as_ref()?.joined;
        let device = self.parts.devices.get(index)?;
        let has_serial = self.devices.get(index).is_some_and(Recorded::has_serial);
        Some(device::rules(joined, device, self.parts.confirmations, self.parts.boundary_wait, has_serial))
    }
}
