//! What a block does with a batch, and what the runtime answers about one that is not in a block.

use crate::{
    Config, Error, Event, Pallet,
    batch::{Batch, Reading},
    block_share,
    session::{Accepted, Session},
};
use alloc::{vec, vec::Vec};
use deren_primitives::{GatewayId, ReadingBatch, ReadingError, ReadingOutcome, SampledBatch, Signature};
use frame_support::{dispatch::DispatchResultWithPostInfo, weights::Weight};

impl<T: Config> Pallet<T> {
    /// The batch was authorised in this block, so that its signature and its first reading's were checked.
    pub(crate) fn do_submit<B: Batch>(batch: &B) -> DispatchResultWithPostInfo {
        let head = batch.head();
        let mut session = Session::<T>::open(&head).map_err(|_| Error::<T>::BatchNotAuthentic)?;
        for (place, reading) in batch.readings().iter().enumerate() {
            match judge(&mut session, reading, place > 0) {
                Ok(accepted) => Self::deposit_accepted(head.gateway, reading, accepted),
                Err(error) => Self::deposit_refused(head.gateway, reading, error),
            }
        }
        let used = Self::weight_of::<B>(block_share::readings(batch), session.close());
        block_share::count::<T, _>(batch, used);
        Ok(Some(used).into())
    }

    /// Weight of a batch of which at most `distinct` devices, slots of sites or anchors were different.
    fn weight_of<B: Batch>(readings: u32, distinct: u32) -> Weight {
        let distinct = distinct.min(readings);
        let spread = B::submit_spread::<T::WeightInfo>(distinct);
        let spread = spread.saturating_sub(B::submit_chain::<T::WeightInfo>(distinct));
        B::submit_chain::<T::WeightInfo>(readings).saturating_add(spread)
    }

    fn deposit_accepted(gateway: GatewayId, reading: &impl Reading, accepted: Accepted) {
        let Accepted { market, site, role, hash, energies, verdict } = accepted;
        let (reading, samples_root) = (reading.interval().clone(), reading.samples_root());
        Self::deposit_event(Event::ReadingAccepted {
            gateway,
            market,
            site,
            role,
            reading,
            samples_root,
            hash,
            energies,
            verdict,
        });
    }

    fn deposit_refused(gateway: GatewayId, reading: &impl Reading, error: ReadingError) {
        let (hash, interval) = (reading.hash(), reading.interval());
        let (device, sequence) = (interval.device, interval.sequence);
        Self::deposit_event(Event::ReadingRefused { gateway, device, sequence, hash, error });
    }

    /// What would become of each reading of this batch now. Changes nothing.
    pub fn check(batch: ReadingBatch, signature: Signature) -> Vec<ReadingOutcome> {
        Self::foretell(&batch, &signature)
    }

    /// The same of a batch of version 2.
    pub fn check_v2(batch: SampledBatch, signature: Signature) -> Vec<ReadingOutcome> {
        Self::foretell(&batch, &signature)
    }

    fn foretell(batch: &impl Batch, signature: &Signature) -> Vec<ReadingOutcome> {
        let refused = |error| vec![ReadingOutcome::Refused(error); batch.readings().len()];
        let mut session = match Session::<T>::open(&batch.head()) {
            Ok(session) => session,
            Err(error) => return refused(error),
        };
        if !session.signed(&batch.message(), signature) {
            return refused(ReadingError::BadSignature);
        }
        let judged = batch.readings().iter().map(|reading| judge(&mut session, reading, true));
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
    reading: &impl Reading,
    with_signature: bool,
) -> Result<Accepted, ReadingError> {
    let next = session.next(reading)?;
    if with_signature {
        session.ensure_signed(reading, next.hash)?;
    }
    Ok(session.accept(reading, next))
}
