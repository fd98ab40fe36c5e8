//! Gateways: links to sites, and changes of keys. All signatures are judged by the rules of ZIP 215, as
//! [`deren_primitives::verify`] does. A key change holds at once: it shapes no slot.

use crate::{Config, Error, Event, GatewaySites, GatewayState, Gateways, KeyChange, Pallet, PastKeys, SiteGateways};
use codec::Encode;
use deren_primitives::{GatewayId, PublicKey, Signature, SiteId, link_message, rotate_message};
use deren_runtime_apis::GatewayControl;
use frame_support::{
    ensure,
    pallet_prelude::{DispatchResult, Zero},
    traits::Time,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::ed25519;
use sp_runtime::DispatchError;

/// R = the neutral element and S = 0. Under a key of small order, and only there, it is valid for any message.
const FORGED: Signature = {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    bytes
};

/// True if `signature` is `key`'s over `message`.
fn verify(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    sp_io::crypto::ed25519_verify(&ed25519::Signature::from_raw(*signature), message, &ed25519::Public::from_raw(*key))
}

impl<T: Config> Pallet<T> {
    /// The hash of block 0, which every signed message names.
    pub(crate) fn genesis() -> Result<[u8; 32], DispatchError> {
        let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
        hash.as_ref().try_into().map_err(|_| Error::<T>::Not32Bytes.into())
    }

    /// An account as it stands in a link code.
    pub(crate) fn account_bytes(who: &T::AccountId) -> Result<[u8; 32], DispatchError> {
        who.encode().try_into().map_err(|_| Error::<T>::Not32Bytes.into())
    }

    pub(crate) fn do_link_gateway(
        who: T::AccountId,
        site: SiteId,
        gateway: GatewayId,
        expires_unix_s: u64,
        code: &Signature,
    ) -> DispatchResult {
        Self::owned_and_active(&who, site)?;
        ensure!(T::Time::now() / 1000 <= expires_unix_s, Error::<T>::LinkExpired);
        let known = Gateways::<T>::get(gateway);
        let state = known.clone().unwrap_or(GatewayState { public_key: gateway.0, key_epoch: 0, active: true });
        ensure!(state.active, Error::<T>::GatewayInactive);
        ensure!(!GatewaySites::<T>::get(gateway).contains(&site), Error::<T>::AlreadyLinked);
        if known.is_none() {
            ensure!(!verify(&gateway.0, &[], &FORGED), Error::<T>::WeakKey);
        }
        let message = link_message(&Self::genesis()?, &Self::account_bytes(&who)?, site, expires_unix_s);
        ensure!(verify(&state.public_key, &message, code), Error::<T>::BadLinkCode);
        GatewaySites::<T>::try_append(gateway, site).map_err(|()| Error::<T>::TooManySites)?;
        SiteGateways::<T>::try_append(site, gateway).map_err(|()| Error::<T>::TooManyGateways)?;
        Self::adjust_deposit(site, &who)?;
        if known.is_none() {
            Gateways::<T>::insert(gateway, &state);
        }
        Self::deposit_event(Event::GatewayLinked {
            gateway,
            site,
            owner: who,
            public_key: state.public_key,
            key_epoch: state.key_epoch,
        });
        Ok(())
    }

    pub(crate) fn do_rotate_key(
        gateway: GatewayId,
        new_key: PublicKey,
        signature: &Signature,
        proof: &Signature,
    ) -> DispatchResult {
        let state = Gateways::<T>::get(gateway).ok_or(Error::<T>::UnknownGateway)?;
        ensure!(state.active, Error::<T>::GatewayInactive);
        let signer = state.public_key;
        Self::change_key(gateway, state, new_key, KeyChange::Rotated, |message| {
            ensure!(verify(&signer, message, signature), Error::<T>::BadRotation);
            ensure!(verify(&new_key, message, proof), Error::<T>::BadProof);
            Ok(())
        })
    }

    /// Returns how many sites of the gateway were looked at.
    pub(crate) fn do_replace_key(
        who: T::AccountId,
        gateway: GatewayId,
        new_key: PublicKey,
        code: &Signature,
    ) -> Result<u32, DispatchError> {
        let state = Gateways::<T>::get(gateway).ok_or(Error::<T>::UnknownGateway)?;
        let sites = GatewaySites::<T>::get(gateway);
        let owns_all = sites.iter().all(|site| Self::owned(&who, *site).is_ok());
        ensure!(owns_all, Error::<T>::NotOwnerOfAllSites);
        Self::change_key(gateway, state, new_key, KeyChange::Replaced, |message| {
            ensure!(verify(&new_key, message, code), Error::<T>::BadReplacement);
            Ok(())
        })?;
        Ok(u32::try_from(sites.len()).unwrap_or(u32::MAX))
    }

    fn change_key(
        gateway: GatewayId,
        state: GatewayState,
        new_key: PublicKey,
        change: KeyChange,
        check: impl FnOnce(&[u8]) -> DispatchResult,
    ) -> DispatchResult {
        ensure!(state.public_key != new_key, Error::<T>::KeyUnchanged);
        let key_epoch = state.key_epoch.checked_add(1).ok_or(Error::<T>::TooManyKeys)?;
        check(&rotate_message(&Self::genesis()?, gateway, key_epoch, &new_key))?;
        ensure!(!verify(&new_key, &[], &FORGED), Error::<T>::WeakKey);
        if state.active {
            Self::keep_past_key(gateway, state.key_epoch, state.public_key);
        }
        Gateways::<T>::insert(gateway, GatewayState { public_key: new_key, key_epoch, active: true });
        let old_key = state.public_key;
        Self::deposit_event(Event::GatewayKeyChanged { gateway, old_key, new_key, key_epoch, change });
        Ok(())
    }
}

impl<T: Config> Pallet<T> {
    /// Remembers a key that is replaced; the oldest makes room.
    fn keep_past_key(gateway: GatewayId, key_epoch: u32, key: PublicKey) {
        PastKeys::<T>::mutate(gateway, |keys| {
            if keys.is_full() {
                keys.remove(0);
            }
            let kept = keys.try_push((key_epoch, key));
            debug_assert!(kept.is_ok(), "there is room");
        });
    }
}

impl<T: Config> GatewayControl for Pallet<T> {
    fn key_of_epoch(gateway: GatewayId, key_epoch: u32) -> Option<PublicKey> {
        let state = Gateways::<T>::get(gateway)?;
        if state.key_epoch == key_epoch {
            return Some(state.public_key);
        }
        PastKeys::<T>::get(gateway).into_iter().find(|(epoch, _)| *epoch == key_epoch).map(|(_, key)| key)
    }

    fn deactivate(gateway: GatewayId) {
        Gateways::<T>::mutate_extant(gateway, |state| {
            state.active = false;
            PastKeys::<T>::remove(gateway);
            Self::deposit_event(Event::GatewayDeactivated { gateway, key_epoch: state.key_epoch });
        });
    }
}
