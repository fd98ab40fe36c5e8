//! Taking samples that are believed, and sealing the slots that they complete. No span ever shows more than the
//! device's power allows: what would waits, and becomes part of a longer, estimated one.

use super::{
    Point, Registers, SamplePoint, SlotBuilder, Span, boundary::Observation, plausible::Step, progress::Reset,
};
use deren_market::reading::max_gap_ms;
use deren_primitives::{Quality, RegisterSpan, Slot};

/// At most this many spans come of one sample; what is left comes of the next ones.
const MAX_SPANS_AT_ONCE: usize = 8;

impl SlotBuilder {
    /// Seals the slot of the last sample if its end is past by the bounded wait and no later sample came.
    pub fn close(&mut self, now_ms: u64, may_seal: bool) -> Vec<Span> {
        let (Some(next), Some(last)) = (self.progress.next_slot, self.progress.last) else {
            return Vec::new();
        };
        let slot = self.rules.clock.slot_at(last.at_ms).max(next);
        let end_ms = self.rules.clock.end_ms(slot);
        let due_ms = end_ms.saturating_add(self.rules.boundary_wait_ms);
        let resets_later = self.progress.reset.is_some_and(|reset| reset.slot > slot);
        if !may_seal || self.progress.samples == 0 || now_ms < due_ms || resets_later {
            return Vec::new();
        }
        let before = self.progress.clone();
        self.note_gap(now_ms.saturating_sub(self.progress.last_sample_ms));
        let flat = Point { at_ms: end_ms, registers: last.registers };
        let spans = self.seal_through(slot, last, flat);
        if !self.all_possible(&spans) {
            self.progress = before;
            return Vec::new();
        }
        self.progress.last = Some(flat);
        self.progress.samples = 0;
        self.progress.max_gap_ms = 0;
        self.forget_sealed();
        spans
    }

    /// The registers begin anew: what they showed last closes the slot in which it was, and what they show now opens
    /// the next. So nothing that either showed is lost, and nothing is booked that neither showed.
    pub(super) fn begin_epoch(&mut self, first: Observation) {
        let progress = &mut self.progress;
        if let Some(last) = progress.last {
            progress.max_gap_ms = progress.max_gap_ms.max(first.point.at_ms.saturating_sub(progress.last_sample_ms));
            progress.samples = progress.samples.saturating_add(1);
            if let Some(next) = progress.next_slot {
                // A second reset before the first is sealed: the old epoch still ends where it ended.
                let slot = self.rules.clock.slot_at(last.at_ms).max(next);
                let ended = progress.reset.map_or((slot, last.registers), |reset| (reset.slot, reset.old_close));
                progress.reset = Some(Reset { slot: ended.0, old_close: ended.1, new_open: first.point.registers });
                self.samples.forget_after(ended.0);
            }
        }
        progress.last = Some(first.point);
        progress.last_sample_ms = first.point.at_ms;
        progress.staleness = self.rules.fresh(first.point.at_ms);
    }

    fn note_gap(&mut self, gap_ms: u64) {
        self.progress.max_gap_ms = self.progress.max_gap_ms.max(gap_ms);
    }

    /// Takes a sample that continues the last one.
    pub(super) fn accept(&mut self, seen: Observation, step: Step, may_seal: bool) -> Vec<Span> {
        let point = Point { registers: step.registers, ..seen.point };
        let last = self.progress.last.unwrap_or(point);
        let gap_ms = self.rules.gap_ms(&mut self.progress, last.registers, point.registers, &seen);
        self.note_gap(gap_ms);
        let now = self.rules.clock.slot_at(point.at_ms);
        let spans = match self.progress.next_slot {
            None => {
                self.open_first(last, point, now, gap_ms);
                Vec::new()
            }
            Some(next) if now > next && may_seal => {
                let held = self.progress.clone();
                let Some(spans) = self.seal_if_possible(now, next, last, point) else {
                    self.hold(now, last, point);
                    return self.count(seen, step, point, Vec::new());
                };
                if self.progress.next_slot != Some(now) {
                    return spans;
                }
                let start_ms = self.rules.clock.start_ms(now);
                if last.at_ms > start_ms {
                    // What was held goes on into this slot: its gaps and remarks may be this slot's as well.
                    self.progress.max_gap_ms = held.max_gap_ms;
                    self.progress.quality = self.progress.quality.with(held.quality);
                } else {
                    self.progress.max_gap_ms = if point.at_ms == start_ms { 0 } else { gap_ms };
                }
                self.progress.samples = 0;
                spans
            }
            Some(_) => {
                self.hold(now, last, point);
                Vec::new()
            }
        };
        self.count(seen, step, point, spans)
    }

    /// The sample counts for the slot that it is in.
    fn count(&mut self, seen: Observation, step: Step, point: Point, spans: Vec<Span>) -> Vec<Span> {
        let progress = &mut self.progress;
        progress.last = Some(point);
        progress.last_sample_ms = point.at_ms;
        progress.samples = progress.samples.saturating_add(1);
        let slot = self.rules.clock.slot_at(point.at_ms);
        // In the slot in which an old register epoch ends, the new one's registers are no part of the reading.
        if progress.reset.is_none_or(|reset| reset.slot < slot) {
            let after_ms = point.at_ms.saturating_sub(self.rules.clock.start_ms(slot));
            let sample = SamplePoint {
                time_ms: u32::try_from(after_ms).unwrap_or(u32::MAX),
                import_mwh: point.registers.import_mwh,
                export_mwh: point.registers.export_mwh,
                power_w: seen.shown_w,
            };
            self.samples.add(slot, sample);
        }
        if seen.suspect || step.below {
            progress.quality = progress.quality.with(Quality::SUSPECT);
        }
        if seen.clock_unsynchronised {
            progress.quality = progress.quality.with(Quality::CLOCK_UNSYNCHRONISED);
        }
        spans
    }

    /// The samples of sealed slots are in their spans.
    fn forget_sealed(&mut self) {
        if let Some(next) = self.progress.next_slot {
            self.samples.forget_before(next);
        }
    }

    /// True if none of these shows more than the device's power allows.
    fn all_possible(&self, spans: &[Span]) -> bool {
        self.rules.max_power.is_none_or(|power| spans.iter().all(|span| power.allows(span, self.step_mwh)))
    }

    /// Seals everything before slot `now`, unless a span would show more than the device's power allows. Then nothing
    /// is sealed, and an old register epoch that waits for its end goes on to the slot before this one.
    fn seal_if_possible(&mut self, now: Slot, next: Slot, last: Point, point: Point) -> Option<Vec<Span>> {
        let before = self.progress.clone();
        let spans = self.seal_before(now, next, last, point);
        self.too_much = !self.all_possible(&spans);
        if !self.too_much {
            self.forget_sealed();
            return Some(spans);
        }
        self.progress = before;
        if let Some(reset) = &mut self.progress.reset {
            reset.slot = reset.slot.max(now.previous());
        }
        None
    }

    /// Nothing is sealed now: keeps the boundary that was crossed, so that it stays exact.
    fn hold(&mut self, now: Slot, last: Point, point: Point) {
        let start_ms = self.rules.clock.start_ms(now);
        if last.at_ms < start_ms {
            self.progress.crossed = Some(Point { at_ms: start_ms, registers: last.towards(point, start_ms) });
        }
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
        let before_now = now.previous();
        let start_ms = self.rules.clock.start_ms(now);
        // After a hold the boundary may lie before the last sample; then it was met when that was taken.
        let crossed = self.progress.crossed.take().filter(|crossed| crossed.at_ms == start_ms);
        let last = match self.progress.reset.filter(|reset| reset.slot >= now) {
            // The new registers say nothing of this boundary, and a clock that was set back may have lost it. Then it
            // is no more than the old ones ever showed.
            Some(Reset { old_close, .. }) => {
                let is_between = |crossed: &Registers| self.progress.open.up_to(crossed) && crossed.up_to(&old_close);
                let crossed = crossed.map(|crossed| crossed.registers).filter(is_between);
                Point { at_ms: start_ms, registers: crossed.unwrap_or(old_close) }
            }
            None => crossed.filter(|_| last.at_ms > start_ms).unwrap_or(last),
        };
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
        let mut samples = if slot_count == 1 { self.samples.of(first_slot) } else { Vec::new() };
        let progress = &mut self.progress;
        // A reset in a later slot has no part in this one.
        let reset = progress.reset.filter(|reset| reset.slot < end_slot);
        let close = match reset {
            Some(reset) => reset.old_close,
            None => last.towards(point, self.rules.clock.start_ms(end_slot)),
        };
        let open = progress.open;
        // A boundary that a clock set back has lost is not where the samples around it would have it.
        samples.retain(|sample| {
            let registers = Registers { import_mwh: sample.import_mwh, export_mwh: sample.export_mwh };
            open.up_to(&registers) && registers.up_to(&close)
        });
        let guessed = samples.is_empty() || progress.max_gap_ms > max_gap_ms(self.rules.clock.slot_ms());
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
                import_open_mwh: open.import_mwh,
                import_close_mwh: close.import_mwh,
                export_open_mwh: open.export_mwh,
                export_close_mwh: close.export_mwh,
            },
            quality,
            samples,
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
