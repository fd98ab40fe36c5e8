//! Who may validate does, and who may not does not. For `try_state`, a runtime query and tests: it reads all of the
//! pallet's state and must never be called from a block.

use crate::types::ValidatorState;
use crate::{Config, Pallet, Roster};
use alloc::{format, string::String};
use frame_support::ensure;
use pallet_session::Pallet as Session;

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    pub fn check_invariants() -> Result<(), String> {
        let roster = Roster::<T>::get();
        let validators = Session::<T>::validators();
        let now = Session::<T>::current_index();
        for who in &validators {
            let state = roster.get(who).ok_or_else(|| format!("{who:?} validates and is not on the roster"))?;
            let out = match state {
                ValidatorState::Banned { out_from, .. } => now >= *out_from,
                ValidatorState::Left { last } => now > *last,
                ValidatorState::Serving | ValidatorState::Leaving => false,
            };
            ensure!(!out, format!("{who:?} validates in session {now} and must not: {state:?}"));
        }
        Ok(())
    }
}
