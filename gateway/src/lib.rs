//! The gateway of a site.

pub mod devices;
pub mod error;
pub mod files;
pub mod outbox;
pub mod pin;
pub mod settings;
pub mod signer;
pub mod slots;
