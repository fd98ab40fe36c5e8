//! A script of faults made from a seed: the same seed gives the same faults, whoever asks and when.

use super::{Fault, FaultKind, Wire};
use crate::noise::Noise;
use serde::{Deserialize, Serialize};

const DAY_S: u64 = 86_400;
/// The end of the time is without faults, so that what was held can be confirmed.
const QUIET_END_S: u64 = DAY_S / 4;
/// Counters begin anew no more often than this in one script: resets and swaps are rare.
const MOST_NEW_COUNTERS: usize = 3;
/// Random numbers that one fault takes.
const DRAWS: u64 = 8;

/// Kinds that a seed draws from, as often as they stand here.
const KINDS: [FaultKind; 24] = [
    FaultKind::Silent,
    FaultKind::Silent,
    FaultKind::Exception,
    FaultKind::Exception,
    FaultKind::ShortReply,
    FaultKind::LateReply,
    FaultKind::LateReply,
    FaultKind::Disconnect,
    FaultKind::Disconnect,
    FaultKind::NetworkLoss,
    FaultKind::WrongLength,
    FaultKind::Nan,
    FaultKind::Zero,
    FaultKind::Zero,
    FaultKind::Zero,
    FaultKind::Stuck,
    FaultKind::Stuck,
    FaultKind::Jump,
    FaultKind::Jump,
    FaultKind::Retained,
    FaultKind::NotJson,
    FaultKind::ClockJump,
    FaultKind::CounterReset,
    FaultKind::Swap,
];

/// Faults at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomFaults {
    /// All randomness comes from here and from the device's name.
    pub seed: u64,
    /// How many faults begin on a day, on average.
    #[serde(default = "a_dozen")]
    pub per_day: u16,
    /// For how many simulated days; the last quarter of the last day is quiet.
    #[serde(default = "a_week")]
    pub days: u16,
}

const fn a_dozen() -> u16 {
    12
}

const fn a_week() -> u16 {
    7
}

impl RandomFaults {
    /// The script of the device called `name`, in order. With `can_wrap` its counter may start near its end.
    pub fn script(&self, name: &str, wire: Wire, can_wrap: bool) -> Vec<Fault> {
        let noise = Noise::new(self.seed, "faults").stream(name);
        let last_s = (u64::from(self.days) * DAY_S).saturating_sub(QUIET_END_S);
        let count = u64::from(self.per_day) * u64::from(self.days);
        let possible: Vec<FaultKind> = KINDS.into_iter().filter(|kind| kind.happens_on(wire)).collect();
        let mut faults = Vec::new();
        if can_wrap && noise.bits(u64::MAX).is_multiple_of(2) {
            let by_wh = Some(noise.between(u64::MAX - 1, 10, 20_000));
            faults.push(Fault { by_wh, ..Fault::new(FaultKind::Rollover, 0, None) });
        }
        let mut new_counters = 0;
        for number in 0..count {
            let draw = |index, low, high| noise.between(number * DRAWS + index, low, high);
            let place = draw(0, 0, possible.len().saturating_sub(1) as u64);
            let Some(kind) = usize::try_from(place).ok().and_then(|place| possible.get(place)).copied() else {
                continue;
            };
            let at_s = draw(1, 1, last_s.max(1));
            let longest_s = last_s.saturating_sub(at_s).max(1);
            // Short ones are common, long ones rare: 1 s to about an hour, or six.
            let doublings = draw(2, 0, 12);
            let usual_s = draw(3, 1, 5) << doublings;
            let fault = match kind {
                FaultKind::CounterReset | FaultKind::Swap if new_counters >= MOST_NEW_COUNTERS => continue,
                FaultKind::CounterReset | FaultKind::Swap => {
                    new_counters += 1;
                    Fault::new(kind, at_s, None)
                }
                FaultKind::Zero | FaultKind::Jump => {
                    let by_wh = (kind == FaultKind::Jump).then(|| draw(4, 1, 9) * 10u64.pow(draw(5, 0, 7) as u32));
                    Fault { by_wh, ..Fault::new(kind, at_s, Some((usual_s / 8).clamp(1, longest_s))) }
                }
                FaultKind::ClockJump => {
                    let by_s = Some(i32::try_from(draw(4, 0, 7_200)).unwrap_or_default() - 3_600);
                    Fault { by_s, ..Fault::new(kind, at_s, Some(usual_s.min(longest_s))) }
                }
                _ => Fault::new(kind, at_s, Some(usual_s.min(longest_s))),
            };
            faults.push(fault);
        }
        faults.sort_by_key(|fault| fault.at_s);
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const A_WEEK: RandomFaults = RandomFaults { seed: 7, per_day: 12, days: 7 };

    #[test]
    fn the_same_seed_and_name_give_the_same_faults() {
        let script = A_WEEK.script("roof", Wire::SunSpec, true);
        assert_eq!(script, A_WEEK.script("roof", Wire::SunSpec, true));
        assert_ne!(script, A_WEEK.script("grid", Wire::SunSpec, true));
        assert_ne!(script, RandomFaults { seed: 8, ..A_WEEK }.script("roof", Wire::SunSpec, true));
        assert!((60..=85).contains(&script.len()), "{}", script.len());
    }

    #[test]
    fn each_fault_can_happen_on_its_wire_and_ends_before_the_quiet_end() {
        for wire in [Wire::SunSpec, Wire::Modbus, Wire::Mqtt] {
            let mut kinds = BTreeSet::new();
            for seed in 0..200 {
                let script = RandomFaults { seed, ..A_WEEK }.script("any", wire, wire != Wire::Mqtt);
                assert!(script.windows(2).all(|pair| pair[0].at_s <= pair[1].at_s));
                for fault in &script {
                    assert!(fault.kind.happens_on(wire), "{fault:?}");
                    assert!(fault.at_s + fault.for_s.unwrap_or(0) <= 7 * DAY_S - QUIET_END_S + 1, "{fault:?}");
                    kinds.insert(fault.kind.to_string());
                }
                let new_counters = |fault: &&Fault| matches!(fault.kind, FaultKind::CounterReset | FaultKind::Swap);
                assert!(script.iter().filter(new_counters).count() <= MOST_NEW_COUNTERS);
            }
            let possible = KINDS.into_iter().filter(|kind| kind.happens_on(wire)).map(|kind| kind.to_string());
            assert!(possible.collect::<BTreeSet<_>>().is_subset(&kinds), "{wire:?}: {kinds:?}");
        }
    }
}
