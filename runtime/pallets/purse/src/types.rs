//! What a purse is. It has a greatest encoded length, and what is 0 takes a byte.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_primitives::MarketId;
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

/// How many markets' eras a purse has room for: of each market the one that runs, and one that is being given back.
pub const FEE_NOTES: u32 = 4;

/// The protocol fees that an account paid in one market's era, until some of them come back. It is no money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct FeeNote {
    /// The market.
    pub market: MarketId,
    /// The era.
    #[codec(compact)]
    pub era: u32,
    /// What was paid, in µ€.
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
    /// The protocol fees that its account paid, as sums of eras that are not over: a slot needs no note of its own.
    pub fees: BoundedVec<FeeNote, ConstU32<FEE_NOTES>>,
}

impl Purse {
    /// All money in it, in µ€.
    pub fn total_ueur(&self) -> u128 {
        let parts = [self.free_ueur, self.held_ueur, self.deposits_ueur, self.contested_ueur];
        let escrow = self.escrow.iter().map(|day| day.ueur);
        parts.into_iter().chain(escrow).fold(0, u128::saturating_add)
    }

    /// True if nothing is in it, owed, forbidden or noted: it is closed.
    pub fn is_empty(&self) -> bool {
        !self.is_frozen && self.debt_ueur == 0 && self.fees.is_empty() && self.total_ueur() == 0
    }

    /// Where the fees of a market's era are noted.
    pub(crate) fn place_of_fee(&self, (market, era): (MarketId, u32)) -> Option<usize> {
        self.fees.iter().position(|note| (note.market, note.era) == (market, era))
    }
}
