//! Batches of readings of version 2 that were signed. Each is stored before it is sent. It is kept as long as it is the
//! newest that a waiting reading is in: once that is final, the batch is its proof.

use super::{
    Outbox, SignedBy,
    tables::{BATCHES, READINGS, SIGNERS, decode},
};
use crate::error::GatewayError;
use codec::{Decode, Encode};
use deren_primitives::{BatchProof, DeviceId, MerkleTree, ReadingHash, SampledBatch, SampledReading, Signature};
use redb::{ReadTransaction, ReadableDatabase, ReadableTable, WriteTransaction};
use std::collections::BTreeSet;

/// A reading's place in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Member {
    device: DeviceId,
    sequence: u64,
    hash: ReadingHash,
}

/// A signed batch, as far as its readings' proofs need it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct StoredBatch {
    key_epoch: u32,
    attempt: u32,
    signature: Signature,
    members: Vec<Member>,
}

impl StoredBatch {
    fn of(batch: &SampledBatch, signature: &Signature) -> Self {
        let member = |reading: &SampledReading| Member {
            device: reading.interval.device,
            sequence: reading.interval.sequence,
            hash: reading.hash(),
        };
        let members = batch.readings.iter().map(member).collect();
        Self { key_epoch: batch.key_epoch, attempt: batch.attempt, signature: *signature, members }
    }
}

/// Signed batches with their trees, newest first.
pub(super) struct Batches(Vec<(StoredBatch, MerkleTree)>);

impl Batches {
    /// Bytes of the stored batches, newest first.
    pub(super) fn rows(read: &ReadTransaction) -> Result<Vec<Vec<u8>>, redb::Error> {
        let batches = read.open_table(BATCHES)?;
        batches.iter()?.rev().map(|row| Ok(row?.1.value().to_vec())).collect()
    }

    pub(super) fn of(rows: &[Vec<u8>]) -> Result<Self, String> {
        let with_tree = |row: &Vec<u8>| {
            let batch: StoredBatch = decode(row)?;
            let tree = MerkleTree::of(batch.members.iter().map(|member| member.hash)).unwrap_or_default();
            Ok((batch, tree))
        };
        rows.iter().map(with_tree).collect::<Result<_, String>>().map(Self)
    }

    /// The proof of the reading with this hash, from the newest batch that it is in.
    pub(super) fn proof(&self, hash: ReadingHash) -> Option<BatchProof> {
        self.0.iter().find_map(|(batch, tree)| {
            let index = batch.members.iter().position(|member| member.hash == hash)?;
            let path = tree.path(u32::try_from(index).ok()?)?;
            let StoredBatch { key_epoch, attempt, signature, .. } = batch;
            Some(BatchProof { key_epoch: *key_epoch, attempt: *attempt, path, signature: *signature })
        })
    }
}

impl Outbox {
    /// Stores a batch that was signed with the key `by`. It must not be sent before. The very same batch, stored
    /// already, is not written again.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`]; then the batch must not be sent.
    pub fn store_batch(&self, batch: &SampledBatch, signature: &Signature, by: &SignedBy) -> Result<(), GatewayError> {
        let row = StoredBatch::of(batch, signature).encode();
        let database = self.database()?;
        let store = || -> Result<(), redb::Error> {
            if Batches::rows(&database.begin_read()?)?.contains(&row) {
                return Ok(());
            }
            let write = database.begin_write()?;
            {
                write.open_table(SIGNERS)?.insert(by.key_epoch, &*by.encode())?;
                let mut batches = write.open_table(BATCHES)?;
                let last = batches.last()?.map(|(number, _)| number.value());
                batches.insert(last.map_or(0, |last| last.saturating_add(1)), &*row)?;
            }
            drop_needless(&write)?;
            Ok(write.commit()?)
        };
        store().map_err(|error| self.failed(error))
    }
}

/// Deletes batches that no waiting reading needs: each is in a newer one.
pub(super) fn drop_needless(write: &WriteTransaction) -> Result<(), redb::Error> {
    let readings = write.open_table(READINGS)?;
    let mut batches = write.open_table(BATCHES)?;
    let mut in_newer = BTreeSet::new();
    let mut needless = Vec::new();
    for row in batches.iter()?.rev() {
        let (number, row) = row?;
        let members = decode(row.value()).map_or_else(|_| Vec::new(), |batch: StoredBatch| batch.members);
        let mut is_needed = false;
        for Member { device, sequence, hash } in members {
            is_needed |= readings.get((&device.0, sequence))?.is_some() && in_newer.insert(hash);
        }
        if !is_needed {
            needless.push(number.value());
        }
    }
    for number in needless {
        batches.remove(number)?;
    }
    Ok(())
}
