//! What rewards keep of eras. Every type here has a greatest encoded length.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_market::rewards::{Fullness, Worth};
use scale_info::TypeInfo;

/// From which era on rewards are earned, and which is finished next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Eras {
    /// The chain's first era, which the schedule counts as 0.
    pub first: u32,
    /// All eras before it are paid in all markets.
    pub next: u32,
}

/// What an owner earned in a zone, or all owners of a market, in one era.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Earning {
    /// What was produced and sold to others.
    pub wh: u64,
    /// The protocol fee that others paid for it.
    pub fee_base_ueur: u128,
}

impl Earning {
    /// Both together. They saturate far beyond all energy and money there is.
    pub(crate) fn plus(self, wh: u64, fee_base_ueur: u128) -> Self {
        Self { wh: self.wh.saturating_add(wh), fee_base_ueur: self.fee_base_ueur.saturating_add(fee_base_ueur) }
    }
}

/// The sums of one market's era, until it is paid.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MarketSums {
    /// The protocol fees that buyers paid.
    pub fees_ueur: u128,
    /// What all owners earned.
    pub earned: Earning,
    /// How many owners earn, each counted once a zone.
    pub earners: u32,
}

/// How far a closed era of one market is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Paying {
    /// What its fee bases are worth.
    pub worth: Worth,
    /// By how full an era its shares are scaled; `None` before its first page.
    pub fullness: Option<Fullness>,
    /// What was minted for it until now, in REN's smallest unit; what is carried is in it.
    pub minted: u128,
}

/// The sums of an era over all markets, until all have paid it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EraSums {
    /// What is claimed of it, each zone cut to its part, in REN's smallest unit.
    pub claims: u128,
    /// What its protocol fees allow to be minted, in REN's smallest unit.
    pub limit: u128,
    /// What was minted for it until now; what is carried is in it.
    pub minted: u128,
    /// What was produced and sold to others, in the markets that paid it.
    pub wh: u64,
    /// How many owners earned, in the markets that paid it.
    pub earners: u32,
    /// Markets that closed it, and whose claims are not counted yet.
    pub uncounted: u32,
    /// Markets that closed it, and have not paid it wholly.
    pub unpaid: u32,
}

/// What a paid era minted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MintedEra {
    /// In REN's smallest unit; what is carried is in it.
    pub minted: u128,
    /// What its protocol fees allowed.
    pub limit: u128,
}
