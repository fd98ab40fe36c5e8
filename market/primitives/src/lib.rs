//! Everything that crosses a boundary in DeREN, once: ids, slots, the interval reading and the bytes
//! that are signed, and the answers that the chain gives to gateways.
//!
//! It must never depend on a crate of the node, the gateway or the database: it builds for Wasm, for a
//! Raspberry Pi and for anyone's verifier.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod chain;
mod ids;
mod link_code;
mod measuring;
mod point;
mod reading;
mod signing;
mod slot;
mod timeline;

pub use chain::{
    ChainParameters, DeviceCursor, GatewayRecord, ReadingError, ReadingOutcome, ReadingVerdict, SiteEnergy, SlotState,
    SlotSummary,
};
pub use ids::{DeviceId, DeviceRole, GatewayId, MarketId, OrderStepId, ReadingHash, Side, SiteId, ZoneId};
pub use link_code::{
    LinkCode, LinkCodeError, LinkedDevice, MAX_HOME_NAME_BYTES, MAX_LINK_CODE_LETTERS, MAX_LINKED_DEVICES,
};
pub use measuring::{MAX_CLOCK_ERROR_MS, MIN_SAMPLES_PER_SLOT, is_measured};
pub use point::{POINT_DOMAIN, Source, Sources, point_commitment};
pub use reading::{
    Anchor, IntervalReading, LASTING_ANCHOR_BLOCKS, MAX_ATTEMPT, MAX_READINGS_PER_BATCH, Quality, ReadingBatch,
    RegisterSpan, SignedReading,
};
#[cfg(feature = "std")]
pub use signing::verify;
pub use signing::{
    BATCH_DOMAIN, EXPORT_DOMAIN, INTERVAL_DOMAIN, LINK_DOMAIN, PublicKey, ROTATE_DOMAIN, Signature, batch_message,
    export_message, interval_message, link_message, rotate_message,
};
pub use slot::{Slot, SlotClock};
pub use timeline::{Timeline, TimelineFull};
