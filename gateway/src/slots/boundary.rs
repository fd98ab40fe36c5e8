//! Registers at a moment, what lies between two such points, and a sample as the slot builder takes it.

use codec::{Decode, Encode};
use deren_meters::{Counter, Sample};

/// A device's cumulative registers. A direction that it does not count stands at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Registers {
    /// Energy drawn, in mWh.
    pub import_mwh: u64,
    /// Energy given, in mWh.
    pub export_mwh: u64,
}

impl Registers {
    /// True if these can become `later` without going back.
    pub(super) fn up_to(&self, later: &Self) -> bool {
        self.import_mwh <= later.import_mwh && self.export_mwh <= later.export_mwh
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
    /// What it says flows at this moment, W, where that direction has a register: import positive.
    pub power_w: Option<i32>,
    /// It says what flows, in whichever direction.
    pub shows_power: bool,
    /// What it says flows in whichever direction, W, import positive; 0 if it does not say.
    pub shown_w: i32,
    /// How the device counts what it draws.
    pub import_counter: Counter,
    /// How it counts what it gives.
    pub export_counter: Counter,
    /// The driver doubts it.
    pub suspect: bool,
    /// This machine's clock is not known to be right.
    pub clock_unsynchronised: bool,
}

impl Observation {
    /// Registers at a moment of which nothing else is known.
    pub fn plain(point: Point) -> Self {
        let unknown = Counter::default();
        Self {
            point,
            power_w: None,
            shows_power: false,
            shown_w: 0,
            import_counter: unknown,
            export_counter: unknown,
            suspect: false,
            clock_unsynchronised: false,
        }
    }

    /// What a driver's sample says.
    pub fn of(sample: &Sample, clock_unsynchronised: bool) -> Self {
        let registers =
            Registers { import_mwh: sample.import_mwh.unwrap_or(0), export_mwh: sample.export_mwh.unwrap_or(0) };
        let counted = |power_w: &i32| {
            let register = if *power_w > 0 { sample.import_mwh } else { sample.export_mwh };
            register.is_some()
        };
        Self {
            power_w: sample.power_w.filter(counted),
            shows_power: sample.power_w.is_some(),
            shown_w: sample.power_w.unwrap_or_default(),
            import_counter: sample.import_counter,
            export_counter: sample.export_counter,
            suspect: sample.suspect,
            clock_unsynchronised,
            ..Self::plain(Point { at_ms: sample.at_unix_ms, registers })
        }
    }

    /// The coarser of the two counters' steps; 0 if nobody knows.
    pub(super) fn step_mwh(&self) -> u64 {
        let step = |counter: &Counter| counter.step_mwh.unwrap_or(0);
        step(&self.import_counter).max(step(&self.export_counter))
    }
}
