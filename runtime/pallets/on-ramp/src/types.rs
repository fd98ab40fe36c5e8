//! What the on-ramp keeps. Every type here has a greatest encoded length.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

/// What was issued on a day.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Issued {
    /// The day's number.
    pub day: u32,
    /// How much, in µ€.
    pub amount_ueur: u128,
}

/// Where all euros come from, in µ€.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Sums {
    /// What accounts had at genesis.
    pub at_first: u128,
    /// What was issued since.
    pub issued: u128,
    /// What was burned since, because it was paid out.
    pub burned: u128,
}

/// Euros that wait to be paid out.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Request<AccountId> {
    /// Whose they are.
    pub owner: AccountId,
    /// How many, in µ€.
    pub amount_ueur: u128,
    /// A hash of where to pay.
    pub reference: H256,
    /// The day on which it was asked for.
    pub day: u32,
}
