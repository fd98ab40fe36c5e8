//! Plans each session's set, and lets go of who left.

use crate::plan::{Bounds, Candidate, next_set};
use crate::types::{Finality, ValidatorState};
use crate::{Config, Event, Pallet, PendingRestart, Roster, SessionSets};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::traits::Get;
use frame_system::RawOrigin;
use pallet_session::Pallet as Session;
use sp_staking::{SessionIndex, offence::OffenceSeverity};

impl<T: Config> Pallet<T> {
    /// Everyone who has session keys at genesis serves.
    fn genesis_set() -> Vec<T::AccountId> {
        Roster::<T>::mutate(|roster| {
            for who in pallet_session::NextKeys::<T>::iter_keys() {
                let _ = roster.try_insert(who, ValidatorState::Serving);
            }
            roster.keys().cloned().collect()
        })
    }

    fn candidates() -> Vec<Candidate<T::AccountId>> {
        let now: BTreeSet<_> = Session::<T>::validators().into_iter().collect();
        let roster = Roster::<T>::get().into_inner().into_iter();
        roster
            .map(|(who, state)| Candidate {
                validates: now.contains(&who),
                has_keys: pallet_session::NextKeys::<T>::contains_key(&who),
                who,
                state,
            })
            .collect()
    }

    /// Whether the session that begins now has this set, with the keys that the set has now.
    fn is_as_before(set: &[T::AccountId]) -> bool {
        let begun = pallet_session::QueuedKeys::<T>::get();
        begun.len() == set.len()
            && begun.iter().zip(set).all(|((before, keys), now)| {
                before == now && pallet_session::NextKeys::<T>::get(now).as_ref() == Some(keys)
            })
    }

    /// The set of the session `index`, if it must be named. The session before it begins now.
    fn plan(index: SessionIndex) -> Option<Vec<T::AccountId>> {
        let bounds = Bounds { min: T::MinValidators::get() as usize, max: T::MaxValidators::get() as usize };
        let set = next_set(&Self::candidates(), bounds);
        if set.is_empty() {
            return None;
        }
        Self::keep_set(index, &set);
        Self::note_plan(index, &set);
        let steady = Self::is_as_before(&set);
        if steady {
            Self::restart_finality();
        }
        (!steady || T::Finality::is_changing()).then_some(set)
    }

    /// Notes who is out of the set from this session on, and which banned validators must stay in it.
    fn note_plan(index: SessionIndex, set: &[T::AccountId]) {
        let mut nobody_else = false;
        Roster::<T>::mutate(|roster| {
            for (who, state) in roster.iter_mut() {
                match state {
                    ValidatorState::Leaving if !set.contains(who) => {
                        *state = ValidatorState::Left { last: index.saturating_sub(1) };
                    }
                    ValidatorState::Banned { out_from, .. } if set.contains(who) => {
                        *out_from = index.saturating_add(1);
                        nobody_else = true;
                    }
                    _ => {}
                }
            }
        });
        if nobody_else {
            Self::deposit_event(Event::NobodyElse { session: index });
        }
    }

    fn restart_finality() {
        if let Some(restart) = PendingRestart::<T>::take()
            && let Err(error) = T::Finality::restart(restart)
        {
            log::error!(target: "runtime::validators", "finality cannot be restarted: {error:?}");
        }
    }

    /// Disables those who must not be in the set and still are: a new set begins with nobody disabled.
    fn disable_banned() {
        let roster = Roster::<T>::get();
        for who in Session::<T>::validators() {
            if roster.get(&who).is_some_and(ValidatorState::is_banned) {
                Session::<T>::report_offence(who, OffenceSeverity::max_severity());
            }
        }
    }

    /// Forgets who left so long ago that nobody can hold it to account any more. Its keys go, and their deposit is
    /// its own again.
    fn forget_left(ended: SessionIndex) {
        let accountable_from = ended.saturating_sub(T::AccountableSessions::get());
        let mut gone = Vec::new();
        Roster::<T>::mutate(|roster| {
            roster.retain(|who, state| {
                let forget = matches!(state, ValidatorState::Left { last } if *last < accountable_from);
                if forget {
                    gone.push(who.clone());
                }
                !forget
            });
        });
        for validator in gone {
            // It may never have had keys.
            let _ = Session::<T>::purge_keys(RawOrigin::Signed(validator.clone()).into());
            Self::deposit_event(Event::Forgotten { validator });
        }
    }
}

impl<T: Config> pallet_session::SessionManager<T::AccountId> for Pallet<T> {
    fn new_session(index: SessionIndex) -> Option<Vec<T::AccountId>> {
        Self::plan(index)
    }

    fn new_session_genesis(index: SessionIndex) -> Option<Vec<T::AccountId>> {
        let set = Self::genesis_set();
        Self::keep_set(index, &set);
        Some(set)
    }

    fn start_session(_: SessionIndex) {
        Self::disable_banned();
    }

    /// Forgets sessions for which nobody can be held to account any more.
    fn end_session(ended: SessionIndex) {
        if let Some(forgotten) = ended.checked_sub(T::AccountableSessions::get().saturating_add(1)) {
            SessionSets::<T>::remove(forgotten);
        }
        Self::forget_left(ended);
    }
}
