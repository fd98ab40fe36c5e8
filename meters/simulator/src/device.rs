//! One device of a home: which of the home's flows it counts, since when, and what is wrong with it at the moment.
//! Never knows how its registers look on a wire.

use crate::{
    clock::Clock,
    faults::{FaultKind, FaultScript},
    home::{Books, Home, Powers},
    noise::Noise,
};
use deren_primitives::DeviceRole;
use std::sync::{Arc, Mutex, PoisonError};

/// Steps that one look makes before it lets others run.
const STEPS_AT_ONCE: u64 = 3_600;

/// A home that is running: shared by its devices.
#[derive(Clone, Debug)]
pub struct RunningHome {
    home: Arc<Mutex<Home>>,
    clock: Clock,
}

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

impl RunningHome {
    /// `home` by `clock`.
    pub fn new(home: Home, clock: Clock) -> Self {
        Self { home: Arc::new(Mutex::new(home)), clock }
    }

    /// The clock that it runs by.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The home now. What was not simulated since the last look is done first, an hour at once.
    pub async fn now(&self) -> Moment {
        let elapsed_s = self.clock.elapsed_s();
        loop {
            if let Some(moment) = self.advance(elapsed_s) {
                return moment;
            }
            tokio::task::yield_now().await;
        }
    }

    fn advance(&self, elapsed_s: u64) -> Option<Moment> {
        let mut home = self.home.lock().unwrap_or_else(PoisonError::into_inner);
        home.advance(elapsed_s, STEPS_AT_ONCE).then(|| Moment {
            elapsed_s: home.elapsed_s(),
            books: home.books(),
            powers: home.powers(),
        })
    }

    fn books_at_mark(&self, elapsed_s: u64) -> Option<Books> {
        self.home.lock().unwrap_or_else(PoisonError::into_inner).books_at_mark(elapsed_s)
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plate {
    /// Made from the seed.
    pub serial: u32,
    /// The most that flows through it, W.
    pub rated_power_w: u32,
}

/// One device of a running home.
#[derive(Clone, Debug)]
pub struct Device {
    home: RunningHome,
    role: DeviceRole,
    plate: Plate,
    history: Registers,
    faults: FaultScript,
}

impl Device {
    /// A device in `role` of `home`. A real meter has a history: `noise`, its own, says what it counted before.
    pub fn new(home: RunningHome, role: DeviceRole, rated_power_w: u32, noise: Noise, faults: FaultScript) -> Self {
        // 1 to 9 MWh: a few years of a household, and small enough for floats to resolve a Wh.
        let past = |index| noise.between(index, 1_000_000_000, 9_000_000_000);
        let history = match role {
            DeviceRole::Production => Registers { export_mwh: past(0), ..Registers::default() },
            DeviceRole::Grid | DeviceRole::Storage => {
                Registers { import_mwh: past(1), export_mwh: past(2), power_w: 0 }
            }
        };
        let serial = u32::try_from(noise.between(3, 10_000_000, 99_999_999)).unwrap_or_default();
        Self { home, role, plate: Plate { serial, rated_power_w }, history, faults }
    }

    /// What it measures.
    pub const fn role(&self) -> DeviceRole {
        self.role
    }

    /// Its name plate.
    pub const fn plate(&self) -> &Plate {
        &self.plate
    }

    /// Its faults.
    pub const fn faults(&self) -> &FaultScript {
        &self.faults
    }

    /// The home that it is in.
    pub const fn home(&self) -> &RunningHome {
        &self.home
    }

    /// What it shows at `moment`.
    pub fn shown(&self, moment: &Moment) -> Shown {
        let at_s = moment.elapsed_s;
        let registers = if self.faults.is_on(FaultKind::Nan, at_s) {
            None
        } else if self.faults.is_on(FaultKind::Zero, at_s) {
            Some(Registers::default())
        } else {
            Some(self.registers(moment))
        };
        Shown { elapsed_s: at_s, registers }
    }

    /// What it has counted by `moment`, resets included.
    pub fn registers(&self, moment: &Moment) -> Registers {
        let now = flows(self.role, &moment.books, &moment.powers);
        let reset = self.faults.reset_at_s(moment.elapsed_s).and_then(|at_s| self.home.books_at_mark(at_s));
        match reset {
            Some(books) => {
                let before = flows(self.role, &books, &Powers::default());
                Registers {
                    import_mwh: now.import_mwh.saturating_sub(before.import_mwh),
                    export_mwh: now.export_mwh.saturating_sub(before.export_mwh),
                    power_w: now.power_w,
                }
            }
            None => Registers {
                import_mwh: now.import_mwh + self.history.import_mwh,
                export_mwh: now.export_mwh + self.history.export_mwh,
                power_w: now.power_w,
            },
        }
    }
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

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;
