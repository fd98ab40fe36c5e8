//! What notice keeps of an announcement.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// An act that is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Announcement<Hash, BlockNumber> {
    /// The hash of the call.
    pub hash: Hash,
    /// The block in which it is made.
    pub when: BlockNumber,
}
