//! What a device counts and shows, as a function of its home's books and its faults alone. It says which of the home's
//! flows, since when, and what is wrong at the moment. It reads no clock, so that weeks of it can be asked for at once.

use crate::{
    faults::{FaultKind, FaultScript},
    home::{Books, Powers},
    noise::Noise,
};
use deren_primitives::DeviceRole;

/// By this much a counter jumps if the script does not say.
const USUAL_JUMP_WH: u64 = 50_000_000;
/// How far below its end a counter starts if the script does not say.
const USUAL_ROLLOVER_WH: u64 = 1_000;
/// The most that a meter has counted when it is put in another's place, mWh.
const NEW_METER_MWH: u64 = 5_000_000;
/// Where the serial numbers of meters that are put in begin in a device's noise.
const SWAPS_FROM: u64 = 1_000;

/// A home at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Simulated seconds since the start.
    pub elapsed_s: u64,
    /// Energies since the start.
    pub books: Books,
    /// Powers of the latest second.
    pub powers: Powers,
}

/// A device's cumulative registers and its power.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// From the grid, or charged.
    pub import_mwh: u64,
    /// To the grid, produced, or discharged.
    pub export_mwh: u64,
    /// Import positive.
    pub power_w: i32,
}

/// What a device shows: registers, or what is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The simulated second that is shown.
    pub elapsed_s: u64,
    /// The registers; none while the device shows "not implemented".
    pub registers: Option<Registers>,
}

/// A name plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plate {
    /// Made from the seed.
    pub serial: u32,
    /// The most that flows through it, W.
    pub rated_power_w: u32,
}

/// A device without its home.
#[derive(Clone, Debug)]
pub struct Model {
    role: DeviceRole,
    plate: Plate,
    noise: Noise,
    history: Registers,
    moduli_mwh: [Option<u64>; 2],
    faults: FaultScript,
}

impl Model {
    /// A device in `role`. A real meter has a history: `noise`, its own, says what it counted before.
    pub fn new(role: DeviceRole, rated_power_w: u32, noise: Noise, faults: FaultScript) -> Self {
        // 1 to 9 MWh: a few years of a household, and small enough for floats to resolve a Wh.
        let past = |index| noise.between(index, 1_000_000_000, 9_000_000_000);
        let history = match role {
            DeviceRole::Production => Registers { export_mwh: past(0), ..Registers::default() },
            DeviceRole::Grid | DeviceRole::Storage => {
                Registers { import_mwh: past(1), export_mwh: past(2), power_w: 0 }
            }
        };
        let plate = Plate { serial: serial(noise, 3), rated_power_w };
        Self { role, plate, noise, history, moduli_mwh: [None; 2], faults }
    }

    /// The same, with counters of import and export that begin at 0 again at these mWh.
    #[must_use]
    pub fn with_moduli(mut self, moduli_mwh: [Option<u64>; 2]) -> Self {
        self.moduli_mwh = moduli_mwh;
        if let Some((_, rollover)) = self.faults.latest(&[FaultKind::Rollover], 0) {
            let below_mwh = rollover.by_wh.unwrap_or(USUAL_ROLLOVER_WH).saturating_mul(1_000);
            let start = |counted: u64, modulus: Option<u64>| match modulus {
                Some(modulus) if counted > 0 => modulus.saturating_sub(below_mwh),
                _ => counted,
            };
            self.history.import_mwh = start(self.history.import_mwh, moduli_mwh[0]);
            self.history.export_mwh = start(self.history.export_mwh, moduli_mwh[1]);
        }
        self
    }

    /// What it measures.
    pub const fn role(&self) -> DeviceRole {
        self.role
    }

    /// Its name plate at the start.
    pub const fn plate(&self) -> &Plate {
        &self.plate
    }

    /// The name plate of the meter that is there at `elapsed_s`.
    pub fn plate_at(&self, elapsed_s: u64) -> Plate {
        match self.faults.latest(&[FaultKind::Swap], elapsed_s) {
            None => self.plate,
            Some((number, _)) => Plate { serial: serial(self.noise, SWAPS_FROM + number as u64), ..self.plate },
        }
    }

    /// Its faults.
    pub const fn faults(&self) -> &FaultScript {
        &self.faults
    }

    /// What it shows at `moment`. `past` gives books and powers at the script's marks.
    pub fn shown(&self, moment: &Moment, past: impl Fn(u64) -> Option<(Books, Powers)>) -> Shown {
        let at_s = moment.elapsed_s;
        let stuck = self.faults.latest(&[FaultKind::Stuck], at_s).and_then(|(_, fault)| {
            let (books, powers) = past(fault.at_s)?;
            Some(Moment { elapsed_s: fault.at_s, books, powers })
        });
        let mut registers = self.registers(stuck.as_ref().unwrap_or(moment), &past);
        if let Some((_, jump)) = self.faults.latest(&[FaultKind::Jump], at_s) {
            let by_mwh = jump.by_wh.unwrap_or(USUAL_JUMP_WH).saturating_mul(1_000);
            registers.import_mwh = registers.import_mwh.saturating_add(by_mwh);
            registers.export_mwh = registers.export_mwh.saturating_add(by_mwh);
        }
        let wrapped = |mwh: u64, modulus: Option<u64>| modulus.map_or(mwh, |modulus| mwh % modulus.max(1));
        registers.import_mwh = wrapped(registers.import_mwh, self.moduli_mwh[0]);
        registers.export_mwh = wrapped(registers.export_mwh, self.moduli_mwh[1]);
        let registers = if self.faults.is_on(FaultKind::Nan, at_s) {
            None
        } else if self.faults.is_on(FaultKind::Zero, at_s) {
            Some(Registers::default())
        } else {
            Some(registers)
        };
        Shown { elapsed_s: at_s, registers }
    }

    /// What it has counted by `moment`, resets and swaps included, wraps not.
    pub fn registers(&self, moment: &Moment, past: &impl Fn(u64) -> Option<(Books, Powers)>) -> Registers {
        let now = flows(self.role, &moment.books, &moment.powers);
        let begun = self.faults.latest(&[FaultKind::CounterReset, FaultKind::Swap], moment.elapsed_s);
        let begun = begun.and_then(|(number, fault)| Some((number, fault, past(fault.at_s)?)));
        let Some((number, fault, (books, _))) = begun else {
            return Registers {
                import_mwh: now.import_mwh + self.history.import_mwh,
                export_mwh: now.export_mwh + self.history.export_mwh,
                power_w: now.power_w,
            };
        };
        let before = flows(self.role, &books, &Powers::default());
        let start_mwh = match fault.kind {
            FaultKind::Swap => self.noise.between(2 * SWAPS_FROM + number as u64, 1_000, NEW_METER_MWH),
            _ => 0,
        };
        let since = |now: u64, before: u64, counted: u64| {
            let start_mwh = if counted > 0 { start_mwh } else { 0 };
            now.saturating_sub(before).saturating_add(start_mwh)
        };
        Registers {
            import_mwh: since(now.import_mwh, before.import_mwh, self.history.import_mwh),
            export_mwh: since(now.export_mwh, before.export_mwh, self.history.export_mwh),
            power_w: now.power_w,
        }
    }
}

fn serial(noise: Noise, index: u64) -> u32 {
    u32::try_from(noise.between(index, 10_000_000, 99_999_999)).unwrap_or_default()
}

/// The part of a home's books that a device in `role` counts.
const fn flows(role: DeviceRole, books: &Books, powers: &Powers) -> Registers {
    match role {
        DeviceRole::Grid => {
            Registers { import_mwh: books.import_mwh, export_mwh: books.export_mwh, power_w: powers.grid_w }
        }
        DeviceRole::Production => {
            Registers { import_mwh: 0, export_mwh: books.production_mwh, power_w: powers.pv_w.saturating_neg() }
        }
        DeviceRole::Storage => {
            Registers { import_mwh: books.charge_mwh, export_mwh: books.discharge_mwh, power_w: powers.battery_w }
        }
    }
}
