//! Files of exported readings: what outsiders can check, and that nothing in them can be changed unnoticed.

mod draft;
mod export;
mod faults;
mod golden;
mod mutations;
mod peer;
mod sampled;
