//! Adds and removes validators by decision of the council, and restarts finality.

use crate::types::{Restart, ValidatorState};
use crate::{Config, Error, Event, Pallet, PendingRestart, Roster};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
    DispatchResult,
    traits::{Convert, Zero},
};

/// How many accounts of a roster serve.
fn serving<'a>(mut states: impl Iterator<Item = &'a ValidatorState>) -> u32 {
    let count = states.by_ref().filter(|state| **state == ValidatorState::Serving).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_add(validator: T::AccountId) -> DispatchResult {
        Roster::<T>::try_mutate(|roster| {
            ensure!(serving(roster.values()) < T::MaxValidators::get(), Error::<T>::TooManyValidators);
            match roster.get(&validator) {
                Some(ValidatorState::Serving) => return Err(Error::<T>::AlreadyValidator),
                Some(ValidatorState::Banned { .. }) => return Err(Error::<T>::AlreadyBanned),
                Some(ValidatorState::Leaving | ValidatorState::Left { .. }) | None => {}
            }
            roster.try_insert(validator.clone(), ValidatorState::Serving).map_err(|_| Error::<T>::RosterFull)
        })?;
        Self::deposit_event(Event::Added { validator });
        Ok(())
    }

    pub(crate) fn do_remove(validator: T::AccountId) -> DispatchResult {
        Roster::<T>::try_mutate(|roster| {
            let states = roster.values();
            let enough = serving(states) > T::MinValidators::get().max(1);
            let state = roster.get_mut(&validator).ok_or(Error::<T>::UnknownValidator)?;
            ensure!(*state == ValidatorState::Serving, Error::<T>::NotServing);
            ensure!(enough, Error::<T>::TooFewValidators);
            *state = ValidatorState::Leaving;
            Ok::<_, Error<T>>(())
        })?;
        Self::deposit_event(Event::Removed { validator });
        Ok(())
    }

    pub(crate) fn do_note_stalled(restart: Restart<BlockNumberFor<T>>) -> DispatchResult {
        let Restart { delay, best_finalised } = restart;
        ensure!(!delay.is_zero() && delay <= T::MaxRestartDelay::get(), Error::<T>::BadDelay);
        ensure!(best_finalised < frame_system::Pallet::<T>::block_number(), Error::<T>::NotYetMade);
        PendingRestart::<T>::put(restart);
        Self::deposit_event(Event::FinalityToRestart { delay, best_finalised });
        Ok(())
    }
}

/// Who may set session keys: the accounts of the roster.
pub struct OnRoster<T>(core::marker::PhantomData<T>);

impl<T: Config> Convert<T::AccountId, Option<T::AccountId>> for OnRoster<T> {
    fn convert(who: T::AccountId) -> Option<T::AccountId> {
        Roster::<T>::get().contains_key(&who).then_some(who)
    }
}
