//! The slot builder of one device: takes samples in order, gives spans. What it may not do: repair a register, or
//! go back behind a boundary that it has sealed.

use super::{
    Observation, Progress, Span,
    plausible::{Believed, Judgement, Note, Plausibility, Rules},
    samples::OpenSamples,
};

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
    /// Samples of the slots that are not sealed. After a restart they are gone.
    pub(super) samples: OpenSamples,
    /// The coarsest step of the device's counters, as far as it is known.
    pub(super) step_mwh: u64,
    /// What is complete shows more than the device's power allows, and waits.
    pub(super) too_much: bool,
}

impl SlotBuilder {
    /// Continues from `progress`; `Progress::default()` starts afresh.
    pub fn new(rules: Rules, progress: Progress) -> Self {
        Self {
            rules,
            progress,
            plausibility: Plausibility::default(),
            samples: OpenSamples::default(),
            step_mwh: 0,
            too_much: false,
        }
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
