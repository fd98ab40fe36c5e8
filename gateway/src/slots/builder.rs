//! The slot builder of one device: takes samples in order, gives spans. What it may not do: repair a register, or
//! go back behind a boundary that it has sealed.

use super::{
    MaxPower, Observation, Progress, Span,
    plausible::{Believed, Judgement, Plausibility},
};
use deren_primitives::SlotClock;

/// What holds for a device's slots.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The chain's slots.
    pub clock: SlotClock,
    /// Number of samples in a row that must agree before a register that went back, or jumped, is believed.
    pub confirmations: u8,
    /// How long after a slot's end a sample is waited for before the slot is sealed with the last one.
    pub boundary_wait_ms: u64,
    /// The device's power, if it is known.
    pub max_power: Option<MaxPower>,
    /// The device has a serial number: it must have said again who it is before a reset is believed.
    pub has_serial: bool,
}

/// What became of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// It continues the device's registers.
    Taken,
    /// It came after a newer one, and changes nothing.
    OutOfOrder,
    /// The clock is behind what has been sealed already: samples count again once it has caught up.
    BehindSealed,
    /// A register went back or jumped: waiting for samples that agree, so many so far.
    Doubted(u16),
    /// A register shows a little less than before: it stands where it was until it shows more again.
    Below,
    /// The registers went back and stayed there: a new register epoch begins.
    ResetConfirmed,
    /// The registers rose by more than can have flowed, and stayed there: a new register epoch begins.
    JumpConfirmed,
    /// A register began at 0 again where its layout says so: it goes on in the same epoch.
    WrapConfirmed,
    /// The slot that is over shows more than the device's power allows: it waits to become a part of a longer,
    /// estimated reading.
    TooMuch,
}

/// What a sample gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Spans that are complete now, in order.
    pub spans: Vec<Span>,
    /// What became of the sample.
    pub note: Note,
}

impl Outcome {
    fn only(note: Note) -> Self {
        Self { spans: Vec::new(), note }
    }
}

/// The slot builder of one device.
#[derive(Clone, Debug)]
pub struct SlotBuilder {
    pub(super) rules: Rules,
    pub(super) progress: Progress,
    plausibility: Plausibility,
    /// The coarsest step of the device's counters, as far as it is known.
    pub(super) step_mwh: u64,
    /// What is complete shows more than the device's power allows, and waits.
    pub(super) too_much: bool,
}

impl SlotBuilder {
    /// Continues from `progress`; `Progress::default()` starts afresh.
    pub fn new(rules: Rules, progress: Progress) -> Self {
        Self { rules, progress, plausibility: Plausibility::default(), step_mwh: 0, too_much: false }
    }

    /// What must be stored to continue later.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The coarsest step of the device's counters, mWh; 0 if nobody knows it.
    pub fn step_mwh(&self) -> u64 {
        self.step_mwh
    }

    /// True if the device should say again who it is: what it shows is odd, and evidence is wanted.
    pub fn wants_identity(&self) -> bool {
        self.rules.has_serial && self.plausibility.wants_identity()
    }

    /// The device was asked who it is, and is the one that it was: part of the evidence for a reset.
    pub fn identity_seen(&mut self) {
        self.plausibility.identity_seen();
    }

    /// Takes a sample. With `may_seal` false no span is made, and what was sampled meanwhile becomes part of a later,
    /// estimated one.
    pub fn take(&mut self, seen: Observation, may_seal: bool) -> Outcome {
        self.step_mwh = seen.step_mwh();
        match self.plausibility.judge(&self.rules, &mut self.progress, seen) {
            Judgement::Accept(believed) => self.accept_all(believed, may_seal),
            Judgement::Reset(first, rest) => {
                self.begin_epoch(first);
                self.accept_all(rest, may_seal)
            }
            Judgement::Wait(samples) => Outcome::only(Note::Doubted(u16::try_from(samples).unwrap_or(u16::MAX))),
            Judgement::Refuse(note) => Outcome::only(note),
        }
    }

    fn accept_all(&mut self, Believed { samples, note, caught_up }: Believed, may_seal: bool) -> Outcome {
        let mut spans = Vec::new();
        // A slot may have been sealed meanwhile without them: what they show of it belongs to the gap at its end.
        let sealed_ms = self.progress.last.map_or(0, |last| last.at_ms);
        for seen in samples.into_iter().filter(|seen| seen.point.at_ms > sealed_ms) {
            let step = self.rules.step(&self.progress, &seen, caught_up);
            spans.extend(self.accept(seen, step, may_seal));
        }
        let is_held = self.too_much && note == Note::Taken;
        Outcome { spans, note: if is_held { Note::TooMuch } else { note } }
    }
}
