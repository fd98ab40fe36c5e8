//! Puts validators out: for offences that were proved, and by decision of the council.

use crate::types::{Reason, ValidatorState};
use crate::{Config, Error, Event, Pallet, Roster};
use frame_support::{ensure, traits::Get, weights::Weight};
use pallet_session::Pallet as Session;
use sp_runtime::{DispatchResult, Perbill};
use sp_staking::{
    SessionIndex,
    offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
};

impl<T: Config> Pallet<T> {
    /// The first session that is not planned yet, and can be without whoever is banned now.
    fn out_from() -> SessionIndex {
        Session::<T>::current_index().saturating_add(2)
    }

    fn put_out(validator: &T::AccountId, reason: Reason) {
        Roster::<T>::mutate(|roster| {
            if let Some(state) = roster.get_mut(validator) {
                *state = ValidatorState::Banned { reason, out_from: Self::out_from() };
            }
        });
        Self::deposit_event(Event::Banned { validator: validator.clone(), reason });
    }

    /// Bans who was proved to have signed two things at once. Who is banned already stays so, for this reason.
    fn ban_offender(validator: &T::AccountId) {
        match Roster::<T>::get().get(validator) {
            Some(ValidatorState::Banned { reason: Reason::Equivocation, .. }) => {}
            Some(ValidatorState::Banned { out_from, .. }) => {
                let state = ValidatorState::Banned { reason: Reason::Equivocation, out_from: *out_from };
                Roster::<T>::mutate(|roster| roster.get_mut(validator).map(|kept| *kept = state));
            }
            _ => Self::put_out(validator, Reason::Equivocation),
        }
    }

    pub(crate) fn do_ban(validator: T::AccountId) -> DispatchResult {
        let roster = Roster::<T>::get();
        let state = roster.get(&validator).ok_or(Error::<T>::UnknownValidator)?;
        ensure!(!state.is_banned(), Error::<T>::AlreadyBanned);
        let another = Session::<T>::validators()
            .iter()
            .any(|other| *other != validator && roster.get(other).is_some_and(|state| !state.is_banned()));
        ensure!(another, Error::<T>::TooFewValidators);
        Self::put_out(&validator, Reason::Council);
        Session::<T>::report_offence(validator, OffenceSeverity::max_severity());
        Ok(())
    }

    pub(crate) fn do_readmit(validator: T::AccountId) -> DispatchResult {
        Roster::<T>::try_mutate(|roster| {
            let state = roster.get_mut(&validator).ok_or(Error::<T>::UnknownValidator)?;
            ensure!(state.is_banned(), Error::<T>::NotBanned);
            *state = ValidatorState::Serving;
            Ok::<_, Error<T>>(())
        })?;
        Self::deposit_event(Event::Readmitted { validator });
        Ok(())
    }
}

/// Takes validators that signed two blocks for one slot, or two votes for one round, out of consensus.
impl<T: Config> OnOffenceHandler<T::AccountId, T::AccountId, Weight> for Pallet<T> {
    fn on_offence(
        offenders: &[OffenceDetails<T::AccountId, T::AccountId>],
        fractions: &[Perbill],
        _: SessionIndex,
    ) -> Weight {
        for (details, fraction) in offenders.iter().zip(fractions) {
            Self::ban_offender(&details.offender);
            Session::<T>::report_offence(details.offender.clone(), OffenceSeverity(*fraction));
        }
        let count = u64::try_from(offenders.len()).unwrap_or(u64::MAX);
        T::DbWeight::get().reads_writes(4, 2).saturating_mul(count)
    }
}
