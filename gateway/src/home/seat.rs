//! One device's seat: how it is configured, who sits there, and what is known of it. A sample that comes here becomes
//! readings of who sits here, and of nobody else.

use super::Occupant;
use crate::{
    codes::{GatewayCode, Mishap},
    health::DeviceHealth,
    joined_chain::JoinedChain,
    outbox::Update,
    settings::DeviceSettings,
    slots::{MaxPower, Note, Observation, Progress, Rules},
};
use deren_meters::Sample;
use deren_primitives::DeviceId;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Number of a seat. It stays while a device is configured as it is, and is never given again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub u64);

/// What the configuration says of all devices' slots.
#[derive(Clone, Copy, Debug)]
pub struct SlotSettings {
    /// Number of samples that must agree before a register that went back is believed.
    pub confirmations: u8,
    /// How long a sample after a slot's end is waited for; without one, half of the chain's grace.
    pub boundary_wait: Option<Duration>,
}

/// What holds for all seats at one moment.
pub(crate) struct Conditions {
    pub(crate) chain: JoinedChain,
    pub(crate) slots: SlotSettings,
    /// What is complete may become readings.
    pub(crate) may_seal: bool,
}

impl Conditions {
    fn rules(&self, rated_power_w: Option<u32>, has_serial: bool) -> Rules {
        let parameters = &self.chain.parameters;
        let half_grace = Duration::from_secs(u64::from(parameters.grace_seconds)) / 2;
        let wait = self.slots.boundary_wait.unwrap_or(half_grace);
        Rules {
            clock: self.chain.clock(),
            confirmations: self.slots.confirmations,
            boundary_wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            max_power: rated_power_w.map(|rated_w| MaxPower {
                rated_w,
                slot_energy_seconds: parameters.slot_energy_seconds,
                slot_seconds: parameters.slot_seconds,
            }),
            has_serial,
        }
    }
}

/// What a sample gave.
#[derive(Debug)]
pub(crate) struct Took {
    pub(crate) update: Option<Update>,
    pub(crate) trouble: Option<Mishap>,
}

/// A device's seat.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) place: Place,
    /// With how it is configured.
    pub(crate) health: DeviceHealth,
    /// Who sits here, with its slots; nobody before it has said who it is.
    pub(super) occupant: Option<Occupant>,
    /// Notified when it should say again who it is.
    pub(crate) ask_again: Option<Arc<Notify>>,
}

impl Seat {
    pub(crate) fn new(place: Place, health: DeviceHealth) -> Self {
        Self { place, health, occupant: None, ask_again: None }
    }

    pub(crate) fn settings(&self) -> &DeviceSettings {
        &self.health.settings
    }

    /// The device that sits here.
    pub(crate) fn id(&self) -> Option<DeviceId> {
        self.occupant.as_ref().map(|occupant| occupant.id)
    }

    /// The coarsest step of its counters, mWh, as far as it is known.
    pub(crate) fn step_mwh(&self) -> u64 {
        self.occupant.as_ref().map_or(0, Occupant::step_mwh)
    }

    /// Puts another device here. Returns a seat for the one that it replaces, if there was one.
    pub(super) fn replace(&mut self, occupant: Occupant) -> Option<Self> {
        let health = DeviceHealth {
            device: Some(occupant.id),
            is_identified: true,
            last_slot: None,
            register_step_mwh: self.health.register_step_mwh.filter(|_| self.health.device == Some(occupant.id)),
            ..self.health.clone()
        };
        let before = std::mem::replace(&mut self.health, health);
        let left = self.occupant.replace(occupant)?;
        Some(Self { occupant: Some(left), ..Self::new(self.place, before) })
    }

    /// It has said again who it is, and is the one that it was.
    pub(crate) fn identity_seen(&mut self) {
        if let Some(occupant) = &mut self.occupant {
            occupant.identity_seen();
        }
    }

    /// Its chain of readings has begun; with `progress`, its slots continue there and not where they are.
    pub(crate) fn begin(&mut self, progress: Option<Progress>) {
        if let Some(occupant) = &mut self.occupant {
            occupant.begin(progress);
        }
    }

    /// Takes note of what it shows. Returns what it imported and exported today, Wh; nothing if it has not said who it
    /// is.
    pub(crate) fn show(&mut self, sample: &Sample) -> Option<(Option<u64>, Option<u64>)> {
        let today = self.occupant.as_mut()?.show_today(sample);
        self.health.is_reachable = true;
        let step_mwh = sample.import_counter.step_mwh.max(sample.export_counter.step_mwh);
        self.health.register_step_mwh = Some(step_mwh.unwrap_or(0));
        Some(today)
    }

    pub(crate) fn take(&mut self, conditions: &Conditions, sample: &Sample, clock_lost: bool) -> Option<Took> {
        let occupant = self.occupant.as_mut()?;
        let rules = conditions.rules(self.health.settings.rated_power_w, occupant.has_serial);
        let (note, update) = occupant.take(rules, Observation::of(sample, clock_lost), conditions.may_seal);
        if let Some(ask_again) = self.ask_again.as_ref().filter(|_| occupant.wants_identity()) {
            ask_again.notify_one();
        }
        Some(Took { update, trouble: reported(note) })
    }

    /// Seals what has been waited for long enough.
    pub(super) fn close(&mut self, conditions: &Conditions, now_ms: u64) -> Option<Update> {
        let occupant = self.occupant.as_mut()?;
        let rules = conditions.rules(self.health.settings.rated_power_w, occupant.has_serial);
        occupant.close(rules, now_ms, conditions.may_seal)
    }

    /// Where its slots stand, if that is not on disk yet.
    pub(super) fn checkpoint(&mut self) -> Option<Update> {
        self.occupant.as_mut()?.checkpoint()
    }

    /// True if it has samples of a slot that is not sealed.
    pub(super) fn has_open_samples(&self) -> bool {
        self.occupant.as_ref().is_some_and(Occupant::has_open_samples)
    }
}

/// What is reported to the owner of a sample, if anything.
fn reported(note: Note) -> Option<Mishap> {
    let (code, what) = match note {
        Note::Taken | Note::OutOfOrder => return None,
        Note::BehindSealed => (
            GatewayCode::ClockBehind,
            "the clock is behind what has been signed already: samples count again once it has caught up",
        ),
        Note::Doubted(1) => (
            GatewayCode::RegisterDoubted,
            "a register went back, or rose by more than the rated power allows: its samples wait until enough of them agree and the device has said again who it is. If this goes on, check `rated_power_w`, and whether the meter was replaced",
        ),
        Note::Doubted(_) => return None,
        Note::Below => (
            GatewayCode::RegisterBelow,
            "a register shows a little less than before: it counts again once it has passed what it showed, and until then its readings do not trade",
        ),
        Note::ResetConfirmed => (
            GatewayCode::RegistersReset,
            "the registers were reset: a new register epoch begins, and one slot of it does not trade",
        ),
        Note::JumpConfirmed => (
            GatewayCode::RegistersJumped,
            "the registers rose by more than the rated power allows and stayed there: that is not booked as energy; a new register epoch begins, and one slot of it does not trade",
        ),
        Note::WrapConfirmed => (
            GatewayCode::RegisterWrapped,
            "a register was full and began at 0 again: it goes on in the same epoch, nothing is lost",
        ),
        Note::TooMuch => (
            GatewayCode::TooMuchEnergy,
            "a slot shows more energy than the rated power allows: it waits and becomes part of a longer, estimated reading. Check `rated_power_w`",
        ),
    };
    Some((code, what).into())
}
