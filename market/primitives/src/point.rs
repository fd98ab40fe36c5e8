//! What an operator approves at a connection point: under which name, and which sources may stand behind it.

use crate::{MarketId, blake2_256};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a point's name on the chain is hashed behind.
pub const POINT_DOMAIN: &[u8; 15] = b"DEREN/point/v1\0";

/// The name of a point on the chain: blake2_256 of the domain, the market and the operator's salted commitment to the
/// point's official id. The market is in it, so that no other market can take the name first.
pub fn point_commitment(market: MarketId, salted: &[u8; 32]) -> [u8; 32] {
    let mut bytes = Vec::from(POINT_DOMAIN.as_slice());
    market.encode_to(&mut bytes);
    bytes.extend_from_slice(salted);
    blake2_256(&bytes)
}

/// What a production device makes power from.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Source {
    /// The sun: nothing at night.
    Solar,
    /// The wind.
    Wind,
    /// Running water.
    Water,
    /// An engine or a fuel cell that heats and makes power.
    HeatAndPower,
    /// Anything else.
    Other,
}

impl Source {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Solar, Self::Wind, Self::Water, Self::HeatAndPower, Self::Other];
}

/// A set of sources, as bits: the lowest is [`Source::Solar`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Sources(pub u8);

impl Sources {
    /// No source: nothing may produce there.
    pub const NONE: Self = Self(0);
    /// Every source.
    pub const ALL: Self = Self(0b1_1111);

    /// The set of these sources.
    pub fn of(sources: &[Source]) -> Self {
        sources.iter().fold(Self::NONE, |set, source| set.with(*source))
    }

    /// This set and one source more.
    #[must_use]
    pub fn with(self, source: Source) -> Self {
        Self(self.0 | Self::bit(source))
    }

    /// True if this source is in the set.
    pub fn contains(self, source: Source) -> bool {
        self.0 & Self::bit(source) != 0
    }

    /// True if every bit is a source's.
    pub fn is_known(self) -> bool {
        self.0 & !Self::ALL.0 == 0
    }

    fn bit(source: Source) -> u8 {
        match source {
            Source::Solar => 1,
            Source::Wind => 1 << 1,
            Source::Water => 1 << 2,
            Source::HeatAndPower => 1 << 3,
            Source::Other => 1 << 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_these_bytes_for_ever() {
        assert_eq!(Source::ALL.map(|source| source.encode()), [0, 1, 2, 3, 4].map(|number| alloc::vec![number]));
        assert_eq!(Sources::of(&[Source::Solar, Source::HeatAndPower]).encode(), [0b1001]);
        assert_eq!(Some(Source::Wind).encode(), [1, 1]);
        assert_eq!(Sources::of(&Source::ALL), Sources::ALL);
    }

    #[test]
    fn a_set_has_what_was_put_into_it_alone() {
        for one in Source::ALL {
            for other in Source::ALL {
                assert_eq!(Sources::of(&[one]).contains(other), one == other);
            }
        }
        assert!(Sources::ALL.is_known() && !Sources(1 << 5).is_known());
    }

    #[test]
    fn a_points_name_is_its_markets() {
        let name = |market| hex::encode(point_commitment(MarketId(market), &[7; 32]));
        assert_eq!(name(0), "5eaabfb592de5c65c85dc742315ba3382ff10d1328f06a1cb11d1a60a8c707de");
        assert_ne!(name(0), name(1));
        assert_ne!(name(0), hex::encode(point_commitment(MarketId(0), &[8; 32])));
    }
}
