//! Registers at a moment, what lies between two such points, and whether a step between them can be true.

use codec::{Decode, Encode};
use deren_meters::Sample;

/// A device's cumulative registers. A direction that it does not count stands at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Registers {
    /// Energy drawn, in mWh.
    pub import_mwh: u64,
    /// Energy given, in mWh.
    pub export_mwh: u64,
}

impl Registers {
    /// True if neither register is below `earlier`'s.
    pub fn is_at_least(self, earlier: Self) -> bool {
        self.import_mwh >= earlier.import_mwh && self.export_mwh >= earlier.export_mwh
    }

    /// The larger of the two steps from `earlier`; 0 for a register that went back.
    fn largest_step_mwh(self, earlier: Self) -> u64 {
        self.import_mwh.saturating_sub(earlier.import_mwh).max(self.export_mwh.saturating_sub(earlier.export_mwh))
    }
}

/// Registers at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Point {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// The registers then.
    pub registers: Registers,
}

impl Point {
    /// The registers at `at_ms` on the straight line from `self` to `later`, rounded down; outside of the two, the
    /// nearer one's. Monotone in `at_ms` as long as the registers are.
    pub fn towards(self, later: Self, at_ms: u64) -> Registers {
        if at_ms <= self.at_ms || later.at_ms <= self.at_ms {
            return self.registers;
        }
        if at_ms >= later.at_ms {
            return later.registers;
        }
        let (part, whole) = (at_ms - self.at_ms, later.at_ms - self.at_ms);
        Registers {
            import_mwh: between(self.registers.import_mwh, later.registers.import_mwh, part, whole),
            export_mwh: between(self.registers.export_mwh, later.registers.export_mwh, part, whole),
        }
    }
}

/// `from + floor((to − from) × part / whole)`; `whole` is not 0 and not below `part`.
fn between(from: u64, to: u64, part: u64, whole: u64) -> u64 {
    let step = u128::from(to.saturating_sub(from)) * u128::from(part) / u128::from(whole);
    from.saturating_add(u64::try_from(step).unwrap_or(u64::MAX))
}

/// One sample as the slot builder takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// When, and what the registers were.
    pub point: Point,
    /// The driver doubts it.
    pub suspect: bool,
    /// This machine's clock is not known to be right.
    pub clock_unsynchronised: bool,
}

impl Observation {
    /// What a driver's sample says.
    pub fn of(sample: &Sample, clock_unsynchronised: bool) -> Self {
        let registers =
            Registers { import_mwh: sample.import_mwh.unwrap_or(0), export_mwh: sample.export_mwh.unwrap_or(0) };
        Self { point: Point { at_ms: sample.at_unix_ms, registers }, suspect: sample.suspect, clock_unsynchronised }
    }
}

/// How fast a device's registers can rise at most, so that a wrong register or a late reply is not taken for energy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPower {
    /// The device's rated power.
    pub rated_w: u32,
    /// The metered time that a slot stands for.
    pub slot_energy_seconds: u32,
    /// A slot's length.
    pub slot_seconds: u32,
}

/// A step up to this size is never doubted: registers that are written in whole kWh step that far at once.
const ALWAYS_PLAUSIBLE_MWH: u64 = 1_000_000;
/// Only steps beyond this multiple of the rated power are doubted; lesser ones are for the chain to judge.
const RATED_POWER_MULTIPLE: u128 = 10;

impl MaxPower {
    /// True if a device of this power can have got from `earlier` to `later` in `elapsed_ms`.
    pub fn allows(self, earlier: Registers, later: Registers, elapsed_ms: u64) -> bool {
        let step_mwh = later.largest_step_mwh(earlier);
        // W × ms / 3600 = mWh
        let limit_mwh = u128::from(self.rated_w)
            .saturating_mul(u128::from(elapsed_ms))
            .saturating_mul(u128::from(self.slot_energy_seconds))
            .saturating_mul(RATED_POWER_MULTIPLE)
            / 3600
            / u128::from(self.slot_seconds.max(1));
        step_mwh <= ALWAYS_PLAUSIBLE_MWH || u128::from(step_mwh) <= limit_mwh
    }
}
