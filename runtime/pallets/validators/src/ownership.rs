//! Who signed with which key in which session: what a report of equivocation must prove.
//!
//! Every session's keys are kept as long as anyone can be held to account for it. A validator that sets new keys still
//! signs with its old ones for up to two sessions, and answers for what it signs with them.

use crate::{Config, Pallet, SessionSets};
use alloc::vec::Vec;
use frame_support::traits::{Get, KeyOwnerProofSystem};
use pallet_session::Pallet as Session;
use sp_runtime::{KeyTypeId, traits::OpaqueKeys};
use sp_session::MembershipProof;
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
    /// Keeps with which keys this set will sign in the session `index`.
    pub(crate) fn keep_set(index: SessionIndex, set: &[T::AccountId]) {
        let keys = set.iter().filter_map(|who| Some((who.clone(), pallet_session::NextKeys::<T>::get(who)?)));
        SessionSets::<T>::insert(index, keys.collect::<Vec<_>>());
    }

    /// Who signs with this key in the session, and how many validators that session has.
    fn owner(session: SessionIndex, kind: KeyTypeId, key: &[u8]) -> Option<(T::AccountId, u32)> {
        let set = SessionSets::<T>::get(session);
        let count = u32::try_from(set.len()).ok()?;
        let (owner, _) = set.into_iter().find(|(_, keys)| keys.get_raw(kind) == key)?;
        Some((owner, count))
    }
}

/// The chain keeps what is to be proved, so a proof only names the session.
impl<T: Config, Key: AsRef<[u8]>> KeyOwnerProofSystem<(KeyTypeId, Key)> for Pallet<T> {
    type IdentificationTuple = T::AccountId;
    type Proof = MembershipProof;

    /// For the newest session in which somebody signs with this key. It looks through all that are kept, so it must
    /// never be called in a block.
    fn prove((kind, key): (KeyTypeId, Key)) -> Option<MembershipProof> {
        let now = Session::<T>::current_index();
        let oldest = now.saturating_sub(T::AccountableSessions::get());
        (oldest..=now).rev().find_map(|session| {
            let (_, validator_count) = Self::owner(session, kind, key.as_ref())?;
            Some(MembershipProof { session, trie_nodes: Vec::new(), validator_count })
        })
    }

    fn check_proof((kind, key): (KeyTypeId, Key), proof: MembershipProof) -> Option<T::AccountId> {
        let (owner, count) = Self::owner(proof.session, kind, key.as_ref())?;
        (proof.trie_nodes.is_empty() && proof.validator_count == count).then_some(owner)
    }
}
