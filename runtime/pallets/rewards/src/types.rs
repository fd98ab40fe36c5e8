//! What rewards keep of an era. Every type here has a greatest encoded length.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// From which era on rewards are earned, and which is paid next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Eras {
    /// The chain's first era, which the schedule counts as 0.
    pub first: u32,
    /// All eras before it are paid.
    pub next: u32,
}

/// The sums of an era that is not paid wholly yet.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EraSums {
    /// What all producers produced and sold.
    pub wh: u64,
    /// How many accounts earn.
    pub earners: u32,
    /// What was minted for it until now, in REN's smallest unit; what is carried is in it.
    pub minted: u128,
}
