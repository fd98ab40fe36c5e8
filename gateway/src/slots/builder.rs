//! The slot builder of one device: takes samples in order, gives spans. What it may not do: repair a register, or
//! go back behind a boundary that it has sealed.

use super::{MaxPower, Observation, Point, Progress, Registers, Span, progress::Reset};
use deren_primitives::{Quality, RegisterSpan, Slot, SlotClock};

/// A sample older than the last one by no more than this came late; by more, the clock was set back.
const LATE_SAMPLE_MS: u64 = 5_000;
/// At most this many spans come of one sample; what is left comes of the next ones.
const MAX_SPANS_AT_ONCE: usize = 8;
/// A fall to zero needs so many times the samples of another fall.
const ZERO_TIMES: usize = 5;
/// As many samples as a drop or a jump may need to be believed.
pub(crate) const MAX_CONFIRMATIONS: u8 = 60;

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
    Doubted(u8),
    /// The registers went back and stayed there: a new register epoch begins.
    ResetConfirmed,
    /// The registers jumped and stayed there: the jump is taken as it is.
    JumpConfirmed,
}

/// What a sample gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Spans that are complete now, in order.
    pub spans: Vec<Span>,
    /// What became of the sample.
    pub note: Note,
}

/// The slot builder of one device.
#[derive(Clone, Debug)]
pub struct SlotBuilder {
    rules: Rules,
    progress: Progress,
    /// Samples that contradict the last one taken, oldest first; bounded by [`SlotBuilder::needed`].
    doubted: Vec<Observation>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Forward,
    Back,
    Jump,
}

impl SlotBuilder {
    /// Continues from `progress`; `Progress::default()` starts afresh.
    pub fn new(rules: Rules, progress: Progress) -> Self {
        Self { rules, progress, doubted: Vec::new() }
    }

    /// What must be stored to continue later.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Takes a sample. With `may_seal` false no span is made, and what was sampled meanwhile becomes part of a later,
    /// estimated one.
    pub fn take(&mut self, seen: Observation, may_seal: bool) -> Outcome {
        if self.rules.clock.slot_at(seen.point.at_ms) == Slot(u32::MAX) {
            // Beyond the last slot that has a number: the clock is wrong by ages.
            return Outcome { spans: Vec::new(), note: Note::OutOfOrder };
        }
        let Some(last) = self.progress.last else {
            self.progress.last = Some(seen.point);
            self.progress.last_sample_ms = seen.point.at_ms;
            return Outcome { spans: Vec::new(), note: Note::Taken };
        };
        if let Some(note) = self.refuse_by_time(last, seen.point.at_ms) {
            return Outcome { spans: Vec::new(), note };
        }
        match self.step(last.registers, self.progress.last_sample_ms, seen.point) {
            Step::Forward => {
                self.doubted.clear();
                Outcome { spans: self.accept(seen, may_seal), note: Note::Taken }
            }
            step => self.doubt(last, seen, step, may_seal),
        }
    }

    /// Seals the slot of the last sample if its end is past by the bounded wait and no later sample came.
    pub fn settle(&mut self, now_ms: u64, may_seal: bool) -> Vec<Span> {
        let (Some(next), Some(last)) = (self.progress.next_slot, self.progress.last) else {
            return Vec::new();
        };
        let slot = self.rules.clock.slot_at(last.at_ms).max(next);
        let end_ms = self.rules.clock.end_ms(slot);
        let due_ms = end_ms.saturating_add(self.rules.boundary_wait_ms);
        if !may_seal || self.progress.samples == 0 || now_ms < due_ms {
            return Vec::new();
        }
        self.note_gap(now_ms);
        let flat = Point { at_ms: end_ms, registers: last.registers };
        let spans = self.seal_through(slot, last, flat);
        self.progress.last = Some(flat);
        self.progress.samples = 0;
        self.progress.max_gap_ms = 0;
        spans
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
        if at_ms <= sealed_ms {
            return Some(Note::BehindSealed);
        }
        self.progress.last = Some(Point { at_ms: at_ms.saturating_sub(1).max(sealed_ms), ..last });
        self.progress.last_sample_ms = self.progress.last_sample_ms.min(at_ms.saturating_sub(1));
        self.progress.quality = self.progress.quality.with(Quality::CLOCK_UNSYNCHRONISED);
        None
    }

    fn step(&self, from: Registers, from_ms: u64, to: Point) -> Step {
        let elapsed_ms = to.at_ms.saturating_sub(from_ms);
        if !to.registers.is_at_least(from) {
            Step::Back
        } else if self.rules.max_power.is_none_or(|power| power.allows(from, to.registers, elapsed_ms)) {
            Step::Forward
        } else {
            Step::Jump
        }
    }

    /// Holds a sample that went back or jumped until enough later ones agree with it.
    fn doubt(&mut self, last: Point, seen: Observation, step: Step, may_seal: bool) -> Outcome {
        let agrees = self.doubted.last().is_some_and(|held| {
            seen.point.at_ms > held.point.at_ms
                && self.step(held.point.registers, held.point.at_ms, seen.point) == Step::Forward
                && held.point.registers.is_at_least(last.registers) == (step == Step::Jump)
        });
        if !agrees {
            self.doubted.clear();
        }
        self.doubted.push(seen);
        let needed = self.needed(last, seen);
        if self.doubted.len() < needed {
            let so_far = u8::try_from(self.doubted.len()).unwrap_or(u8::MAX);
            return Outcome { spans: Vec::new(), note: Note::Doubted(so_far) };
        }
        let mut believed = std::mem::take(&mut self.doubted).into_iter();
        let mut spans = Vec::new();
        let note = if step == Step::Back {
            if let Some(first) = believed.next() {
                self.begin_epoch(last, first);
            }
            Note::ResetConfirmed
        } else {
            Note::JumpConfirmed
        };
        for seen in believed {
            spans.extend(self.accept(seen, may_seal));
        }
        Outcome { spans, note }
    }

    /// How many samples must agree. A register that reads zero needs more: devices show it for a while after a start.
    fn needed(&self, last: Point, seen: Observation) -> usize {
        let (before, now) = (last.registers, seen.point.registers);
        let fell_to_zero =
            (before.import_mwh > 0 && now.import_mwh == 0) || (before.export_mwh > 0 && now.export_mwh == 0);
        let times = if fell_to_zero { ZERO_TIMES } else { 1 };
        usize::from(self.rules.confirmations.clamp(1, MAX_CONFIRMATIONS)) * times
    }

    /// The registers were reset: what they showed last closes the slot in which it was, and what they show now opens
    /// the next. So nothing that either showed is lost, and nothing is booked that neither showed.
    fn begin_epoch(&mut self, last: Point, first: Observation) {
        let progress = &mut self.progress;
        progress.max_gap_ms = progress.max_gap_ms.max(first.point.at_ms.saturating_sub(progress.last_sample_ms));
        if let Some(next) = progress.next_slot {
            // A second reset before the first is sealed: the old epoch still ends where it ended.
            let (slot, old_close) =
                progress.reset.map_or((self.rules.clock.slot_at(last.at_ms).max(next), last.registers), |reset| {
                    (reset.slot, reset.old_close)
                });
            progress.reset = Some(Reset { slot, old_close, new_open: first.point.registers });
        }
        progress.last = Some(first.point);
        progress.last_sample_ms = first.point.at_ms;
        progress.samples = progress.samples.saturating_add(1);
    }

    fn note_gap(&mut self, now_ms: u64) {
        let gap_ms = now_ms.saturating_sub(self.progress.last_sample_ms);
        self.progress.max_gap_ms = self.progress.max_gap_ms.max(gap_ms);
    }

    /// Takes a sample that continues the last one.
    fn accept(&mut self, seen: Observation, may_seal: bool) -> Vec<Span> {
        let point = seen.point;
        let last = self.progress.last.unwrap_or(point);
        let gap_ms = point.at_ms.saturating_sub(self.progress.last_sample_ms);
        self.note_gap(point.at_ms);
        let now = self.rules.clock.slot_at(point.at_ms);
        let spans = match self.progress.next_slot {
            None => {
                self.open_first(last, point, now, gap_ms);
                Vec::new()
            }
            Some(next) if now > next && may_seal => {
                let spans = self.seal_before(now, next, last, point);
                if self.progress.next_slot != Some(now) {
                    return spans;
                }
                self.progress.samples = 0;
                self.progress.max_gap_ms = if point.at_ms == self.rules.clock.start_ms(now) { 0 } else { gap_ms };
                spans
            }
            Some(_) => {
                let start_ms = self.rules.clock.start_ms(now);
                if last.at_ms < start_ms {
                    self.progress.crossed = Some(Point { at_ms: start_ms, registers: last.towards(point, start_ms) });
                }
                Vec::new()
            }
        };
        let progress = &mut self.progress;
        progress.last = Some(point);
        progress.last_sample_ms = point.at_ms;
        progress.samples = progress.samples.saturating_add(1);
        if seen.suspect {
            progress.quality = progress.quality.with(Quality::SUSPECT);
        }
        if seen.clock_unsynchronised {
            progress.quality = progress.quality.with(Quality::CLOCK_UNSYNCHRONISED);
        }
        spans
    }

    /// The first boundary that two samples enclose is where the device's readings begin.
    fn open_first(&mut self, last: Point, point: Point, now: Slot, gap_ms: u64) {
        if self.rules.clock.slot_at(last.at_ms) == now && self.rules.clock.start_ms(now) != last.at_ms {
            return;
        }
        self.progress.open = last.towards(point, self.rules.clock.start_ms(now));
        self.progress.next_slot = Some(now);
        self.progress.samples = u32::from(last.at_ms == self.rules.clock.start_ms(now));
        self.progress.max_gap_ms = gap_ms;
        self.progress.quality = Quality::GOOD;
    }

    /// Seals everything before slot `now`: what was sampled, and then what was not.
    fn seal_before(&mut self, now: Slot, next: Slot, last: Point, point: Point) -> Vec<Span> {
        let before_now = Slot(now.0.saturating_sub(1));
        let start_ms = self.rules.clock.start_ms(now);
        // After a hold the boundary may lie before the last sample; then it was met when that was taken.
        let crossed = self.progress.crossed.take().filter(|crossed| crossed.at_ms == start_ms);
        let last = crossed.filter(|_| last.at_ms > start_ms).unwrap_or(last);
        let mut spans = Vec::new();
        if self.progress.samples > 0 {
            let sampled = match self.progress.reset {
                Some(reset) => reset.slot,
                None => self.rules.clock.slot_at(last.at_ms).max(next),
            };
            spans = self.seal_through(sampled.min(before_now), last, point);
            self.progress.samples = 0;
        }
        spans.extend(self.seal_through(before_now, last, point));
        spans
    }

    /// Seals from the next slot through `through`, with the boundaries on the line from `last` to `point`. If that
    /// were too many spans at once, the rest is left for the next sample, and the last point moves up to there.
    fn seal_through(&mut self, through: Slot, last: Point, point: Point) -> Vec<Span> {
        let mut spans = Vec::new();
        while let Some(next) = self.progress.next_slot.filter(|next| *next <= through) {
            if spans.len() == MAX_SPANS_AT_ONCE {
                let at_ms = self.rules.clock.start_ms(next);
                self.progress.last = Some(Point { at_ms, registers: self.progress.open });
                break;
            }
            let until = self.progress.reset.map_or(through, |reset| reset.slot.min(through));
            let slots = until.since(next).saturating_add(1).min(u32::from(u16::MAX));
            spans.push(self.seal_one(next, u16::try_from(slots).unwrap_or(u16::MAX), last, point));
        }
        spans
    }

    fn seal_one(&mut self, first_slot: Slot, slot_count: u16, last: Point, point: Point) -> Span {
        let end_slot = first_slot.plus(u32::from(slot_count));
        let progress = &mut self.progress;
        let close = match progress.reset {
            Some(reset) => reset.old_close,
            None => last.towards(point, self.rules.clock.start_ms(end_slot)),
        };
        let reset = progress.reset.filter(|reset| reset.slot < end_slot);
        let guessed = slot_count > 1 || progress.samples == 0 || progress.max_gap_ms > self.rules.clock.slot_ms() / 2;
        let mut quality = std::mem::take(&mut progress.quality);
        if guessed || reset.is_some() {
            quality = quality.with(Quality::ESTIMATED);
        }
        if std::mem::take(&mut progress.epoch_raised) {
            quality = quality.with(Quality::EPOCH_RAISED).with(Quality::ESTIMATED);
        }
        let span = Span {
            first_slot,
            slot_count,
            register_epoch: progress.register_epoch,
            registers: RegisterSpan {
                import_open_mwh: progress.open.import_mwh,
                import_close_mwh: close.import_mwh,
                export_open_mwh: progress.open.export_mwh,
                export_close_mwh: close.export_mwh,
            },
            quality,
            samples: progress.samples,
            max_gap_ms: u32::try_from(progress.max_gap_ms).unwrap_or(u32::MAX),
        };
        progress.next_slot = Some(end_slot);
        progress.open = close;
        if let Some(reset) = reset {
            progress.reset = None;
            progress.register_epoch = progress.register_epoch.saturating_add(1);
            progress.epoch_raised = true;
            progress.open = reset.new_open;
        }
        span
    }
}
