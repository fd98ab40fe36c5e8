//! The rulebook for readings.

mod corroborate;
mod excess;
mod pace;
