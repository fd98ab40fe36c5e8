//! The gateway of a site. It reads the meters, makes a signed reading of each slot, keeps it on disk, and brings it to
//! the chain exactly once.
//!
//! One actor a concern, with bounded channels between them. A sample goes one way: from its [`sampler`] to the
//! [`recorder`], and to its device's seat in the [`home`]. There [`slots`] make spans of samples, which become readings
//! in the [`outbox`]. The [`uplink`] takes it from there. The [`page`] and [`home_assistant`] show what the [`board`]
//! says. It holds no money, needs no database server, and builds without any crate of the node.

pub mod board;
pub mod clock;
pub mod codes;
pub mod devices;
pub mod error;
pub mod files;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod health;
pub mod home;
pub mod home_assistant;
pub mod joined_chain;
pub mod keys;
pub mod logging;
pub mod metrics;
pub mod outbox;
pub mod page;
pub mod proof;
pub mod recorder;
pub mod reload;
pub mod sampler;
pub mod samplers;
pub mod server;
pub mod settings;
pub mod setup;
pub mod signer;
pub mod single_instance;
pub mod slots;
pub mod systemd;
pub mod uplink;
