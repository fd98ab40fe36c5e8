//! Who validates: the accounts named at genesis, each with keys that it may change, for as long as it behaves.
//!
//! It must never pick validators by itself.

use crate::{AccountId, Historical, Runtime, Session, units::ACCOUNTABLE_SESSIONS};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use pallet_session::historical::{self, IdentificationTuple};
use sp_runtime::{Perbill, traits::Convert};
use sp_staking::{
    SessionIndex,
    offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
};

/// Validators have no exposure: nothing is staked, so there is nothing to note of them.
pub struct Nothing;

impl Convert<AccountId, Option<()>> for Nothing {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

/// Keeps the validators of genesis. It names them anew only when one of them has changed its keys, so that proofs
/// of what was signed with the new keys can be made, and otherwise lets a session be as the one before.
pub struct GenesisValidators;

impl GenesisValidators {
    /// Everyone who has session keys: at genesis these are the validators.
    fn of_genesis() -> Vec<AccountId> {
        let mut validators: Vec<_> = pallet_session::NextKeys::<Runtime>::iter_keys().collect();
        validators.sort();
        validators
    }

    fn keys_have_changed() -> bool {
        pallet_session::QueuedKeys::<Runtime>::get()
            .into_iter()
            .any(|(validator, queued)| pallet_session::NextKeys::<Runtime>::get(&validator) != Some(queued))
    }
}

/// With each validator's full identification, of which there is nothing.
fn identified(validators: Vec<AccountId>) -> Vec<(AccountId, ())> {
    validators.into_iter().map(|validator| (validator, ())).collect()
}

impl pallet_session::SessionManager<AccountId> for GenesisValidators {
    fn new_session(_: SessionIndex) -> Option<Vec<AccountId>> {
        Self::keys_have_changed().then(Session::validators)
    }

    fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
        Some(Self::of_genesis())
    }

    fn start_session(_: SessionIndex) {}

    /// Forgets sessions for which nobody can be held to account any more.
    fn end_session(ended: SessionIndex) {
        Historical::prune_up_to(ended.saturating_sub(ACCOUNTABLE_SESSIONS));
    }
}

impl historical::SessionManager<AccountId, ()> for GenesisValidators {
    fn new_session(index: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        <Self as pallet_session::SessionManager<_>>::new_session(index).map(identified)
    }

    fn new_session_genesis(index: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        <Self as pallet_session::SessionManager<_>>::new_session_genesis(index).map(identified)
    }

    fn start_session(index: SessionIndex) {
        <Self as pallet_session::SessionManager<_>>::start_session(index);
    }

    fn end_session(index: SessionIndex) {
        <Self as pallet_session::SessionManager<_>>::end_session(index);
    }
}

/// Takes validators that signed two blocks for one slot, or two votes for one round, out of consensus, at most a
/// third of them.
pub struct DisableOffenders;

impl OnOffenceHandler<AccountId, IdentificationTuple<Runtime>, Weight> for DisableOffenders {
    fn on_offence(
        offenders: &[OffenceDetails<AccountId, IdentificationTuple<Runtime>>],
        fractions: &[Perbill],
        _: SessionIndex,
    ) -> Weight {
        for (details, fraction) in offenders.iter().zip(fractions) {
            let (validator, ()) = &details.offender;
            Session::report_offence(validator.clone(), OffenceSeverity(*fraction));
        }
        let count = u64::try_from(offenders.len()).unwrap_or(u64::MAX);
        <Runtime as frame_system::Config>::DbWeight::get().reads_writes(2, 1).saturating_mul(count)
    }
}
