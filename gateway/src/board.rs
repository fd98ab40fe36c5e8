//! What the gateway knows of itself now: every part writes its own lines, the page and the metrics read them. Never a
//! place for secrets, and never asked for a decision.

use crate::{
    clock::{ClockState, unix_ms},
    codes::{Code, Mishap},
    home::Place,
    settings::DeviceSettings,
};
use deren_meters::Sample;
use deren_primitives::{DeviceId, DeviceRole, GatewayId, Hex};
use serde::Serialize;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Maximum number of troubles kept.
const TROUBLES_KEPT: usize = 30;

/// Everything at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// This program's version.
    pub version: &'static str,
    /// When it began.
    pub started_unix_ms: u64,
    /// The gateway's name.
    pub gateway: GatewayId,
    /// Its present public key, in hexadecimal digits.
    pub public_key: String,
    /// How often the key was changed.
    pub key_epoch: u32,
    /// This machine's clock.
    pub clock: ClockState,
    /// The way to the chain.
    pub chain: ChainStatus,
    /// The queue on disk.
    pub outbox: OutboxStatus,
    /// The devices, in the order of the configuration.
    pub devices: Vec<DeviceStatus>,
    /// What of the newest slot does not agree between the grid meter and production and storage, and why it may be so.
    pub cross_check: Option<String>,
    /// What went wrong lately, newest first.
    pub troubles: Vec<Trouble>,
    /// How often each kind of trouble was told since the start.
    #[serde(skip)]
    pub troubles_by_code: BTreeMap<Code, u64>,
}

/// How far the way to the chain has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// No node has been reached yet, or the last one broke off.
    #[default]
    Connecting,
    /// A node of the right chain answers.
    Connected,
    /// The only nodes that answer serve another chain.
    OtherChain,
}

/// The way to the chain.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChainStatus {
    /// How far it has come.
    pub link: Link,
    /// The node talked to, or tried last.
    pub node_url: String,
    /// Hash of block 0, once known.
    pub genesis: Option<String>,
    /// A slot's length, once known.
    pub slot_seconds: Option<u32>,
    /// Newest block seen.
    pub best_block: Option<u32>,
    /// Newest finalised block seen.
    pub finalised_block: Option<u32>,
    /// True if the chain knows this gateway and lets it submit; nothing while unknown.
    pub registered: Option<bool>,
}

/// The queue on disk, and what went through it since the start.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OutboxStatus {
    /// Why nothing can be stored: the disk is full, read-only or broken. Nothing while all is well.
    pub alarm: Option<String>,
    /// Which kind of fault the alarm is.
    pub alarm_code: Option<Code>,
    /// Readings that wait.
    pub readings: u64,
    /// Readings that may wait.
    pub capacity_readings: u64,
    /// Readings submitted and not yet final.
    pub in_flight_readings: u64,
    /// Readings made.
    pub made_total: u64,
    /// Readings that are final.
    pub finalised_total: u64,
    /// Batches submitted, again or for the first time.
    pub batches_total: u64,
    /// Batches submitted again.
    pub batches_again_total: u64,
    /// Readings that the chain refused.
    pub refused_total: u64,
}

/// One device.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceStatus {
    /// Its place, by which its lines are found.
    #[serde(skip)]
    pub place: Place,
    /// Its name in the configuration.
    pub name: String,
    /// How it is reached.
    pub uri: String,
    /// What it measures.
    pub role: DeviceRole,
    /// Its pseudonym, once it has said who it is.
    pub device: Option<DeviceId>,
    /// Vendor and model as it says.
    pub kind: Option<String>,
    /// When it was sampled last.
    pub last_sample_unix_ms: Option<u64>,
    /// Power then, import positive.
    pub power_w: Option<i32>,
    /// Import register then.
    pub import_mwh: Option<u64>,
    /// Export register then.
    pub export_mwh: Option<u64>,
    /// The smallest difference that its registers can show, mWh; nothing if its driver does not know.
    pub register_step_mwh: Option<u64>,
    /// Imported since midnight, local time, as far as this gateway saw.
    pub today_import_wh: Option<u64>,
    /// Exported since midnight, local time, as far as this gateway saw.
    pub today_export_wh: Option<u64>,
    /// Samples since the start.
    pub samples_total: u64,
    /// Failed samples since the start.
    pub failures_total: u64,
    /// Why it cannot be read now.
    pub trouble: Option<String>,
    /// Which kind of fault that is.
    pub trouble_code: Option<Code>,
    /// The last slot that a reading covers.
    pub last_slot: Option<u32>,
    /// Its readings that wait.
    pub waiting_readings: u64,
    /// Its readings that are final, by sequence number.
    pub next_final_sequence: Option<u64>,
    /// True if the chain knows it as this gateway's; nothing while unknown.
    pub registered: Option<bool>,
    /// Why the chain refuses its readings at present.
    pub refusal: Option<String>,
    /// Which kind of refusal that is.
    pub refusal_code: Option<Code>,
    /// What its owner should do: another device answers in its place.
    pub attention: Option<String>,
}

/// Something that went wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    /// When it did last.
    pub at_unix_ms: u64,
    /// What it is about: a device's name, `chain`, `outbox`, `clock`, `configuration`, `home_assistant`.
    pub about: String,
    /// Which kind of fault it is, for programs.
    pub code: Code,
    /// What happened, for people.
    pub what: String,
    /// How often in a row.
    pub times: u32,
}

/// The shared status.
#[derive(Debug)]
pub struct Board(Mutex<(Status, VecDeque<Trouble>)>);

impl Board {
    /// A board on which nothing has happened yet.
    pub fn new(gateway: GatewayId, public_key: [u8; 32], key_epoch: u32) -> Self {
        let status = Status {
            version: env!("CARGO_PKG_VERSION"),
            started_unix_ms: unix_ms(),
            gateway,
            public_key: Hex(public_key).to_string(),
            key_epoch,
            clock: ClockState::Unknown,
            chain: ChainStatus::default(),
            outbox: OutboxStatus::default(),
            devices: Vec::new(),
            cross_check: None,
            troubles: Vec::new(),
            troubles_by_code: BTreeMap::new(),
        };
        Self(Mutex::new((status, VecDeque::new())))
    }

    fn lock(&self) -> MutexGuard<'_, (Status, VecDeque<Trouble>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything now.
    pub fn status(&self) -> Status {
        let board = self.lock();
        Status { troubles: board.1.iter().rev().cloned().collect(), ..board.0.clone() }
    }

    /// Changes some lines.
    pub fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.lock().0);
    }

    /// Changes the lines of the device at this place, if there is one.
    pub fn update_device(&self, place: Place, change: impl FnOnce(&mut DeviceStatus)) {
        if let Some(device) = self.lock().0.devices.iter_mut().find(|device| device.place == place) {
            change(device);
        }
    }

    /// Shows one more device, at this position among the others.
    pub fn put_device(&self, position: usize, device: DeviceStatus) {
        let devices = &mut self.lock().0.devices;
        devices.insert(position.min(devices.len()), device);
    }

    /// The device at this place is not configured any more.
    pub fn remove_device(&self, place: Place) {
        self.lock().0.devices.retain(|device| device.place != place);
    }

    /// Changes the lines of the device with this pseudonym, if it is configured.
    pub fn update_device_by_id(&self, id: DeviceId, change: impl FnOnce(&mut DeviceStatus)) {
        if let Some(device) = self.lock().0.devices.iter_mut().find(|device| device.device == Some(id)) {
            change(device);
        }
    }

    /// Remembers something that went wrong, and logs it when it is new.
    pub fn trouble(&self, about: &str, mishap: impl Into<Mishap>) {
        let Mishap { code, what } = mishap.into();
        let mut board = self.lock();
        let times = board.0.troubles_by_code.entry(code).or_default();
        *times = times.saturating_add(1);
        let is_known = |trouble: &&mut Trouble| trouble.about == about && trouble.code == code && trouble.what == what;
        let known = board.1.iter_mut().find(is_known);
        if let Some(trouble) = known {
            trouble.at_unix_ms = unix_ms();
            trouble.times = trouble.times.saturating_add(1);
            tracing::debug!(about, code = code.name(), what, times = trouble.times, "again");
            return;
        }
        tracing::warn!(about, code = code.name(), "{what}");
        if board.1.len() == TROUBLES_KEPT {
            board.1.pop_front();
        }
        board.1.push_back(Trouble { at_unix_ms: unix_ms(), about: about.to_owned(), code, what, times: 1 });
    }
}

impl DeviceStatus {
    /// A configured device of which nothing is known yet.
    pub fn new(name: String, uri: String, role: DeviceRole) -> Self {
        Self {
            place: Place::default(),
            name,
            uri,
            role,
            device: None,
            kind: None,
            last_sample_unix_ms: None,
            power_w: None,
            import_mwh: None,
            export_mwh: None,
            register_step_mwh: None,
            today_import_wh: None,
            today_export_wh: None,
            samples_total: 0,
            failures_total: 0,
            trouble: None,
            trouble_code: None,
            last_slot: None,
            waiting_readings: 0,
            next_final_sequence: None,
            registered: None,
            refusal: None,
            refusal_code: None,
            attention: None,
        }
    }

    /// As [`DeviceStatus::new`], from its configuration.
    pub fn of(place: Place, device: &DeviceSettings) -> Self {
        Self { place, ..Self::new(device.name.clone(), device.uri.to_string(), device.role) }
    }

    /// Whether the chain knows it as this gateway's. Who replaced a device has then done what they should.
    pub fn register(&mut self, registered: Option<bool>) {
        self.registered = registered;
        if registered == Some(true) {
            self.attention = None;
        }
    }

    /// Takes over what a sample shows.
    pub fn show(&mut self, sample: &Sample) {
        self.last_sample_unix_ms = Some(sample.at_unix_ms);
        self.power_w = sample.power_w;
        self.import_mwh = sample.import_mwh;
        self.export_mwh = sample.export_mwh;
        self.register_step_mwh = sample.import_counter.step_mwh.max(sample.export_counter.step_mwh);
        self.samples_total = self.samples_total.saturating_add(1);
        (self.trouble, self.trouble_code) = (None, None);
    }

    /// It cannot be read, for that reason.
    pub fn fail(&mut self, mishap: Mishap) {
        (self.trouble, self.trouble_code) = (Some(mishap.what), Some(mishap.code));
    }

    /// The chain refuses its readings for that reason; nothing if it takes them.
    pub fn refuse(&mut self, mishap: Option<Mishap>) {
        (self.refusal, self.refusal_code) = mishap.map(|mishap| (mishap.what, mishap.code)).unzip();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_meters::MeterCode;

    #[test]
    fn the_same_trouble_is_counted_and_the_list_is_bounded() {
        let board = Board::new(GatewayId([1; 32]), [1; 32], 0);
        board.trouble("roof", (MeterCode::NoAnswer, "no answer"));
        board.trouble("roof", (MeterCode::NoAnswer, "no answer"));
        assert_eq!(board.status().troubles[0].times, 2);
        for number in 0..100 {
            board.trouble("roof", (MeterCode::Unreachable, format!("trouble {number}")));
        }
        let troubles = board.status().troubles;
        assert_eq!(troubles.len(), TROUBLES_KEPT);
        assert_eq!(troubles[0].what, "trouble 99");
        let times: Vec<_> = board.status().troubles_by_code.into_iter().collect();
        assert_eq!(times, [(MeterCode::Unreachable.into(), 100), (MeterCode::NoAnswer.into(), 2)]);
    }
}
