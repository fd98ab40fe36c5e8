//! The slot builder of one device: takes samples in order, gives spans. What it may not do: repair a register, or
//! go back behind a boundary that it has sealed.

use super::{
    MaxPower, Observation, Point, Progress, Registers, Span,
    plausible::{
        pending::Pending,
        register_change::{Direction, Oddity, Step},
        staleness::{KeptStaleness, Staleness},
    },
};
use deren_primitives::{Quality, Slot, SlotClock};

/// A sample older than the last one by no more than this came late; by more, the clock was set back.
const LATE_SAMPLE_MS: u64 = 5_000;
/// A device whose power is unknown may have forgotten this much when it starts again: a kWh.
const FORGOTTEN_MWH: u64 = 1_000_000;
/// One whose power is known, what it gives in this time: devices write their counters down once an hour or more often.
const FORGOTTEN_MS: u64 = 3_600_000;

/// What holds for a device's slots.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The chain's slots.
    pub clock: SlotClock,
    /// So many samples in a row must agree before a register that went back, or jumped, is believed.
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
    /// The slot that is over shows more than the device's power allows: it waits to become a part of a longer, estimated
    /// reading.
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
    /// Samples that contradict the last one taken.
    pending: Pending,
    /// The coarsest step of the device's counters, as far as it is known.
    pub(super) step_mwh: u64,
    /// What is complete shows more than the device's power allows, and waits.
    pub(super) too_much: bool,
}

impl SlotBuilder {
    /// Continues from `progress`; `Progress::default()` starts afresh.
    pub fn new(rules: Rules, progress: Progress) -> Self {
        Self { rules, progress, pending: Pending::default(), step_mwh: 0, too_much: false }
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
        self.rules.has_serial && self.pending.wants_identity()
    }

    /// The device was asked who it is, and is the one that it was: part of the evidence for a reset.
    pub fn identity_seen(&mut self) {
        self.pending.identity_seen();
    }

    /// Takes a sample. With `may_seal` false no span is made, and what was sampled meanwhile becomes part of a later,
    /// estimated one.
    pub fn take(&mut self, seen: Observation, may_seal: bool) -> Outcome {
        let at_ms = seen.point.at_ms;
        if self.rules.clock.slot_at(at_ms) == Slot(u32::MAX) {
            // Beyond the last slot that has a number: the clock is wrong by ages.
            return Outcome::only(Note::OutOfOrder);
        }
        self.step_mwh = seen.step_mwh();
        let Some(last) = self.progress.last else {
            self.progress.last = Some(seen.point);
            self.progress.last_sample_ms = at_ms;
            self.forget_staleness(at_ms);
            return Outcome::only(Note::Taken);
        };
        if let Some(note) = self.refuse_by_time(last, at_ms) {
            return Outcome::only(note);
        }
        let step = self.step(last.registers, &seen, false);
        let oddity = match step.oddity {
            None if self.pending.goes_on_from_jump(&seen, self.rules.max_power) => Oddity::Jump,
            None => {
                self.pending.clear();
                let spans = self.accept(seen, step, may_seal);
                return self.outcome(spans, if step.below { Note::Below } else { Note::Taken });
            }
            Some(oddity) => oddity,
        };
        let count = self.pending.hold(seen, oddity, self.rules.max_power);
        match self.pending.confirmed(last.registers, self.rules.confirmations, self.rules.has_serial) {
            Some((oddity, believed)) => self.believe(last, oddity, believed, may_seal),
            None => Outcome::only(Note::Doubted(u16::try_from(count).unwrap_or(u16::MAX))),
        }
    }

    fn outcome(&self, spans: Vec<Span>, note: Note) -> Outcome {
        let held = self.too_much && note == Note::Taken;
        Outcome { spans, note: if held { Note::TooMuch } else { note } }
    }

    /// Takes samples that were doubted and have been confirmed.
    fn believe(&mut self, last: Point, oddity: Oddity, believed: Vec<Observation>, may_seal: bool) -> Outcome {
        let note = match oddity {
            Oddity::Wrap => Note::WrapConfirmed,
            Oddity::Back => Note::ResetConfirmed,
            Oddity::Jump if self.may_have_caught_up(last, &believed) => Note::Taken,
            Oddity::Jump => Note::JumpConfirmed,
        };
        let mut rest = believed.into_iter();
        if matches!(note, Note::ResetConfirmed | Note::JumpConfirmed)
            && let Some(first) = rest.next()
        {
            self.begin_epoch(last, first);
        }
        let mut spans = Vec::new();
        // A slot may have been sealed meanwhile without them: what they show of it belongs to the gap at its end.
        let sealed_ms = self.progress.last.map_or(0, |last| last.at_ms);
        for seen in rest.filter(|seen| seen.point.at_ms > sealed_ms) {
            let from = self.progress.last.map_or(last.registers, |last| last.registers);
            let step = self.step(from, &seen, note == Note::Taken);
            spans.extend(self.accept(seen, step, may_seal));
        }
        self.outcome(spans, note)
    }

    /// True if a device that never says what flows stood still for as long as this jump takes.
    fn may_have_caught_up(&self, last: Point, believed: &[Observation]) -> bool {
        let first = believed.first().filter(|first| !first.shows_power);
        first.is_some_and(|first| self.step(last.registers, first, true).oddity.is_none())
    }

    /// A sample at `at_ms` that cannot be used, and why. A clock that was set back, but not behind what is sealed,
    /// moves the last point back with it.
    fn refuse_by_time(&mut self, last: Point, at_ms: u64) -> Option<Note> {
        if at_ms > last.at_ms {
            return None;
        }
        let sealed_ms = self.progress.next_slot.map_or(0, |slot| self.rules.clock.start_ms(slot));
        if at_ms.saturating_add(LATE_SAMPLE_MS) >= last.at_ms {
            return Some(Note::OutOfOrder);
        }
        let mut staleness = self.staleness();
        staleness.set_back(at_ms, last.at_ms);
        self.progress.staleness = KeptStaleness(Some(staleness));
        self.progress.quality = self.progress.quality.with(Quality::CLOCK_UNSYNCHRONISED);
        if at_ms <= sealed_ms {
            return Some(Note::BehindSealed);
        }
        self.progress.last = Some(Point { at_ms: at_ms.saturating_sub(1).max(sealed_ms), ..last });
        self.progress.last_sample_ms = self.progress.last_sample_ms.min(at_ms.saturating_sub(1));
        None
    }

    /// What `seen` is, from the registers believed last; with `stood_still` they may have caught up with all that can have
    /// flowed since they moved.
    fn step(&self, from: Registers, seen: &Observation, stood_still: bool) -> Step {
        let power = self.rules.max_power;
        let staleness = self.staleness();
        let most = power.map(|power| match stood_still {
            true => staleness.since_it_moved_mwh(seen, power),
            false => staleness.most_mwh(seen, self.progress.last_sample_ms, power),
        });
        let forgotten_mwh = power.map_or(FORGOTTEN_MWH, |power| power.energy_mwh(FORGOTTEN_MS));
        let shown = seen.point.registers;
        let direction = |from_mwh, shown_mwh, counter: deren_meters::Counter, most_mwh: Option<u64>| Direction {
            from_mwh,
            shown_mwh,
            counter,
            most_mwh: most_mwh.map(|most| most.saturating_add(counter.step_mwh.unwrap_or(0).saturating_mul(2))),
            forgotten_mwh,
        };
        let (import_most, export_most) = most.map_or((None, None), |[import, export]| (Some(import), Some(export)));
        Step::of(
            direction(from.import_mwh, shown.import_mwh, seen.import_counter, import_most),
            direction(from.export_mwh, shown.export_mwh, seen.export_counter, export_most),
        )
    }

    /// Takes note of a sample that is believed; returns the time that passed without news.
    pub(super) fn gap_ms(&mut self, before: Registers, now: Registers, seen: &Observation) -> u64 {
        let last_sample_ms = self.progress.last_sample_ms;
        let power = self.rules.max_power;
        let mut staleness = self.staleness();
        let gap_ms = staleness.taken(before, now, seen, last_sample_ms, power);
        self.progress.staleness = KeptStaleness(Some(staleness));
        gap_ms
    }

    fn staleness(&self) -> Staleness {
        let unknown = || Staleness::after(self.progress.last_sample_ms, self.rules.clock.slot_ms());
        self.progress.staleness.0.unwrap_or_else(unknown)
    }

    /// The registers begin anew at this sample: nothing older says anything of them.
    pub(super) fn forget_staleness(&mut self, at_ms: u64) {
        self.progress.staleness = KeptStaleness(Some(Staleness::after(at_ms, self.rules.clock.slot_ms())));
    }
}
