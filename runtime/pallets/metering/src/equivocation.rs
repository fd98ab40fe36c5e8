//! Proof that a gateway signed two truths, judged by the key of its time. No change of keys makes it void, nor that the
//! device serves elsewhere by now. It is good for one time: the gateway becomes inactive, and comes back only with a
//! new key. For all that its keys signed before it has answered then.

use crate::{Config, Cursors, Error, Event, Pallet, session::verify};
use deren_primitives::{GatewayId, ReadingError, ReadingEvidence};
use deren_runtime_apis::{GatewayControl, MarketRegistry};
use frame_support::{ensure, pallet_prelude::DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_report_equivocation(
        reporter: T::AccountId,
        gateway: GatewayId,
        a: &ReadingEvidence,
        b: &ReadingEvidence,
    ) -> DispatchResult {
        let (device, sequence, key_epoch) = (a.interval().device, a.interval().sequence, a.key_epoch());
        ensure!(b.interval().device == device, Error::<T>::DifferentDevices);
        ensure!(b.interval().sequence == sequence, Error::<T>::DifferentSequences);
        let (first, second) = (a.hash(), b.hash());
        ensure!(first != second, Error::<T>::SameReading);
        ensure!(b.key_epoch() == key_epoch, Error::<T>::DifferentKeyEpochs);
        T::Registry::gateway_key(gateway).map_err(|error| match error {
            ReadingError::InactiveGateway => Error::<T>::GatewayInactive,
            _ => Error::<T>::UnknownGateway,
        })?;
        let key = T::Registry::key_of_epoch(gateway, key_epoch).ok_or(Error::<T>::UnknownKeyEpoch)?;
        let registered =
            T::Registry::device(gateway, device, a.interval().first_slot) != Err(ReadingError::UnknownDevice);
        ensure!(registered || Cursors::<T>::contains_key(device), Error::<T>::UnknownDevice);
        let genesis = Self::genesis().ok_or(Error::<T>::BatchNotAuthentic)?;
        let authentic = |evidence: &ReadingEvidence| {
            let signed = evidence.signed(&genesis, gateway);
            signed.is_some_and(|(message, signature)| verify(&key, &message, signature))
        };
        ensure!(authentic(a), Error::<T>::FirstNotAuthentic);
        ensure!(authentic(b), Error::<T>::SecondNotAuthentic);
        T::Registry::deactivate(gateway);
        Self::deposit_event(Event::Equivocation { gateway, key_epoch, device, sequence, first, second, reporter });
        Ok(())
    }
}
