//! A device that has said who it is, with its slots in memory.

use super::day::Day;
use crate::{
    outbox::Update,
    slots::{Note, Observation, Progress, Rules, SlotBuilder, Span},
};
use deren_meters::Sample;
use deren_primitives::DeviceId;

/// The device at a seat.
#[derive(Debug)]
pub(crate) struct Occupant {
    pub(super) id: DeviceId,
    /// It has said a serial number of its own.
    pub(super) has_serial: bool,
    /// True once its chain of readings has begun on disk.
    begun: bool,
    /// Where its slots continue, until the builder is made.
    progress: Progress,
    builder: Option<SlotBuilder>,
    /// What is on disk already.
    stored: Progress,
    day: Day,
}

impl Occupant {
    pub(crate) fn new(id: DeviceId, has_serial: bool, progress: Progress, begun: bool) -> Self {
        Self { id, has_serial, begun, stored: progress.clone(), progress, builder: None, day: Day::default() }
    }

    /// The coarsest step of its counters, mWh, as far as it is known.
    pub(super) fn step_mwh(&self) -> u64 {
        self.builder.as_ref().map_or(0, SlotBuilder::step_mwh)
    }

    pub(super) fn identity_seen(&mut self) {
        if let Some(builder) = &mut self.builder {
            builder.identity_seen();
        }
    }

    pub(super) fn wants_identity(&self) -> bool {
        self.builder.as_ref().is_some_and(SlotBuilder::wants_identity)
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

    pub(super) fn take(&mut self, rules: Rules, seen: Observation, may_seal: bool) -> (Note, Option<Update>) {
        let outcome = self.builder(rules).take(seen, may_seal);
        (outcome.note, self.update(outcome.spans))
    }

    pub(super) fn close(&mut self, rules: Rules, now_ms: u64, may_seal: bool) -> Option<Update> {
        let spans = self.builder(rules).close(now_ms, may_seal);
        self.update(spans)
    }

    /// Where its slots stand, if that is not on disk yet.
    pub(super) fn checkpoint(&mut self) -> Option<Update> {
        let progress = self.builder.as_ref()?.progress().clone();
        if !self.begun || progress == self.stored {
            return None;
        }
        self.stored = progress.clone();
        Some(Update { device: self.id, spans: Vec::new(), progress })
    }

    /// Imported and exported today, Wh.
    pub(super) fn show_today(&mut self, sample: &Sample) -> (Option<u64>, Option<u64>) {
        self.day.show(sample, chrono::Local::now().date_naive())
    }

    fn builder(&mut self, rules: Rules) -> &mut SlotBuilder {
        let progress = &self.progress;
        self.builder.get_or_insert_with(|| SlotBuilder::new(rules, progress.clone()))
    }

    /// Until the chain knows the device, nothing that is complete becomes a reading. It would trade nothing, and the
    /// chain takes nothing of slots long before a device served.
    fn update(&mut self, spans: Vec<Span>) -> Option<Update> {
        let progress = self.builder.as_ref()?.progress().clone();
        if spans.is_empty() || !self.begun {
            return None;
        }
        self.stored = progress.clone();
        Some(Update { device: self.id, spans, progress })
    }
}
