//! What the chain answers to gateways, indexers and verifiers through its runtime APIs, and why it refuses or
//! flags a reading.

use crate::{DeviceId, PublicKey, ReadingHash, RegisterSpan, Slot, SlotClock};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, num::NonZeroU32};
use scale_info::TypeInfo;

/// What was set at genesis and everyone must know to take part.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct ChainParameters {
    /// Length of a slot; 900 in production.
    pub slot_seconds: u32,
    /// The metered time that a slot stands for; equal to `slot_seconds` in production.
    pub slot_energy_seconds: u32,
    /// How long after a slot's end its readings are in time.
    pub grace_seconds: u32,
    /// How many blocks must have been made since a slot's end before it closes.
    pub grace_blocks: u32,
    /// Slots of a reward era.
    pub slots_per_era: u32,
    /// True on a development chain, where well-known keys are allowed.
    pub development: bool,
}

impl ChainParameters {
    /// The chain's slots. A slot takes at least a second, whatever stands in the parameters.
    pub fn clock(&self) -> SlotClock {
        SlotClock::new(NonZeroU32::new(self.slot_seconds).unwrap_or(NonZeroU32::MIN))
    }
}

/// A gateway as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct GatewayRecord {
    /// The key with which it signs now.
    pub public_key: PublicKey,
    /// How often the key was changed.
    pub key_epoch: u32,
    /// False if it may not submit.
    pub active: bool,
    /// The devices that it reads.
    pub devices: Vec<DeviceId>,
}

/// Where a device's chain of readings stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DeviceCursor {
    /// The sequence number that comes next.
    pub next_sequence: u64,
    /// Hash of the last accepted reading; zero if there is none.
    pub last_hash: ReadingHash,
    /// Register epoch of the last accepted reading.
    pub register_epoch: u32,
    /// The first slot after the last accepted reading.
    pub next_slot: Slot,
    /// Registers of the last accepted reading.
    pub registers: RegisterSpan,
}

/// Why a reading was refused: it is not authentic, or not the next one. Nothing of it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum ReadingError {
    /// Signed for another chain.
    OtherGenesis,
    /// No such gateway.
    UnknownGateway,
    /// The gateway was deactivated.
    InactiveGateway,
    /// Signed with a key that has been replaced, or with one that is not known yet.
    WrongKeyEpoch,
    /// No such device.
    UnknownDevice,
    /// The device was deactivated or replaced.
    InactiveDevice,
    /// The device is read by another gateway.
    NotThisGatewaysDevice,
    /// The signature is not the gateway's over this reading.
    BadSignature,
    /// Not the next sequence number of the device: replayed or skipped.
    WrongSequence,
    /// Does not name the hash of the device's last accepted reading.
    WrongPreviousHash,
    /// The last slot that it covers is not over yet.
    SlotNotEnded,
    /// Covers no slot at all.
    EmptySpan,
    /// Covers a slot that an accepted reading of the device covers already.
    SlotAlreadyRead,
    /// The device's first reading, and of slots long before it was registered.
    BeforeService,
    /// More readings of the device than slots passed: try again later.
    TooFast,
}

impl fmt::Display for ReadingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherGenesis => "signed for another chain: check the gateway's node address",
            Self::UnknownGateway => "the gateway is not registered: link it to a site first",
            Self::InactiveGateway => "the gateway was deactivated: its owner must give it a new key",
            Self::WrongKeyEpoch => "signed with a key that the chain has replaced or does not know yet",
            Self::UnknownDevice => "the device is not registered: its owner must register it",
            Self::InactiveDevice => "the device was deactivated or replaced: register the new one",
            Self::NotThisGatewaysDevice => "the device is registered to another gateway",
            Self::BadSignature => "the signature is not the gateway's over this reading",
            Self::WrongSequence => "not the device's next sequence number",
            Self::WrongPreviousHash => "does not continue the device's chain of hashes",
            Self::SlotNotEnded => "the slot is not over yet by the chain's clock",
            Self::EmptySpan => "covers no slot",
            Self::SlotAlreadyRead => "covers a slot that an accepted reading covers already",
            Self::BeforeService => "of slots long before the device was registered: its readings begin when it is",
            Self::TooFast => "more readings of the device than slots passed: the rest is taken later",
        })
    }
}

/// What the chain noted about a reading that it accepted, as bits. A reading with any bit set continues the
/// device's chain and trades nothing.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct ReadingVerdict(pub u16);

impl ReadingVerdict {
    /// Nothing to remark: it trades.
    pub const GOOD: Self = Self(0);
    /// The gateway set a quality bit, it covers more than one slot, or the slot was not measured well enough:
    /// `deren_market::reading::is_measured`.
    pub const ESTIMATED: Self = Self(1);
    /// Does not start where the device's last reading of the same register epoch ended.
    pub const DISCONTINUOUS: Self = Self(1 << 1);
    /// A register went back within the reading.
    pub const BACKWARD: Self = Self(1 << 2);
    /// More energy than the rated power allows.
    pub const ABOVE_RATED_POWER: Self = Self(1 << 3);
    /// The anchor is not a block of this chain, or is in the future.
    pub const ANCHOR_UNKNOWN: Self = Self(1 << 4);
    /// The anchor is too old.
    pub const ANCHOR_STALE: Self = Self(1 << 5);
    /// The slot was already closed.
    pub const LATE: Self = Self(1 << 6);
    /// The first reading of a new register epoch, or one whose epoch went back.
    pub const EPOCH_CHANGED: Self = Self(1 << 7);
    /// Set at the slot's closing: the grid meter exported more than production and storage show.
    pub const OVER_EXPORT: Self = Self(1 << 8);
    /// Of a slot before the device was registered at its site.
    pub const NOT_IN_SERVICE: Self = Self(1 << 9);
    /// Does not begin with the slot after the device's last reading: what flowed between would be sold in another slot.
    pub const SKIPPED: Self = Self(1 << 10);
    /// The gateway's clock may be wrong by more than `deren_market::reading::MAX_CLOCK_ERROR_MS`.
    pub const CLOCK_UNSURE: Self = Self(1 << 11);
    /// The number of its samples and their root do not belong together: `deren_market::reading::are_committed`.
    pub const SAMPLES_UNCOMMITTED: Self = Self(1 << 12);

    /// True if the reading trades.
    pub fn trades(self) -> bool {
        self == Self::GOOD
    }

    /// True if all bits of `other` are set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of bits.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What became of one reading of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum ReadingOutcome {
    /// It is the device's newest reading now.
    Accepted(ReadingVerdict),
    /// Nothing was kept.
    Refused(ReadingError),
}

/// How far a market's slot has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum SlotState {
    /// Prices and fills are known; money has not all moved yet.
    Cleared,
    /// All money has moved.
    Settled,
}

/// The sums of one market's slot. They satisfy the design's first two invariants once settled:
/// `paid = received + network_fees + congestion_rent + protocol_fee + dust` and `bought = sold`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SlotSummary {
    /// How far it has come.
    pub state: SlotState,
    /// The block in which it was cleared.
    pub cleared_in_block: u32,
    /// The block in which its last page was settled; 0 before.
    pub settled_in_block: u32,
    /// Accepted readings of the market's devices that cover the slot, flagged ones included.
    pub readings: u32,
    /// Energy bought.
    pub bought_wh: u64,
    /// Energy sold.
    pub sold_wh: u64,
    /// What buyers paid in all.
    pub paid_ueur: u128,
    /// What sellers received.
    pub received_ueur: u128,
    /// What zones' operators received for use of their edges.
    pub network_fees_ueur: u128,
    /// What full edges earned for the community pot.
    pub congestion_rent_ueur: u128,
    /// What the treasury received.
    pub protocol_fee_ueur: u128,
    /// What rounding left to the community pot.
    pub dust_ueur: u128,
    /// How many amounts were rounded; dust is less than this.
    pub amounts_rounded: u32,
}

/// Energy of a site in a slot as far as accepted, unflagged readings show it and other devices corroborate it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct SiteEnergy {
    /// max(0, export − import) of the grid meter: what the site can sell.
    pub surplus_wh: u64,
    /// max(0, import − export) of the grid meter: what the site can buy.
    pub demand_wh: u64,
    /// What its production devices produced.
    pub produced_wh: u64,
}
