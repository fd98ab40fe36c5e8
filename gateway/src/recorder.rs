//! Takes the samples of all devices, makes spans of them, and has each stored as a reading before anyone else hears of
//! it. It alone writes new readings, and it alone moves a device's slots on.

mod crosscheck;
mod event;
mod swap;

pub use event::Event;

use crate::{
    board::{Board, DeviceStatus},
    clock::{Clock, ClockState, unix_ms},
    codes::{GatewayCode, Mishap},
    devices::DeviceBook,
    error::GatewayError,
    health::DeviceHealth,
    home::{Conditions, Home, Place, Seat, SlotSettings},
    joined_chain::ChainView,
    outbox::{Outbox, OutboxPosition, Seal, Tail, Update},
    settings::DeviceSettings,
    signer::Signer,
    slots::Progress,
};
use crosscheck::{Checked, CrossCheck};
use deren_meters::Sample;
use deren_primitives::{DeviceCursor, DeviceId, DeviceRole, IntervalReading, SampledReading};
use std::{
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// How often bounded waits are looked at.
const TICK: Duration = Duration::from_millis(250);
/// Maximum number of events that are stored together.
const MAX_EVENTS_AT_ONCE: usize = 64;
/// How far a sample's time may lie in the future.
const MAX_AHEAD_MS: u64 = 1_000;
/// Number of readings for which room is left free: as many as one round of samples can make.
const ROOM_FOR_A_ROUND: u64 = 1024;

/// What the recorder works with.
pub struct Parts {
    /// What the configuration says of all slots.
    pub slots: SlotSettings,
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
    /// What happens. Devices that are seated already are in it.
    pub events: mpsc::Receiver<Event>,
    /// The chain, once known.
    pub chain: watch::Receiver<Option<ChainView>>,
    /// What decisions need to know of the devices.
    pub health: watch::Sender<Vec<DeviceHealth>>,
    /// Notified after a reading is stored.
    pub stored: Arc<Notify>,
}

impl Parts {
    fn signer(&self) -> RwLockReadGuard<'_, Signer> {
        self.signer.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The recorder.
pub struct Recorder {
    parts: Parts,
    home: Home,
    crosscheck: CrossCheck,
    /// The grid meter does not agree with the other devices, and its owner knows.
    disagrees: bool,
    /// Made but not stored yet.
    unsaved: Vec<Update>,
    /// The disk refused them: nothing new is made before they are stored.
    disk_fails: bool,
    last_checkpoint: Instant,
}

impl Recorder {
    /// A recorder of the devices that are seated already.
    pub fn new(parts: Parts) -> Self {
        let mut recorder = Self {
            parts,
            home: Home::default(),
            crosscheck: CrossCheck::default(),
            disagrees: false,
            unsaved: Vec::new(),
            disk_fails: false,
            last_checkpoint: Instant::now(),
        };
        while let Ok(event) = recorder.parts.events.try_recv() {
            recorder.on_event(event);
        }
        recorder.recognise();
        recorder
    }

    /// Devices that said who they are before this process began are known while they are away.
    fn recognise(&mut self) {
        for seat in self.home.seats_mut() {
            let known = self.parts.book.device_id(seat.settings(), &self.parts.signer());
            seat.health.device = known;
            seat.health.register_step_mwh = self.parts.book.register_step_mwh(seat.settings());
            self.parts.board.update_device(seat.place, |device| device.device = known);
        }
        self.publish_health();
    }

    /// Records until `shutdown`, then stores where every slot stands.
    ///
    /// # Errors
    /// Never for a disk that fails: that is retried.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), GatewayError> {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut events = Vec::with_capacity(MAX_EVENTS_AT_ONCE);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => break,
                count = self.parts.events.recv_many(&mut events, MAX_EVENTS_AT_ONCE) => {
                    if count == 0 {
                        break;
                    }
                    for event in events.drain(..) {
                        self.on_event(event);
                    }
                }
                _ = tick.tick() => self.drain(),
            }
            self.publish_health();
            self.save().await;
        }
        self.checkpoint();
        self.save().await;
        Ok(())
    }

    fn on_event(&mut self, event: Event) {
        let result = match event {
            Event::Identified { place, identity, ask_again } => {
                if let Some(seat) = self.home.find(place) {
                    seat.ask_again = Some(ask_again);
                }
                self.identified(place, &identity)
            }
            Event::Chain { device, cursor } => self.position(device, cursor),
            Event::Sample { place, sample } => {
                self.sampled(place, &sample);
                Ok(())
            }
            Event::Seated { place, position, settings } => {
                self.seated(place, position, settings);
                Ok(())
            }
            Event::Left { place } => {
                self.unsaved.extend(self.home.remove(place));
                self.parts.board.remove_device(place);
                self.forget_cross_check();
                Ok(())
            }
            Event::Failed { place, mishap } => {
                let count = |device: &mut DeviceStatus| device.failures_total = device.failures_total.saturating_add(1);
                self.parts.board.update_device(place, count);
                self.failed(place, mishap);
                Ok(())
            }
        };
        if let Err(error) = result {
            self.parts.board.trouble("outbox", &error);
        }
    }

    fn seated(&mut self, place: Place, position: usize, settings: DeviceSettings) {
        self.parts.board.put_device(position, DeviceStatus::of(place, &settings));
        self.home.add(Seat::new(place, DeviceHealth::unknown(settings)));
        self.forget_cross_check();
    }

    fn forget_cross_check(&mut self) {
        (self.crosscheck, self.disagrees) = (CrossCheck::default(), false);
        self.parts.board.update(|status| status.cross_check = None);
    }

    fn publish_health(&self) {
        self.parts.health.send_replace(self.home.health());
    }

    /// The device cannot be read, or not be used, for that reason.
    fn failed(&mut self, place: Place, mishap: Mishap) {
        let Some(seat) = self.home.find(place) else {
            return;
        };
        seat.health.is_reachable = false;
        self.parts.board.trouble(&seat.settings().name, mishap.clone());
        self.parts.board.update_device(place, |device| device.fail(mishap));
    }

    /// What holds for all slots now; nothing before the first contact with the chain.
    fn conditions(&self) -> Option<Conditions> {
        let chain = self.parts.chain.borrow().as_ref()?.joined.clone();
        Some(Conditions { chain, slots: self.parts.slots, may_seal: self.may_seal() })
    }

    fn sampled(&mut self, place: Place, sample: &Sample) {
        let (state, conditions) = (self.parts.clock.state(), self.conditions());
        let Some(seat) = self.home.find(place) else {
            return;
        };
        let Some(today) = seat.show(sample) else {
            return;
        };
        self.parts.board.update_device(place, |device| {
            device.show(sample);
            (device.today_import_wh, device.today_export_wh) = today;
        });
        let Some(conditions) = conditions else {
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
        let Some(took) = seat.take(&conditions, sample, matches!(state, ClockState::Lost { .. })) else {
            return;
        };
        if let Some(mishap) = took.trouble {
            self.parts.board.trouble(&seat.settings().name, mishap);
        }
        self.unsaved.extend(took.update);
    }

    /// Seals what has been waited for long enough, and stores now and then where slots stand.
    fn drain(&mut self) {
        let alarm = self.parts.outbox.alarm();
        self.parts.board.update(|status| {
            status.clock = self.parts.clock.state();
            (status.outbox.alarm_code, status.outbox.alarm) = alarm.map(|alarm| (alarm.code, alarm.what)).unzip();
        });
        if let Some(jump_ms) = self.parts.clock.take_jump() {
            let what =
                format!("this machine's clock was set by {jump_ms} ms: it counts again when somebody vouches for it");
            self.parts.board.trouble("clock", (GatewayCode::ClockSet, what));
        }
        if let Some(conditions) = self.conditions() {
            self.unsaved.extend(self.home.close(&conditions, unix_ms()));
        }
        if !self.disk_fails && self.last_checkpoint.elapsed() >= self.parts.checkpoint_interval {
            self.checkpoint();
        }
    }

    fn checkpoint(&mut self) {
        self.last_checkpoint = Instant::now();
        self.unsaved.extend(self.home.checkpoint());
        for seat in self.home.seats() {
            let learnt =
                seat.health.register_step_mwh.map_or(Ok(()), |step| self.parts.book.learn_step(seat.settings(), step));
            if let Err(error) = learnt {
                self.parts.board.trouble(&seat.settings().name, &error);
            }
        }
    }

    /// What to do where the chain says that a device's readings end there: they begin there, or move to where the chain
    /// is. The uplink has compared this with the outbox too, but readings were stored since, and blocks before this was
    /// done say the same again. So it is compared here once more: to adopt twice would set aside what was made in
    /// between.
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
                self.home.forget_leaving(id);
            }
            OutboxPosition::InStep | OutboxPosition::NodeBehind => return Ok(()),
        }
        let fresh = position == OutboxPosition::NotBegun && cursor.next_sequence == 0;
        if let Some(seat) = self.home.find_id(id) {
            seat.begin((!fresh).then(|| progress.clone()));
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

    /// Stores what came of the samples, in one transaction; what the disk refuses is kept and tried again.
    async fn save(&mut self) {
        if self.unsaved.is_empty() {
            return;
        }
        let Some(view) = self.parts.chain.borrow().clone() else {
            return;
        };
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
        let slot_seconds = view.joined.parameters.slot_seconds;
        let seal = Seal { anchor: view.anchor_now(), clock_error_ms: state.error_ms(), good_ms, slot_seconds };
        let store = tokio::task::spawn_blocking(move || outbox.append(to_store, &seal));
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

    fn saved(&mut self, readings: &[SampledReading]) {
        for reading in readings.iter().map(|reading| &reading.interval) {
            tracing::info!(
                device = %reading.device, sequence = reading.sequence, slot = reading.first_slot.0,
                slots = reading.slot_count, quality = reading.quality.0, "reading made"
            );
            self.note_stored(reading);
        }
        let waiting = self.parts.outbox.len().unwrap_or_default();
        let made = u64::try_from(readings.len()).unwrap_or(u64::MAX);
        self.parts.board.update(|status| {
            status.outbox.readings = waiting;
            status.outbox.made_total = status.outbox.made_total.saturating_add(made);
        });
        if !readings.is_empty() {
            self.publish_health();
            self.parts.stored.notify_one();
        }
    }

    /// Notes that a device's reading is stored, and compares the grid meter with production and storage. Its owner is
    /// told what does not agree.
    fn note_stored(&mut self, reading: &IntervalReading) {
        let Some(seat) = self.home.find_id(reading.device) else {
            return;
        };
        let (place, last_slot) = (seat.place, reading.end_slot().previous());
        seat.health.last_slot = Some(last_slot);
        self.parts.board.update_device(place, |device| {
            device.last_slot = Some(last_slot.0);
            device.waiting_readings = device.waiting_readings.saturating_add(1);
        });
        let roles = self.home.seats().iter().map(|seat| (seat.place, seat.settings().role)).collect();
        let step_mwh = self.home.seats().iter().map(Seat::step_mwh).max().unwrap_or_default();
        let now = match self.crosscheck.note(place, &roles, step_mwh, reading) {
            Checked::NotYet => return,
            Checked::Agrees => None,
            Checked::Disagrees(what) => Some(what),
        };
        if let Some(what) = now.as_deref().filter(|_| !self.disagrees) {
            let grid = self.home.seats().iter().find(|seat| seat.settings().role == DeviceRole::Grid);
            let about = grid.map_or("home", |seat| &seat.settings().name);
            self.parts.board.trouble(about, (GatewayCode::MetersDisagree, what));
        }
        self.disagrees = now.is_some();
        self.parts.board.update(|status| status.cross_check = now);
    }
}
