//! What a purse is. It has a greatest encoded length, and what is 0 takes a byte.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// For how many days at once receipts wait in escrow.
pub const ESCROW_DAYS: u32 = 16;

/// What of one day's receipts waits until they are proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EscrowDay {
    /// The day.
    #[codec(compact)]
    pub day: u32,
    /// What was received for it, in µ€.
    #[codec(compact)]
    pub ueur: u128,
}

/// One account's money while it trades, in µ€. Nothing waits in escrow, is contested or owed as long as no official
/// values are brought to the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Purse {
    /// What its account can draw, and what pays first for what is bought.
    #[codec(compact)]
    pub free_ueur: u128,
    /// What is on hold for buy orders.
    #[codec(compact)]
    pub held_ueur: u128,
    /// What is deposited for state.
    #[codec(compact)]
    pub deposits_ueur: u128,
    /// What its account owes. It is not money.
    #[codec(compact)]
    pub debt_ueur: u128,
    /// What waits for proof, by day, oldest first.
    pub escrow: BoundedVec<EscrowDay, ConstU32<ESCROW_DAYS>>,
    /// What waits for a decision.
    #[codec(compact)]
    pub contested_ueur: u128,
    /// True if nothing may be drawn, nor used for anything new.
    pub is_frozen: bool,
}

impl Purse {
    /// All money in it, in µ€.
    pub fn total_ueur(&self) -> u128 {
        let parts = [self.free_ueur, self.held_ueur, self.deposits_ueur, self.contested_ueur];
        let escrow = self.escrow.iter().map(|day| day.ueur);
        parts.into_iter().chain(escrow).fold(0, u128::saturating_add)
    }

    /// True if nothing is in it, owed or forbidden: it is closed.
    pub fn is_empty(&self) -> bool {
        !self.is_frozen && self.debt_ueur == 0 && self.total_ueur() == 0
    }
}
