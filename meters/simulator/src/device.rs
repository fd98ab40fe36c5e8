//! One device of a home that runs. Never knows how its registers look on a wire.

pub use crate::model::{Moment, Registers, Shown};

use crate::{
    clock::Clock,
    faults::FaultScript,
    home::{Books, Home, Powers},
    model::{Model, Plate},
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

    fn at_mark(&self, elapsed_s: u64) -> Option<(Books, Powers)> {
        self.home.lock().unwrap_or_else(PoisonError::into_inner).at_mark(elapsed_s)
    }
}

/// One device of a running home.
#[derive(Clone, Debug)]
pub struct Device {
    home: RunningHome,
    model: Model,
}

impl Device {
    /// A device in `role` of `home`; `noise`, its own, says what it counted before.
    pub fn new(home: RunningHome, role: DeviceRole, rated_power_w: u32, noise: Noise, faults: FaultScript) -> Self {
        Self { home, model: Model::new(role, rated_power_w, noise, faults) }
    }

    /// The same, with counters of import and export that begin at 0 again at these mWh.
    #[must_use]
    pub fn with_moduli(self, moduli_mwh: [Option<u64>; 2]) -> Self {
        Self { model: self.model.with_moduli(moduli_mwh), ..self }
    }

    /// What it measures.
    pub const fn role(&self) -> DeviceRole {
        self.model.role()
    }

    /// Its name plate at the start.
    pub const fn plate(&self) -> &Plate {
        self.model.plate()
    }

    /// The name plate of the meter that is there at `elapsed_s`.
    pub fn plate_at(&self, elapsed_s: u64) -> Plate {
        self.model.plate_at(elapsed_s)
    }

    /// Its faults.
    pub const fn faults(&self) -> &FaultScript {
        self.model.faults()
    }

    /// The home that it is in.
    pub const fn home(&self) -> &RunningHome {
        &self.home
    }

    /// What it shows at `moment`.
    pub fn shown(&self, moment: &Moment) -> Shown {
        self.model.shown(moment, |at_s| self.home.at_mark(at_s))
    }

    /// What it has counted by `moment`, resets and swaps included.
    pub fn registers(&self, moment: &Moment) -> Registers {
        self.model.registers(moment, &|at_s| self.home.at_mark(at_s))
    }
}

#[cfg(test)]
mod tests;
