//! Whether a batch may enter the transaction pool and a block without a fee.
//!
//! Cheap checks come before dear ones. First come whether the block has room for readings, the chain, the gateway, the
//! key epoch, and the first reading's device, sequence and slots. Then comes the signature over the whole batch, and
//! then the first reading's own, if its version has one. The first reading of a batch that passes is accepted for
//! certain, and with that the batch is stale: nobody can send it twice.

use crate::{
    Config, Cursors, Pallet,
    batch::{Batch, Reading},
    block_share,
    session::Session,
};
use codec::Encode;
use deren_primitives::{IntervalReading, MAX_ATTEMPT, ReadingError, Signature};
use frame_support::{pallet_prelude::*, traits::Get};

/// The custom code of an empty batch.
pub const EMPTY_BATCH: u8 = 100;

/// The custom code of an attempt after the last.
pub const TOO_MANY_ATTEMPTS: u8 = 101;

/// Readings go before what pays a fee: a slot does not wait for them, and they have a share of a block and no more.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

/// Number of lots that decide between devices within a slot. With the slots (32 bits) and the attempts (4 bits) they fit
/// into what lies above [`PRIORITY`].
const LOTS: u64 = 1 << 24;

/// What a transaction pool says where the chain would refuse the first reading with this error. It is stale or future
/// for a sequence number before or after the device's next one. It is a bad proof for its signature, else a code of its
/// own.
pub fn refusal(error: ReadingError) -> InvalidTransaction {
    match error {
        ReadingError::BadSignature => InvalidTransaction::BadProof,
        ReadingError::OtherGenesis => InvalidTransaction::Custom(1),
        ReadingError::UnknownGateway => InvalidTransaction::Custom(2),
        ReadingError::InactiveGateway => InvalidTransaction::Custom(3),
        ReadingError::WrongKeyEpoch => InvalidTransaction::Custom(4),
        ReadingError::UnknownDevice => InvalidTransaction::Custom(5),
        ReadingError::InactiveDevice => InvalidTransaction::Custom(6),
        ReadingError::NotThisGatewaysDevice => InvalidTransaction::Custom(7),
        ReadingError::WrongSequence => InvalidTransaction::Custom(8),
        ReadingError::WrongPreviousHash => InvalidTransaction::Custom(9),
        ReadingError::SlotNotEnded => InvalidTransaction::Custom(10),
        ReadingError::EmptySpan => InvalidTransaction::Custom(11),
        ReadingError::SlotAlreadyRead => InvalidTransaction::Custom(12),
        ReadingError::BeforeService => InvalidTransaction::Custom(13),
        ReadingError::TooFast => InvalidTransaction::Custom(14),
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn authorize_batch(
        batch: &impl Batch,
        signature: &Signature,
    ) -> Result<ValidTransaction, TransactionValidityError> {
        if !block_share::has_room::<T>(batch) {
            return Err(InvalidTransaction::ExhaustsResources.into());
        }
        let head = batch.head();
        if head.attempt > MAX_ATTEMPT {
            return Err(InvalidTransaction::Custom(TOO_MANY_ATTEMPTS).into());
        }
        let first = batch.readings().first().ok_or(InvalidTransaction::Custom(EMPTY_BATCH))?;
        let session = Session::<T>::open(&head).map_err(refusal)?;
        let reading = first.interval();
        let next = session.next(first).map_err(|error| match error {
            ReadingError::WrongSequence => Self::out_of_order(reading),
            other => refusal(other),
        })?;
        if !session.signed(&batch.message(), signature) {
            return Err(InvalidTransaction::BadProof.into());
        }
        session.ensure_signed(first, next.hash).map_err(refusal)?;
        ValidTransaction::with_tag_prefix("DerenReadings")
            .priority(priority(reading, head.attempt, session.is_open(reading)))
            .and_provides((head.gateway, reading.device, reading.sequence))
            .longevity(T::BatchLongevityBlocks::get())
            .propagate(true)
            .build()
    }

    /// Before the device's next sequence number, or after it.
    fn out_of_order(reading: &IntervalReading) -> InvalidTransaction {
        let next_sequence = Cursors::<T>::get(reading.device).unwrap_or_default().cursor.next_sequence;
        if reading.sequence < next_sequence { InvalidTransaction::Stale } else { InvalidTransaction::Future }
    }
}

/// Readings of slots that are open go first, the slot that closes soonest before all others: so nobody waits for blocks
/// while others are a slot ahead. Within a slot a lot decides that falls anew for each device, so that no device always
/// goes before others. An attempt counts last: it goes before earlier ones of the same readings, whose place in the pool
/// it takes, and before nothing else.
fn priority(reading: &IntervalReading, attempt: u32, open: bool) -> TransactionPriority {
    let [a, b, c, ..] = (reading.device, reading.first_slot).using_encoded(sp_io::hashing::blake2_128);
    let lot = u64::from(u32::from_be_bytes([0, a, b, c]));
    let urgency = if open { u64::from(u32::MAX.saturating_sub(reading.end_slot().0)).saturating_add(1) } else { 0 };
    let order = urgency.saturating_mul(LOTS).saturating_add(lot);
    PRIORITY
        .saturating_add(order.saturating_mul(u64::from(MAX_ATTEMPT).saturating_add(1)))
        .saturating_add(attempt.into())
}
