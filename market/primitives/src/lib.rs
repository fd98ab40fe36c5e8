//! Everything that crosses a boundary in DeREN, once: ids, slots, the interval reading, the bytes that are signed, and
//! what the chain answers to gateways.
//!
//! It must never depend on a crate of the node, the gateway or the database. It builds for Wasm, for a Raspberry Pi and
//! for anyone's verifier.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod backoff;
mod chain;
mod evidence;
mod hash;
mod hex;
mod ids;
mod keys;
mod link_code;
mod merkle;
mod point;
mod reading;
mod sample;
mod signing;
mod slot;
mod timeline;

pub use backoff::Backoff;
pub use chain::{
    ChainParameters, DeviceCursor, GatewayRecord, ReadingError, ReadingOutcome, ReadingVerdict, SiteEnergy, SlotState,
    SlotSummary,
};
pub use evidence::ReadingEvidence;
pub use hash::blake2_256;
pub use hex::{Hex, hex_digits};
pub use ids::{DeviceId, DeviceRole, GatewayId, MarketId, OrderStepId, ReadingHash, Side, SiteId, UnknownRole, ZoneId};
pub use keys::{PublicKey, Signature};
pub use link_code::{
    LinkCode, LinkCodeError, LinkedDevice, MAX_HOME_NAME_BYTES, MAX_LINK_CODE_LETTERS, MAX_LINKED_DEVICES,
};
pub use merkle::{MAX_LEAVES, MAX_PATH, MerklePath, MerkleTree};
pub use point::{POINT_DOMAIN, Source, Sources, point_commitment};
pub use reading::{
    Anchor, BatchProof, IntervalReading, LASTING_ANCHOR_BLOCKS, MAX_ATTEMPT, MAX_READINGS_PER_BATCH, Quality,
    ReadingBatch, RegisterSpan, SampledBatch, SampledReading, SignedReading,
};
pub use sample::{SampleLeaf, sample_salt};
#[cfg(feature = "std")]
pub use signing::verify;
pub use signing::{
    BATCH_DOMAIN, BATCH_DOMAIN_V2, EXPORT_DOMAIN, INTERVAL_DOMAIN, LINK_DOMAIN, ROTATE_DOMAIN, batch_message,
    export_message, interval_message, link_message, rotate_message,
};
pub use slot::{Slot, SlotClock};
pub use timeline::{Timeline, TimelineFull};
