//! One device as the recorder sees it: who it is, where its slots stand, and what to say when a sample is odd.

use super::day::Day;
use crate::{
    outbox::Update,
    pin::ChainPin,
    settings::DeviceSettings,
    slots::{MaxPower, Note, Observation, Progress, Rules, SlotBuilder, Span},
};
use deren_meters::Sample;
use deren_primitives::DeviceId;
use std::time::Duration;

/// What holds for this device's slots on this chain.
pub(super) fn rules(
    pin: &ChainPin,
    device: &DeviceSettings,
    confirmations: u8,
    boundary_wait: Option<Duration>,
) -> Rules {
    let parameters = &pin.parameters;
    let half_grace = Duration::from_secs(u64::from(parameters.grace_seconds)) / 2;
    let wait = boundary_wait.unwrap_or(half_grace);
    Rules {
        clock: pin.clock(),
        confirmations,
        boundary_wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        max_power: device.rated_power_w.map(|rated_w| MaxPower {
            rated_w,
            slot_energy_seconds: parameters.slot_energy_seconds,
            slot_seconds: parameters.slot_seconds,
        }),
    }
}

/// A device's slots in memory.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    id: Option<DeviceId>,
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
    pub(super) trouble: Option<String>,
}

impl Recorded {
    pub(super) fn id(&self) -> Option<DeviceId> {
        self.id
    }

    /// From now on this is that device.
    pub(super) fn become_device(&mut self, id: DeviceId, progress: Progress, begun: bool) {
        *self = Self { id: Some(id), begun, stored: progress.clone(), progress, ..Self::default() };
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
        let may_seal = may_seal && self.begun;
        let outcome = self.builder(rules).take(Observation::of(sample, clock_lost), may_seal);
        let trouble = match outcome.note {
            Note::Taken | Note::OutOfOrder => None,
            Note::BehindSealed => Some(
                "the clock is behind what has been signed already: samples count again once it has caught up"
                    .to_owned(),
            ),
            Note::Doubted(1) => {
                Some("a register went back or jumped: waiting for more samples before that is believed".to_owned())
            }
            Note::Doubted(_) => None,
            Note::ResetConfirmed => Some(
                "the registers were reset: a new register epoch begins, and one slot of it does not trade".to_owned(),
            ),
            Note::JumpConfirmed => Some("the registers jumped and stayed there: taken as they are".to_owned()),
        };
        Took { update: self.update(outcome.spans), trouble }
    }

    pub(super) fn settle(&mut self, rules: Rules, now_ms: u64, may_seal: bool) -> Option<Update> {
        let may_seal = may_seal && self.begun;
        self.id?;
        let spans = self.builder(rules).settle(now_ms, may_seal);
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

    fn update(&mut self, spans: Vec<Span>) -> Option<Update> {
        let progress = self.builder.as_ref()?.progress().clone();
        if spans.is_empty() {
            return None;
        }
        self.stored = progress.clone();
        Some(Update { device: self.id?, spans, progress })
    }
}
