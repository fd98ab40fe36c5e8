//! The samples that readings commit to: stored in one transaction with their reading, without salts, and kept for some
//! days within a bound on bytes. The oldest go first, whichever device's they are.

use super::{
    Outbox,
    tables::{META, SAMPLES, SAMPLES_BYTES, decode},
};
use crate::{error::GatewayError, slots::SamplePoint};
use codec::{Decode, Encode};
use deren_primitives::{DeviceId, MerklePath, MerkleTree, SampleLeaf, Slot, sample_salt};
use redb::{ReadableDatabase, ReadableTable, Table, WriteTransaction};
use std::ops::Bound;

/// What a row takes on disk besides its value: its key, and a share of the tree's pages.
const BYTES_PER_ROW: u64 = 64;

/// The samples of one reading, as the leaves that its root commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    leaves: Vec<SampleLeaf>,
    tree: MerkleTree,
}

impl Samples {
    fn of(secret: &[u8; 32], device: DeviceId, sequence: u64, points: &[SamplePoint]) -> Self {
        let leaf = |(number, point): (u16, &SamplePoint)| SampleLeaf {
            number,
            salt: sample_salt(secret, device, sequence, number),
            time_ms: point.time_ms,
            import_mwh: point.import_mwh,
            export_mwh: point.export_mwh,
            power_w: point.power_w,
        };
        let leaves: Vec<SampleLeaf> = (0..=u16::MAX).zip(points).map(leaf).collect();
        // More than a tree takes are none: the slot builder keeps no more.
        let tree = MerkleTree::of(&leaves).unwrap_or_default();
        Self { leaves, tree }
    }

    /// Number of leaves.
    pub fn count(&self) -> u32 {
        self.tree.leaves()
    }

    /// What the reading's `samples_root` must be; zeros without leaves. Another reading with the same number, as one
    /// of another gateway with a copy of the key, has another root.
    pub fn root(&self) -> [u8; 32] {
        self.tree.root()
    }

    /// The leaves, in order.
    pub fn leaves(&self) -> &[SampleLeaf] {
        &self.leaves
    }

    /// The leaf with this index and the path that proves it; `None` if there is none.
    pub fn proof(&self, index: u32) -> Option<(SampleLeaf, MerklePath)> {
        let leaf = self.leaves.get(usize::try_from(index).ok()?)?;
        Some((*leaf, self.tree.path(index)?))
    }
}

/// A reading's samples on their way to disk.
pub(super) struct Row {
    pub(super) device: DeviceId,
    pub(super) sequence: u64,
    pub(super) first_slot: Slot,
    pub(super) points: Vec<SamplePoint>,
}

impl Outbox {
    /// The samples of the device's reading with this number; `None` if it had none, or they are kept no longer.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn samples(&self, device: DeviceId, sequence: u64) -> Result<Option<Samples>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<_, redb::Error> {
            let samples = database.begin_read()?.open_table(SAMPLES)?;
            Ok(samples.get((&device.0, sequence))?.map(|row| row.value().to_vec()))
        };
        let Some(row) = find().map_err(|error| self.failed(error))? else {
            return Ok(None);
        };
        let (_, points): (Slot, Vec<SamplePoint>) = decode(&row).map_err(|reason| self.broken(reason))?;
        Ok(Some(self.samples_of(device, sequence, &points)))
    }

    /// These points as the samples of the device's reading with this number.
    pub(super) fn samples_of(&self, device: DeviceId, sequence: u64, points: &[SamplePoint]) -> Samples {
        Samples::of(self.secret.bytes(), device, sequence, points)
    }

    /// Adds `rows`, and lets go what begins before `oldest` or is too much.
    pub(super) fn keep_samples(&self, write: &WriteTransaction, rows: &[Row], oldest: Slot) -> Result<(), redb::Error> {
        let mut meta = write.open_table(META)?;
        let mut samples = write.open_table(SAMPLES)?;
        let stored = meta.get(SAMPLES_BYTES)?.and_then(|row| decode::<u64>(row.value()).ok());
        let before = stored.unwrap_or_default();
        let mut bytes = before;
        for row in rows {
            let value = (row.first_slot, &row.points).encode();
            let replaced = samples.insert((&row.device.0, row.sequence), &*value)?;
            let gone = replaced.map_or(0, |replaced| cost(replaced.value()));
            bytes = bytes.saturating_add(cost(&value)).saturating_sub(gone);
        }
        while let Some(first) = oldest_of(&samples)? {
            if first.slot >= oldest && bytes <= self.bounds.samples_max_bytes() {
                break;
            }
            samples.remove((&first.device, first.sequence))?;
            bytes = bytes.saturating_sub(first.bytes);
        }
        if bytes != before {
            meta.insert(SAMPLES_BYTES, &*bytes.encode())?;
        }
        Ok(())
    }
}

/// A device's first row.
struct First {
    slot: Slot,
    device: [u8; 32],
    sequence: u64,
    bytes: u64,
}

/// The row of the oldest slot. Each device's rows are in the order of their slots, so that only its first is looked at.
fn oldest_of(samples: &Table<'_, (&'static [u8; 32], u64), &'static [u8]>) -> Result<Option<First>, redb::Error> {
    let mut oldest: Option<First> = None;
    let mut after: Option<[u8; 32]> = None;
    loop {
        let from = match &after {
            Some(device) => Bound::Excluded((device, u64::MAX)),
            None => Bound::Unbounded,
        };
        let Some(row) = samples.range::<(&[u8; 32], u64)>((from, Bound::Unbounded))?.next() else {
            return Ok(oldest);
        };
        let (key, value) = row?;
        let (device, sequence) = key.value();
        let slot = Slot::decode(&mut value.value()).unwrap_or_default();
        if oldest.as_ref().is_none_or(|oldest| slot < oldest.slot) {
            oldest = Some(First { slot, device: *device, sequence, bytes: cost(value.value()) });
        }
        after = Some(*device);
    }
}

fn cost(value: &[u8]) -> u64 {
    BYTES_PER_ROW.saturating_add(u64::try_from(value.len()).unwrap_or(u64::MAX))
}
