//! The one judge of a sample: can it be true after what came before it? It books nothing, and it makes no number up.

mod pending;
mod register_change;
mod staleness;

pub(super) use register_change::Step;
pub(super) use staleness::KeptStaleness;

use super::{MaxPower, Observation, Point, Progress, Registers};
use deren_primitives::{Quality, Slot, SlotClock};
use pending::Pending;
use register_change::Oddity;
use staleness::Staleness;

/// A sample that is older than the last one by at most this came late. By more, the clock was set back.
const LATE_SAMPLE_MS: u64 = 5_000;
/// Energy that a device of unknown power may have forgotten when it starts again: a kWh.
const FORGOTTEN_MWH: u64 = 1_000_000;
/// Time whose energy a device of known power may have forgotten: devices store their counters once an hour or more
/// often.
const FORGOTTEN_MS: u64 = 3_600_000;

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

/// What is to be done with a sample.
pub(super) enum Judgement {
    /// It continues the registers.
    Accept(Believed),
    /// It contradicts them, as so many samples have done in a row: more must agree before it is believed.
    Wait(usize),
    /// The registers begin anew at the first sample, and go on with the others.
    Reset(Observation, Believed),
    /// It says nothing.
    Refuse(Note),
}

/// Samples that are believed, oldest first.
pub(super) struct Believed {
    pub(super) samples: Vec<Observation>,
    pub(super) note: Note,
    /// The device stood still before them, and has caught up.
    pub(super) caught_up: bool,
}

impl Believed {
    fn new(samples: Vec<Observation>, note: Note) -> Self {
        Self { samples, note, caught_up: false }
    }
}

/// Judges the samples of one device.
#[derive(Clone, Debug, Default)]
pub(super) struct Plausibility {
    pending: Pending,
}

impl Plausibility {
    /// True if the device should say again who it is: what it shows is odd, and evidence is wanted.
    pub(super) fn wants_identity(&self) -> bool {
        self.pending.wants_identity()
    }

    /// The device was asked who it is, and is the one that it was: part of the evidence for a reset.
    pub(super) fn identity_seen(&mut self) {
        self.pending.identity_seen();
    }

    /// What `seen` is after `previous`. Where the clock was set back, `previous` moves back with it.
    pub(super) fn judge(&mut self, rules: &Rules, previous: &mut Progress, seen: Observation) -> Judgement {
        if let Some(note) = rules.refusal(previous, seen.point.at_ms) {
            return Judgement::Refuse(note);
        }
        let Some(last) = previous.last else {
            return Judgement::Reset(seen, Believed::new(Vec::new(), Note::Taken));
        };
        let step = rules.step(previous, &seen, false);
        let goes_on_from_jump = || self.pending.goes_on_from_jump(&seen, rules.max_power).then_some(Oddity::Jump);
        let Some(oddity) = step.oddity.or_else(goes_on_from_jump) else {
            self.pending = Pending::default();
            return Judgement::Accept(Believed::new(vec![seen], if step.below { Note::Below } else { Note::Taken }));
        };
        let count = self.pending.hold(seen, oddity, rules.max_power);
        match self.pending.confirmed(last.registers, rules) {
            Some(held) => rules.believe(previous, oddity, held),
            None => Judgement::Wait(count),
        }
    }
}

impl Rules {
    /// Why a sample at `at_ms` says nothing. A clock that was set back, but not behind what is sealed, moves the last
    /// point back with it.
    fn refusal(&self, previous: &mut Progress, at_ms: u64) -> Option<Note> {
        if self.clock.slot_at(at_ms) == Slot(u32::MAX) {
            // Beyond the last slot that has a number: the clock is wrong by ages.
            return Some(Note::OutOfOrder);
        }
        let last = previous.last.filter(|last| at_ms <= last.at_ms)?;
        if at_ms.saturating_add(LATE_SAMPLE_MS) >= last.at_ms {
            return Some(Note::OutOfOrder);
        }
        let sealed_ms = previous.next_slot.map_or(0, |slot| self.clock.start_ms(slot));
        let mut staleness = self.staleness(previous);
        staleness.set_back(at_ms, last.at_ms);
        previous.staleness = KeptStaleness(Some(staleness));
        previous.quality = previous.quality.with(Quality::CLOCK_UNSYNCHRONISED);
        if at_ms <= sealed_ms {
            return Some(Note::BehindSealed);
        }
        previous.last = Some(Point { at_ms: at_ms.saturating_sub(1).max(sealed_ms), ..last });
        previous.last_sample_ms = previous.last_sample_ms.min(at_ms.saturating_sub(1));
        None
    }

    /// What samples that waited are, now that enough of them agree.
    fn believe(&self, previous: &Progress, oddity: Oddity, held: Vec<Observation>) -> Judgement {
        // A device that never says what flows may have stood still for as long as this jump takes.
        let has_caught_up =
            |first: &Observation| !first.shows_power && self.step(previous, first, true).oddity.is_none();
        let note = match oddity {
            Oddity::Wrap => return Judgement::Accept(Believed::new(held, Note::WrapConfirmed)),
            Oddity::Jump if held.first().is_some_and(has_caught_up) => {
                return Judgement::Accept(Believed { caught_up: true, ..Believed::new(held, Note::Taken) });
            }
            Oddity::Back => Note::ResetConfirmed,
            Oddity::Jump => Note::JumpConfirmed,
        };
        let mut rest = held.into_iter();
        match rest.next() {
            Some(first) => Judgement::Reset(first, Believed::new(rest.collect(), note)),
            None => Judgement::Refuse(note),
        }
    }

    /// What `seen` is as a step from the registers believed last. With `caught_up` they may have caught up with all
    /// that can have flowed since they moved.
    pub(super) fn step(&self, previous: &Progress, seen: &Observation, caught_up: bool) -> Step {
        let from = previous.last.map_or(seen.point.registers, |last| last.registers);
        let staleness = self.staleness(previous);
        let most_mwh = self.max_power.map(|power| match caught_up {
            true => staleness.since_it_moved_mwh(seen, power),
            false => staleness.most_mwh(seen, previous.last_sample_ms, power),
        });
        let forgotten_mwh = self.max_power.map_or(FORGOTTEN_MWH, |power| power.energy_mwh(FORGOTTEN_MS));
        Step::between(from, seen, most_mwh, forgotten_mwh)
    }

    /// Takes note of a sample that is believed; returns for how long nothing was known of the registers.
    pub(super) fn gap_ms(&self, progress: &mut Progress, before: Registers, now: Registers, seen: &Observation) -> u64 {
        let mut staleness = self.staleness(progress);
        let gap_ms = staleness.taken(before, now, seen, progress.last_sample_ms, self.max_power);
        progress.staleness = KeptStaleness(Some(staleness));
        gap_ms
    }

    fn staleness(&self, progress: &Progress) -> Staleness {
        let unknown = || Staleness::after(progress.last_sample_ms, self.clock.slot_ms());
        progress.staleness.0.unwrap_or_else(unknown)
    }

    /// How stale registers are that begin anew at `at_ms`: nothing older says anything of them.
    pub(super) fn fresh(&self, at_ms: u64) -> KeptStaleness {
        KeptStaleness(Some(Staleness::after(at_ms, self.clock.slot_ms())))
    }
}
