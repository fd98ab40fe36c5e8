//! What the tests of several crates share, and the demo with them: each of it is written here once.
//!
//! It must never know how anything of ours works: what it has of ours are the primitives' types.

pub mod postgres;

mod clock;
mod ports;
mod programs;
mod reading;
mod snapshot;
mod spawner;

pub use clock::{unix_ms, unix_s};
pub use ports::{NoFreePort, free_port, next_free_port};
pub use programs::{cache, mosquitto, peers_python, program, programs_folder, system_program};
pub use reading::{reading, shown};
pub use snapshot::{assert_snapshot, updates_snapshots};
pub use spawner::spawn;
