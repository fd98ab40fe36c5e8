//! What the versions of readings and batches have in common, so that the same rules judge them. A version says here how
//! it is signed, hashed and weighed, and nothing else anywhere.

use crate::WeightInfo;
use alloc::vec::Vec;
use codec::Encode;
use deren_market::reading::{self, ChainTime, Facts};
use deren_primitives::{
    DeviceCursor, GatewayId, IntervalReading, ReadingBatch, ReadingHash, ReadingVerdict, SampledBatch, SampledReading,
    Signature, SignedReading, batch_message,
};
use frame_support::weights::Weight;

/// A reading in a batch.
pub(crate) trait Reading {
    /// What every version says.
    fn interval(&self) -> &IntervalReading;
    /// Hash of all that the reading says.
    fn hash(&self) -> ReadingHash;
    /// Root of its samples, from version 2 on.
    fn samples_root(&self) -> Option<[u8; 32]>;
    /// The signature that it needs of its own; none where its batch's stands for it.
    fn own_signature(&self) -> Option<&Signature>;
    /// What the rules remark.
    fn verdict(&self, cursor: &DeviceCursor, facts: &Facts, time: &ChainTime) -> ReadingVerdict;
}

/// For which chain a batch was signed, by whom, with which key, and how often it was sent before.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub genesis: [u8; 32],
    pub gateway: GatewayId,
    pub key_epoch: u32,
    pub attempt: u32,
}

/// A batch, and what its version weighs.
pub(crate) trait Batch: Encode {
    type Reading: Reading;

    fn head(&self) -> Head;
    fn readings(&self) -> &[Self::Reading];
    /// What the gateway's signature over the batch covers.
    fn message(&self) -> Vec<u8>;
    /// Weight of so many readings of as many devices, each with its own anchor.
    fn submit_spread<W: WeightInfo>(readings: u32) -> Weight;
    /// Weight of so many readings of one device.
    fn submit_chain<W: WeightInfo>(readings: u32) -> Weight;
    /// Weight of the batch's authorisation.
    fn authorize<W: WeightInfo>(readings: u32) -> Weight;
}

impl Reading for SignedReading {
    fn interval(&self) -> &IntervalReading {
        &self.reading
    }

    fn hash(&self) -> ReadingHash {
        self.reading.hash()
    }

    fn samples_root(&self) -> Option<[u8; 32]> {
        None
    }

    fn own_signature(&self) -> Option<&Signature> {
        Some(&self.signature)
    }

    fn verdict(&self, cursor: &DeviceCursor, facts: &Facts, time: &ChainTime) -> ReadingVerdict {
        reading::verdict(&self.reading, cursor, facts, time)
    }
}

impl Batch for ReadingBatch {
    type Reading = SignedReading;

    fn head(&self) -> Head {
        let Self { genesis, gateway, key_epoch, attempt, .. } = *self;
        Head { genesis, gateway, key_epoch, attempt }
    }

    fn readings(&self) -> &[SignedReading] {
        &self.readings
    }

    fn message(&self) -> Vec<u8> {
        batch_message(self)
    }

    fn submit_spread<W: WeightInfo>(readings: u32) -> Weight {
        W::submit_spread(readings)
    }

    fn submit_chain<W: WeightInfo>(readings: u32) -> Weight {
        W::submit_chain(readings)
    }

    fn authorize<W: WeightInfo>(readings: u32) -> Weight {
        W::authorize_submit(readings)
    }
}

impl Reading for SampledReading {
    fn interval(&self) -> &IntervalReading {
        &self.interval
    }

    fn hash(&self) -> ReadingHash {
        SampledReading::hash(self)
    }

    fn samples_root(&self) -> Option<[u8; 32]> {
        Some(self.samples_root)
    }

    fn own_signature(&self) -> Option<&Signature> {
        None
    }

    fn verdict(&self, cursor: &DeviceCursor, facts: &Facts, time: &ChainTime) -> ReadingVerdict {
        reading::sampled_verdict(self, cursor, facts, time)
    }
}

impl Batch for SampledBatch {
    type Reading = SampledReading;

    fn head(&self) -> Head {
        let Self { genesis, gateway, key_epoch, attempt, .. } = *self;
        Head { genesis, gateway, key_epoch, attempt }
    }

    fn readings(&self) -> &[SampledReading] {
        &self.readings
    }

    fn message(&self) -> Vec<u8> {
        SampledBatch::message(self)
    }

    fn submit_spread<W: WeightInfo>(readings: u32) -> Weight {
        W::submit_v2_spread(readings)
    }

    fn submit_chain<W: WeightInfo>(readings: u32) -> Weight {
        W::submit_v2_chain(readings)
    }

    fn authorize<W: WeightInfo>(readings: u32) -> Weight {
        W::authorize_submit_v2(readings)
    }
}
