//! A reading of either version, as it is stored and sent. It never changes once it is made: its hash, and those after
//! it, rest on its bytes.

use super::tables::decode;
use codec::Encode;
use deren_primitives::{IntervalReading, ReadingHash, SampledReading};
use std::ops::Deref;

/// A reading. It reads as what version 1 says, which both versions have; only the hash is each version's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Of version 1: made by an earlier program.
    Interval(IntervalReading),
    /// Of version 2.
    Sampled(SampledReading),
}

impl Reading {
    /// blake2_256 of its SCALE bytes.
    pub fn hash(&self) -> ReadingHash {
        match self {
            Self::Interval(reading) => reading.hash(),
            Self::Sampled(reading) => reading.hash(),
        }
    }

    /// Its SCALE bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Interval(reading) => reading.encode(),
            Self::Sampled(reading) => reading.encode(),
        }
    }

    /// The reading with these bytes. Their number tells the version: both have fields of fixed widths.
    pub(super) fn of_bytes(bytes: &[u8]) -> Result<Self, String> {
        decode(bytes).map(Self::Sampled).or_else(|_| decode(bytes).map(Self::Interval))
    }
}

impl Deref for Reading {
    type Target = IntervalReading;

    fn deref(&self) -> &IntervalReading {
        match self {
            Self::Interval(reading) => reading,
            Self::Sampled(reading) => &reading.interval,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::{DeviceId, Slot};

    #[test]
    fn bytes_tell_which_version_they_are_of() {
        let interval = deren_testing::reading(DeviceId([1; 32]), Slot(1));
        let sampled = SampledReading { interval: interval.clone(), samples_root: [2; 32] };
        for reading in [Reading::Interval(interval), Reading::Sampled(sampled)] {
            let bytes = reading.to_bytes();
            assert_eq!(deren_primitives::blake2_256(&bytes), reading.hash().0);
            assert_eq!(Reading::of_bytes(&bytes), Ok(reading));
            assert!(Reading::of_bytes(&bytes[1..]).is_err());
        }
    }
}
