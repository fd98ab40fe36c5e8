//! What a block does with a batch, and what the runtime answers about one that is not in a block.

use crate::{
    Config, Error, Event, Pallet, WeightInfo, block_share,
    session::{Accepted, Session},
};
use alloc::{vec, vec::Vec};
use deren_primitives::{
    IntervalReading, ReadingBatch, ReadingError, ReadingOutcome, Signature, SignedReading, batch_message,
};
use frame_support::{dispatch::DispatchResultWithPostInfo, weights::Weight};

impl<T: Config> Pallet<T> {
    /// The batch was authorised in this block, so that the first reading's signature was checked.
    pub(crate) fn do_submit(batch: ReadingBatch) -> DispatchResultWithPostInfo {
        let mut session = Session::<T>::open(&batch).map_err(|_| Error::<T>::BatchNotAuthentic)?;
        let (gateway, readings, bytes) = (batch.gateway, block_share::readings(&batch), block_share::bytes(&batch));
        for (place, signed) in batch.readings.into_iter().enumerate() {
            match judge(&mut session, &signed, place > 0) {
                Ok(accepted) => Self::deposit_accepted(gateway, signed.reading, accepted),
                Err(error) => Self::deposit_event(Event::ReadingRefused {
                    gateway,
                    device: signed.reading.device,
                    sequence: signed.reading.sequence,
                    hash: signed.reading.hash(),
                    error,
                }),
            }
        }
        let used = Self::weight_of(readings, session.close());
        block_share::count::<T>(bytes, readings, used);
        Ok(Some(used).into())
    }

    /// Weight of a batch of which at most `distinct` devices, slots of sites or anchors were different.
    fn weight_of(readings: u32, distinct: u32) -> Weight {
        let distinct = distinct.min(readings);
        let spread = T::WeightInfo::submit_spread(distinct).saturating_sub(T::WeightInfo::submit_chain(distinct));
        T::WeightInfo::submit_chain(readings).saturating_add(spread)
    }

    fn deposit_accepted(gateway: deren_primitives::GatewayId, reading: IntervalReading, accepted: Accepted) {
        let Accepted { market, site, role, hash, energies, verdict } = accepted;
        Self::deposit_event(Event::ReadingAccepted { gateway, market, site, role, reading, hash, energies, verdict });
    }

    /// What would become of each reading of this batch now. Changes nothing.
    pub fn check(batch: ReadingBatch, signature: Signature) -> Vec<ReadingOutcome> {
        let refused = |error| vec![ReadingOutcome::Refused(error); batch.readings.len()];
        let mut session = match Session::<T>::open(&batch) {
            Ok(session) => session,
            Err(error) => return refused(error),
        };
        if !session.signed(&batch_message(&batch), &signature) {
            return refused(ReadingError::BadSignature);
        }
        let judged = batch.readings.iter().map(|signed| judge(&mut session, signed, true));
        judged
            .map(|judged| match judged {
                Ok(accepted) => ReadingOutcome::Accepted(accepted.verdict),
                Err(error) => ReadingOutcome::Refused(error),
            })
            .collect()
    }
}

/// Accepts one reading or says why not.
fn judge<T: Config>(
    session: &mut Session<T>,
    signed: &SignedReading,
    with_signature: bool,
) -> Result<Accepted, ReadingError> {
    let next = session.next(&signed.reading)?;
    if with_signature {
        session.ensure_signed(next.hash, &signed.signature)?;
    }
    Ok(session.accept(&signed.reading, next))
}
