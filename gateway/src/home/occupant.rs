//! One device as the recorder sees it: who it is, where its slots stand, and what to say when a sample is odd.

use super::day::Day;
use crate::{
    codes::{GatewayCode, Mishap},
    joined_chain::JoinedChain,
    outbox::Update,
    settings::DeviceSettings,
    slots::{MaxPower, Note, Observation, Progress, Rules, SlotBuilder, Span},
};
use deren_meters::Sample;
use deren_primitives::DeviceId;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// What holds for this device's slots on this chain.
pub(super) fn rules(
    joined: &JoinedChain,
    device: &DeviceSettings,
    confirmations: u8,
    boundary_wait: Option<Duration>,
    has_serial: bool,
) -> Rules {
    let parameters = &joined.parameters;
    let half_grace = Duration::from_secs(u64::from(parameters.grace_seconds)) / 2;
    let wait = boundary_wait.unwrap_or(half_grace);
    Rules {
        clock: joined.clock(),
        confirmations,
        boundary_wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        max_power: device.rated_power_w.map(|rated_w| MaxPower {
            rated_w,
            slot_energy_seconds: parameters.slot_energy_seconds,
            slot_seconds: parameters.slot_seconds,
        }),
        has_serial,
    }
}

/// A device's slots in memory.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    id: Option<DeviceId>,
    /// It has said a serial number of its own.
    has_serial: bool,
    /// No device is configured at its place any more.
    left: bool,
    /// Rung when it should say again who it is.
    pub(super) ask_again: Option<Arc<Notify>>,
    /// True once its chain of readings has begun on disk.
    begun: bool,
    /// Where its slots continue, until the builder is made.
    progress: Progress,
    builder: Option<SlotBuilder>,
    /// What is on disk already.
    stored: Progress,
    day: Day,
}

/// What a sample gave.
#[derive(Debug, Default)]
pub(super) struct Took {
    pub(super) update: Option<Update>,
    pub(super) trouble: Option<Mishap>,
}

/// What the owner is told of a sample, if anything.
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

impl Recorded {
    /// A place at which a device is configured, or none, and no device has said who it is.
    pub(super) fn at_place(configured: bool) -> Self {
        Self { left: !configured, ..Self::default() }
    }

    /// True if no device is configured at its place any more.
    pub(super) fn is_left(&self) -> bool {
        self.left
    }

    pub(super) fn id(&self) -> Option<DeviceId> {
        self.id
    }

    /// From now on this is that device.
    pub(super) fn assign_device(&mut self, id: DeviceId, has_serial: bool, progress: Progress, begun: bool) {
        *self = Self { id: Some(id), has_serial, begun, stored: progress.clone(), progress, ..Self::default() };
    }

    /// The coarsest step of its counters, mWh, as far as it is known.
    pub(super) fn step_mwh(&self) -> u64 {
        self.builder.as_ref().map_or(0, SlotBuilder::step_mwh)
    }

    pub(super) fn has_serial(&self) -> bool {
        self.has_serial
    }

    /// It has said again who it is, and is the one that it was.
    pub(super) fn identity_seen(&mut self) {
        if let Some(builder) = &mut self.builder {
            builder.identity_seen();
        }
    }

    /// True if it has samples of a slot that is not sealed.
    pub(super) fn has_open_samples(&self) -> bool {
        self.begun && self.builder.as_ref().is_some_and(|builder| builder.progress().samples() > 0)
    }

    /// Its chain of readings has begun; with `progress`, its slots continue there and not where they are.
    pub(super) fn begin(&mut self, progress: Option<Progress>) {
        self.begun = true;
        if let Some(progress) = progress {
            self.stored = progress.clone();
            self.progress = progress;
            self.builder = None;
        }
    }

    pub(super) fn take(&mut self, rules: Rules, sample: &Sample, clock_lost: bool, may_seal: bool) -> Took {
        let outcome = self.builder(rules).take(Observation::of(sample, clock_lost), may_seal);
        if self.builder.as_ref().is_some_and(SlotBuilder::wants_identity)
            && let Some(ask_again) = &self.ask_again
        {
            ask_again.notify_one();
        }
        let trouble = reported(outcome.note);
        Took { update: self.update(outcome.spans), trouble }
    }

    pub(super) fn close(&mut self, rules: Rules, now_ms: u64, may_seal: bool) -> Option<Update> {
        self.id?;
        let spans = self.builder(rules).close(now_ms, may_seal);
        self.update(spans)
    }

    /// Where its slots stand, if that is not on disk yet.
    pub(super) fn checkpoint(&mut self) -> Option<Update> {
        let (id, progress) = (self.id?, self.builder.as_ref()?.progress().clone());
        if !self.begun || progress == self.stored {
            return None;
        }
        self.stored = progress.clone();
        Some(Update { device: id, spans: Vec::new(), progress })
    }

    /// Imported and exported today, Wh.
    pub(super) fn show_today(&mut self, sample: &Sample) -> (Option<u64>, Option<u64>) {
        self.day.show(sample, chrono::Local::now().date_naive())
    }

    fn builder(&mut self, rules: Rules) -> &mut SlotBuilder {
        let progress = &self.progress;
        self.builder.get_or_insert_with(|| SlotBuilder::new(rules, progress.clone()))
    }

    /// Until the chain knows the device nothing that is complete becomes a reading: it would trade nothing, and the chain
    /// takes nothing of slots long before a device served.
    fn update(&mut self, spans: Vec<Span>) -> Option<Update> {
        let progress = self.builder.as_ref()?.progress().clone();
        if spans.is_empty() || !self.begun {
            return None;
        }
        self.stored = progress.clone();
        Some(Update { device: self.id?, spans, progress })
    }
}
