//! The gateway beside chains, devices, brokers, disks and clocks that fail: as the real program, or in this process.
//! `disk_writes` and `fault_scripts` are programs of their own; each says why.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod clock;
mod disk;
mod documented;
mod earlier;
mod field_failures;
mod home_assistant;
mod keys;
mod link_code;
mod outbox_kill;
mod own_templates;
mod process;
mod proof;
mod set_up;
mod support;
mod uplink;
