//! Samples that contradict what is believed, held until enough of them agree. Nothing that is held is booked, and
//! nothing is thrown away for one odd sample.

use super::{
    super::{MaxPower, Observation, Registers},
    register_change::{Direction, Oddity, Step},
};

/// A register that reads nothing, or that a device without a serial number shows, needs so many times the samples.
const WEAK_EVIDENCE_TIMES: usize = 5;
/// As many samples as a drop or a jump may need to be believed.
pub(crate) const MAX_CONFIRMATIONS: u8 = 60;
/// After so many samples that agree a register that reads nothing is believed even if it never counts again.
const MAX_HELD: usize = 5 * MAX_CONFIRMATIONS as usize;

/// What is held, oldest first.
#[derive(Clone, Debug, Default)]
pub(in crate::slots) struct Pending {
    held: Vec<Observation>,
    oddity: Option<Oddity>,
    /// The device has said who it is since the first of them, and is the one that it was.
    identity_seen: bool,
}

impl Pending {
    /// Nothing is doubted any more.
    pub(in crate::slots) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Who the device is was asked again, and it is the same.
    pub(in crate::slots) fn identity_seen(&mut self) {
        self.identity_seen = !self.held.is_empty();
    }

    /// True if the device should say who it is: more than one sample is odd, and it has not.
    pub(in crate::slots) fn wants_identity(&self) -> bool {
        self.held.len() > 1 && !self.identity_seen
    }

    /// True if `seen` goes on from a jump that is held. What looks possible by now need not be so: time alone makes a
    /// jump no truer.
    pub(in crate::slots) fn goes_on_from_jump(&self, seen: &Observation, power: Option<MaxPower>) -> bool {
        self.oddity == Some(Oddity::Jump) && self.agrees(seen, power)
    }

    /// Holds one more sample; it begins anew if it does not go on from those that are held. Returns how many there are.
    pub(in crate::slots) fn hold(&mut self, seen: Observation, oddity: Oddity, power: Option<MaxPower>) -> usize {
        if self.oddity != Some(oddity) || !self.agrees(&seen, power) {
            self.clear();
        }
        self.oddity = Some(oddity);
        if self.held.len() >= MAX_HELD {
            self.held.pop();
        }
        self.held.push(seen);
        self.held.len()
    }

    fn agrees(&self, seen: &Observation, power: Option<MaxPower>) -> bool {
        let Some(held) = self.held.last().filter(|held| seen.point.at_ms > held.point.at_ms) else {
            return false;
        };
        let (from, to) = (held.point.registers, seen.point.registers);
        let elapsed_ms = seen.point.at_ms - held.point.at_ms;
        let most = |counter: &deren_meters::Counter| {
            let steps_mwh = counter.step_mwh.unwrap_or(0).saturating_mul(2);
            power.map(|power| power.between_samples_mwh(elapsed_ms).saturating_add(steps_mwh))
        };
        let direction = |from_mwh, shown_mwh, counter: deren_meters::Counter| Direction {
            from_mwh,
            shown_mwh,
            counter: deren_meters::Counter { modulus_mwh: None, ..counter },
            most_mwh: most(&counter),
            forgotten_mwh: 0,
        };
        let import = direction(from.import_mwh, to.import_mwh, seen.import_counter);
        let export = direction(from.export_mwh, to.export_mwh, seen.export_counter);
        Step::of(import, export).oddity.is_none()
    }

    /// Takes what is held if it is evidence enough that the registers are really so: enough samples in a row, from the
    /// device that it was; a register that reads nothing must have counted again.
    pub(in crate::slots) fn confirmed(
        &mut self,
        before: Registers,
        confirmations: u8,
        has_serial: bool,
    ) -> Option<(Oddity, Vec<Observation>)> {
        let (first, newest) = (self.held.first()?.point.registers, self.held.last()?.point.registers);
        let fell_to_zero = |before: u64, first: u64| before > 0 && first == 0;
        let at_zero =
            fell_to_zero(before.import_mwh, first.import_mwh) || fell_to_zero(before.export_mwh, first.export_mwh);
        let counts_again = newest.import_mwh > first.import_mwh || newest.export_mwh > first.export_mwh;
        let weak = at_zero || !has_serial;
        let times = if weak { WEAK_EVIDENCE_TIMES } else { 1 };
        let needed = usize::from(confirmations.clamp(1, MAX_CONFIRMATIONS)) * times;
        let enough = self.held.len() >= needed && (!at_zero || counts_again || self.held.len() >= MAX_HELD);
        if !enough || (has_serial && !self.identity_seen) {
            return None;
        }
        let oddity = self.oddity?;
        Some((oddity, std::mem::take(self).held))
    }
}
