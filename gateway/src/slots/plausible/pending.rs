//! Samples that contradict what is believed, held until enough of them agree. Nothing that is held is booked, and
//! nothing is thrown away for one odd sample.

use super::{
    super::{MaxPower, Observation, Registers, Rules},
    register_change::{Oddity, Step},
};
use deren_meters::Counter;

/// Factor on the samples that a register which reads nothing needs, or one of a device without a serial number.
const WEAK_EVIDENCE_TIMES: usize = 5;
/// Maximum number of samples that a drop or a jump may need to be believed.
const MAX_CONFIRMATIONS: u8 = 60;
/// Number of samples that agree after which a register that reads nothing is believed, even if it never counts again.
const MAX_HELD: usize = 5 * MAX_CONFIRMATIONS as usize;

/// What is held, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending {
    held: Vec<Observation>,
    oddity: Option<Oddity>,
    /// The device has said who it is since the first of them, and is the one that it was.
    identity_seen: bool,
}

impl Pending {
    /// Who the device is was asked again, and it is the same.
    pub(super) fn identity_seen(&mut self) {
        self.identity_seen = !self.held.is_empty();
    }

    /// True if the device should say who it is: more than one sample is odd, and it has not.
    pub(super) fn wants_identity(&self) -> bool {
        self.held.len() > 1 && !self.identity_seen
    }

    /// True if `seen` goes on from a jump that is held. What looks possible by now need not be so: time alone makes a
    /// jump no truer.
    pub(super) fn goes_on_from_jump(&self, seen: &Observation, power: Option<MaxPower>) -> bool {
        self.oddity == Some(Oddity::Jump) && self.agrees(seen, power)
    }

    /// Holds one more sample; it begins anew if it does not go on from those that are held. Returns how many there are.
    pub(super) fn hold(&mut self, seen: Observation, oddity: Oddity, power: Option<MaxPower>) -> usize {
        if self.oddity != Some(oddity) || !self.agrees(&seen, power) {
            *self = Self::default();
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
        let elapsed_ms = seen.point.at_ms - held.point.at_ms;
        let most_mwh = power.map(|power| [power.between_samples_mwh(elapsed_ms); 2]);
        // What is held is as the device shows it: a wrap is not among it.
        let without_wrap = |counter: Counter| Counter { modulus_mwh: None, ..counter };
        let (import_counter, export_counter) = (without_wrap(seen.import_counter), without_wrap(seen.export_counter));
        let seen = Observation { import_counter, export_counter, ..*seen };
        Step::between(held.point.registers, &seen, most_mwh, 0).oddity.is_none()
    }

    /// Takes what is held if it is evidence enough that the registers are really so. It takes enough samples in a row,
    /// from the device that it was. A register that reads nothing must have counted again.
    pub(super) fn confirmed(&mut self, before: Registers, rules: &Rules) -> Option<Vec<Observation>> {
        let (first, newest) = (self.held.first()?.point.registers, self.held.last()?.point.registers);
        let fell_to_zero = |before: u64, first: u64| before > 0 && first == 0;
        let at_zero =
            fell_to_zero(before.import_mwh, first.import_mwh) || fell_to_zero(before.export_mwh, first.export_mwh);
        let counts_again = newest.import_mwh > first.import_mwh || newest.export_mwh > first.export_mwh;
        let weak = at_zero || !rules.has_serial;
        let times = if weak { WEAK_EVIDENCE_TIMES } else { 1 };
        let needed = usize::from(rules.confirmations.clamp(1, MAX_CONFIRMATIONS)) * times;
        let enough = self.held.len() >= needed && (!at_zero || counts_again || self.held.len() >= MAX_HELD);
        if !enough || (rules.has_serial && !self.identity_seen) {
            return None;
        }
        Some(std::mem::take(self).held)
    }
}
