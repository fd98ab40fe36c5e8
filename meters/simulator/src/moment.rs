//! A home at one instant, and what a device shows of it.

use crate::home::{Books, Powers};

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
