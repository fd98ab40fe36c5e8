//! What is kept of a validator. Every type here has a greatest encoded length.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::dispatch::DispatchResult;
use scale_info::TypeInfo;
use sp_staking::SessionIndex;

/// Why a validator is banned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Reason {
    /// It signed two blocks for one slot, or two votes for one round.
    Equivocation,
    /// The council decided so.
    Council,
}

/// What an account of the roster may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum ValidatorState {
    /// It validates, or will as soon as it has keys and there is room.
    Serving,
    /// The council removed it; it validates until enough others do.
    Leaving,
    /// It does not validate any more, but can be held to account for what it signed.
    Left {
        /// The last session in which it may have validated.
        last: SessionIndex,
    },
    /// It must not validate until the council lets it back.
    Banned {
        /// Why.
        reason: Reason,
        /// The first session whose set is without it, unless nobody else is left.
        out_from: SessionIndex,
    },
}

impl ValidatorState {
    /// Whether it must not validate.
    pub fn is_banned(&self) -> bool {
        matches!(self, Self::Banned { .. })
    }
}

/// How finality is to be restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Restart<BlockNumber> {
    /// How many blocks after the change is announced it holds.
    pub delay: BlockNumber,
    /// The highest block that any validator of the new set knows to be final.
    pub best_finalised: BlockNumber,
}

/// What finalises blocks. The runtime implements it with GRANDPA.
pub trait Finality<BlockNumber> {
    /// Whether a change of its voters is announced and does not hold yet, so that it takes no other.
    fn is_changing() -> bool;

    /// When the next session begins, it goes over to the voters of that session without waiting for the old ones.
    fn restart(restart: Restart<BlockNumber>) -> DispatchResult;
}
