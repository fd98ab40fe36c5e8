//! What chain this is, and how far the rows have come.

pub mod show;
