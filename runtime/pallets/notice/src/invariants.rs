//! That what is announced is still to come. For `try_state`, a runtime query and tests: it reads all of the pallet's
//! state and must never be called from a block.

use crate::{Announced, Config, NextNumber, Pallet};
use alloc::{format, string::String};
use frame_support::{ensure, traits::Get};

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    pub fn check_invariants() -> Result<(), String> {
        let count = Announced::<T>::count();
        ensure!(count <= T::MaxAnnounced::get(), format!("{count} acts are announced"));
        let next = NextNumber::<T>::get();
        for number in Announced::<T>::iter_keys() {
            ensure!(number < next, format!("announcement {number} is from the future"));
        }
        Ok(())
    }
}
