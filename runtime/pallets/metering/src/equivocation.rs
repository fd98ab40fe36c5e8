//! Proof that a gateway signed two truths, judged by the key of its time. No change of keys makes it void, nor that the
//! device serves elsewhere by now. It is good for one time: the gateway becomes inactive, and comes back only with a
//! new key. For all that its keys signed before it has answered then.

use crate::{Config, Cursors, Error, Event, Pallet, session::verify};
use deren_primitives::{GatewayId, ReadingError, SignedReading, interval_message};
use deren_runtime_apis::{GatewayControl, MarketRegistry};
use frame_support::{ensure, pallet_prelude::DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_report_equivocation(
        reporter: T::AccountId,
        gateway: GatewayId,
        key_epoch: u32,
        a: &SignedReading,
        b: &SignedReading,
    ) -> DispatchResult {
        let (device, sequence) = (a.reading.device, a.reading.sequence);
        ensure!(b.reading.device == device, Error::<T>::DifferentDevices);
        ensure!(b.reading.sequence == sequence, Error::<T>::DifferentSequences);
        let (first, second) = (a.reading.hash(), b.reading.hash());
        ensure!(first != second, Error::<T>::SameReading);
        T::Registry::gateway_key(gateway).map_err(|error| match error {
            ReadingError::InactiveGateway => Error::<T>::GatewayInactive,
            _ => Error::<T>::UnknownGateway,
        })?;
        let key = T::Registry::key_of_epoch(gateway, key_epoch).ok_or(Error::<T>::UnknownKeyEpoch)?;
        let registered = T::Registry::device(gateway, device, a.reading.first_slot) != Err(ReadingError::UnknownDevice);
        ensure!(registered || Cursors::<T>::contains_key(device), Error::<T>::UnknownDevice);
        let genesis = Self::genesis().ok_or(Error::<T>::BatchNotAuthentic)?;
        let signed = |hash, signature| verify(&key, &interval_message(&genesis, gateway, key_epoch, hash), signature);
        ensure!(signed(first, &a.signature), Error::<T>::FirstNotAuthentic);
        ensure!(signed(second, &b.signature), Error::<T>::SecondNotAuthentic);
        T::Registry::deactivate(gateway);
        Self::deposit_event(Event::Equivocation { gateway, key_epoch, device, sequence, first, second, reporter });
        Ok(())
    }
}
