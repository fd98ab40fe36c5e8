//! A batch of either version on its way: what differs between the two is here, and nothing else of the uplink knows.

use deren_primitives::{IntervalReading, ReadingBatch, SampledBatch, Signature, batch_message};

/// Readings of one version, in order for each device.
#[derive(Clone, Debug)]
pub(super) enum Batch {
    /// Of version 1; each reading is signed.
    Interval(ReadingBatch),
    /// Of version 2; the batch's signature stands for its readings.
    Sampled(SampledBatch),
}

/// A batch with its signature.
#[derive(Clone, Debug)]
pub(super) struct SignedBatch {
    pub(super) batch: Batch,
    pub(super) signature: Signature,
}

impl Batch {
    /// What the gateway signs.
    pub(super) fn message(&self) -> Vec<u8> {
        match self {
            Self::Interval(batch) => batch_message(batch),
            Self::Sampled(batch) => batch.message(),
        }
    }

    pub(super) fn attempt(&self) -> u32 {
        match self {
            Self::Interval(batch) => batch.attempt,
            Self::Sampled(batch) => batch.attempt,
        }
    }

    pub(super) fn readings(&self) -> Vec<&IntervalReading> {
        match self {
            Self::Interval(batch) => batch.readings.iter().map(|signed| &signed.reading).collect(),
            Self::Sampled(batch) => batch.readings.iter().map(|reading| &reading.interval).collect(),
        }
    }
}
