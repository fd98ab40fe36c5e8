//! Readings on their way out: which go next, and the signatures of those of version 1.

use super::{
    Outbox, Reading, SignedBy, Tail,
    tables::{READINGS, SIGNATURES, SIGNERS, TAILS, decode, from_sequence},
};
use crate::error::GatewayError;
use codec::Encode;
use deren_primitives::{DeviceId, Signature, SignedReading, Slot};
use redb::{ReadableDatabase, ReadableTable};

/// A reading that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The reading.
    pub reading: Reading,
    /// Of a reading of version 1, the epoch of the key that signed it, and its signature. Without, it is signed before
    /// it is sent.
    pub signature: Option<(u32, Signature)>,
}

impl Outbox {
    /// At most `limit` readings of `devices` whose slots lie before `now`: each device's oldest first, from the given
    /// sequence number on, devices in turn.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn next(&self, devices: &[(DeviceId, u64)], now: Slot, limit: usize) -> Result<Vec<Queued>, GatewayError> {
        let rows = devices.iter().map(|(device, from)| self.oldest(*device, *from, now, limit));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let in_turn = (0..limit).flat_map(|turn| rows.iter().filter_map(move |row| row.get(turn)));
        Ok(in_turn.take(limit).cloned().collect())
    }

    /// The device's oldest readings from `from` on that end before `now`, at most `limit`.
    fn oldest(&self, device: DeviceId, from: u64, now: Slot, limit: usize) -> Result<Vec<Queued>, GatewayError> {
        let queued = self.waiting_from(device, from, limit)?;
        Ok(queued.into_iter().take_while(|queued| queued.reading.end_slot() <= now).collect())
    }

    /// Stores new signatures of readings of version 1 that wait, all made with the key `by`, in one transaction.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`]; then the old signatures stay.
    pub fn sign_again(&self, readings: &[SignedReading], by: &SignedBy) -> Result<(), GatewayError> {
        let database = self.database()?;
        let store = || -> Result<(), redb::Error> {
            let write = database.begin_write()?;
            {
                write.open_table(SIGNERS)?.insert(by.key_epoch, &*by.encode())?;
                let stored = write.open_table(READINGS)?;
                let mut signatures = write.open_table(SIGNATURES)?;
                for SignedReading { reading, signature } in readings {
                    let key = (&reading.device.0, reading.sequence);
                    if stored.get(key)?.is_some() {
                        signatures.insert(key, &*(by.key_epoch, signature).encode())?;
                    }
                }
            }
            Ok(write.commit()?)
        };
        store().map_err(|error| self.failed(error))
    }

    /// Every device whose chain has begun here, with the number of its readings that wait.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`].
    pub fn waiting(&self) -> Result<Vec<(DeviceId, u64)>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<Vec<DeviceId>, redb::Error> {
            let tails = database.begin_read()?.open_table(TAILS)?;
            tails.iter()?.map(|row| Ok(DeviceId(*row?.0.value()))).collect()
        };
        let devices = find().map_err(|error| self.failed(error))?;
        let count = |device| {
            let extent = self.extent(device)?;
            Ok((device, extent.map_or(0, |(oldest, tail)| tail.next_sequence.saturating_sub(oldest))))
        };
        devices.into_iter().map(count).collect()
    }

    /// Sequence number of the device's oldest waiting reading, and its chain's end. `None` if its chain has not begun
    /// here.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`].
    pub fn extent(&self, device: DeviceId) -> Result<Option<(u64, Tail)>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<_, redb::Error> {
            let read = database.begin_read()?;
            let tail = read.open_table(TAILS)?.get(&device.0)?.map(|row| row.value().to_vec());
            let oldest = read.open_table(READINGS)?.range(from_sequence(&device, 0))?.next().transpose()?;
            Ok((tail, oldest.map(|(key, _)| key.value().1)))
        };
        let (tail, oldest) = find().map_err(|error| self.failed(error))?;
        let Some(tail) = tail else {
            return Ok(None);
        };
        let tail: Tail = decode(&tail).map_err(|reason| self.broken(reason))?;
        Ok(Some((oldest.unwrap_or(tail.next_sequence), tail)))
    }
}
