//! From samples of cumulative registers to spans that begin and end at slot boundaries.
//!
//! Pure: no clock, no I/O, no keys. It never invents energy: a boundary's register lies between the two samples
//! around it, rounded down, and consecutive spans of a register epoch always meet.

mod boundary;
mod builder;
mod plausible;
mod power;
mod progress;
mod samples;
mod seal;
#[cfg(test)]
mod tests;

pub use boundary::{Observation, Point, Registers};
pub use builder::{Outcome, SlotBuilder};
pub use plausible::{Note, Rules};
pub use power::{MaxPower, boundary_error_mwh};
pub use progress::Progress;
pub use samples::SamplePoint;

use deren_primitives::{Quality, RegisterSpan, Slot};

/// What a reading says, before it is numbered and chained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first slot that it covers.
    pub first_slot: Slot,
    /// How many slots it covers, from 1.
    pub slot_count: u16,
    /// How often the device's registers were reset before.
    pub register_epoch: u32,
    /// Registers at both ends.
    pub registers: RegisterSpan,
    /// Measured, or how far not.
    pub quality: Quality,
    /// The samples of which it was made, as far as they lie within its slot, their times rising. None of several slots.
    pub samples: Vec<SamplePoint>,
    /// The longest time without a sample that touches the slots covered.
    pub max_gap_ms: u32,
}

impl Span {
    /// The first slot after the span.
    pub fn end_slot(&self) -> Slot {
        self.first_slot.plus(u32::from(self.slot_count))
    }
}
