//! What metering keeps. Nothing here reads storage.

use codec::{Decode, Encode, MaxEncodedLen};
use deren_market::Pace;
use deren_primitives::{DeviceCursor, MarketId, Slot};
use scale_info::TypeInfo;

/// A device's chain of readings, in one storage item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct DeviceStanding {
    /// Where it stands.
    pub cursor: DeviceCursor,
    /// How fast it came there.
    pub pace: Pace,
}

/// What the readings of this block take of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct BlockUse {
    /// Their time, in the units of weights.
    pub ref_time: u64,
    /// Their bytes.
    pub bytes: u32,
}

/// Slots that are over and not closed: all up to `through` that no earlier marker names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct SlotEnding {
    /// The last of these slots.
    pub through: Slot,
    /// The first block made after they ended.
    pub block: u32,
}

/// A market's slots whose energies are being removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Forgetting {
    /// The market.
    pub market: MarketId,
    /// The slot that is removed next.
    pub next: Slot,
    /// The last slot to remove.
    pub through: Slot,
}
