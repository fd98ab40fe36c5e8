//! When a device's registers moved last, and whether its power says that they should have since. A register that
//! stands while energy flows is no news, however often it is read: the time it stood is a gap.

use super::super::{MaxPower, Observation, Registers};
use codec::{Decode, Encode, EncodeLike, Error, Input, Output};

/// Below this a device may show a power that its registers do not count: a meter's starting current.
const COUNTS_FROM_W: u32 = 25;

/// What one device's samples said lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Staleness {
    /// For import and export: the sample before the one that showed a rise last.
    still_since_ms: [u64; 2],
    /// The sample at which any register moved last.
    moved_ms: u64,
    /// The newest sample.
    seen_ms: u64,
    /// What flowed since `moved_ms` by the power that the device shows.
    flowed_mwh: u64,
    /// How far the clock was set back since the last sample taken: so much more time has passed than it shows.
    set_back_ms: u64,
}

impl Staleness {
    /// Of a device that was sampled last at `at_ms` and of which nothing older is known: it may have stood for a slot.
    pub(super) fn after(at_ms: u64, slot_ms: u64) -> Self {
        let since_ms = at_ms.saturating_sub(slot_ms);
        Self { still_since_ms: [since_ms; 2], moved_ms: at_ms, seen_ms: at_ms, flowed_mwh: 0, set_back_ms: 0 }
    }

    /// The clock shows `at_ms`, and showed `last_ms` before.
    pub(super) fn set_back(&mut self, at_ms: u64, last_ms: u64) {
        self.set_back_ms = self.set_back_ms.max(last_ms.saturating_sub(at_ms));
        self.seen_ms = self.seen_ms.min(at_ms);
    }

    /// The most that each register can have risen since it was sampled last, steps not counted. Where the power that
    /// the device shows explains more, it may have stood still and caught up.
    pub(super) fn most_mwh(&self, seen: &Observation, last_sample_ms: u64, power: MaxPower) -> [u64; 2] {
        let usual_mwh = power.between_samples_mwh(self.elapsed_ms(seen, last_sample_ms));
        let explained_mwh = self.flowed_by(seen, Some(power)).saturating_mul(2);
        self.since_it_moved_mwh(seen, power).map(|possible_mwh| usual_mwh.max(explained_mwh.min(possible_mwh)))
    }

    /// The most that each register can have risen since it moved last, steps not counted.
    pub(super) fn since_it_moved_mwh(&self, seen: &Observation, power: MaxPower) -> [u64; 2] {
        self.still_since_ms.map(|since_ms| power.energy_mwh(self.elapsed_ms(seen, since_ms)))
    }

    /// The time from `since_ms` to the sample; a clock that was set back does not make it shorter.
    fn elapsed_ms(&self, seen: &Observation, since_ms: u64) -> u64 {
        seen.point.at_ms.saturating_sub(since_ms).saturating_add(self.set_back_ms)
    }

    /// Takes note of a sample that is believed, and says for how long nothing was known of the registers.
    pub(super) fn taken(
        &mut self,
        before: Registers,
        now: Registers,
        seen: &Observation,
        last_sample_ms: u64,
        power: Option<MaxPower>,
    ) -> u64 {
        let at_ms = seen.point.at_ms;
        let steps_mwh = seen.step_mwh().saturating_mul(2);
        (self.flowed_mwh, self.seen_ms) = (self.flowed_by(seen, power), at_ms);
        let risen_mwh = [now.import_mwh - before.import_mwh, now.export_mwh - before.export_mwh];
        let elapsed_ms = self.elapsed_ms(seen, last_sample_ms);
        let usual = |power: MaxPower| power.between_samples_mwh(elapsed_ms).saturating_add(steps_mwh);
        let caught_up = power.is_some_and(|power| risen_mwh.iter().any(|risen_mwh| *risen_mwh > usual(power)));
        let is_no_news = caught_up || self.flowed_mwh > steps_mwh;
        let known_ms = if is_no_news { last_sample_ms.min(self.moved_ms) } else { last_sample_ms };
        let gap_ms = self.elapsed_ms(seen, known_ms);
        for (since_ms, risen_mwh) in self.still_since_ms.iter_mut().zip(risen_mwh) {
            if risen_mwh > 0 {
                *since_ms = last_sample_ms;
            }
        }
        if now != before {
            (self.moved_ms, self.flowed_mwh) = (at_ms, 0);
        }
        self.set_back_ms = 0;
        gap_ms
    }

    /// What flowed since the registers moved, up to this sample, by the power that the device shows. Of a silence
    /// before the sample its power says nothing.
    fn flowed_by(&self, seen: &Observation, power: Option<MaxPower>) -> u64 {
        let longest_ms = power.map_or(0, MaxPower::between_samples_at_most_ms);
        let elapsed_ms = seen.point.at_ms.saturating_sub(self.seen_ms).min(longest_ms);
        let watt = seen.power_w.map(i32::unsigned_abs);
        match power.zip(watt).filter(|(_, watt)| *watt >= COUNTS_FROM_W) {
            Some((power, watt)) => self.flowed_mwh.saturating_add(power.shown_mwh(watt, elapsed_ms)),
            None => self.flowed_mwh,
        }
    }
}

/// News at the end of what is stored of a device; what was stored before there were any ends without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::slots) struct KeptStaleness(pub(super) Option<Staleness>);

impl Encode for KeptStaleness {
    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        if let Some(staleness) = &self.0 {
            staleness.encode_to(dest);
        }
    }
}

impl EncodeLike for KeptStaleness {}

impl Decode for KeptStaleness {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        if input.remaining_len()? == Some(0) {
            return Ok(Self(None));
        }
        Staleness::decode(input).map(|staleness| Self(Some(staleness)))
    }
}
