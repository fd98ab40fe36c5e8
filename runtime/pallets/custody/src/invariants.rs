//! That no more was spent than the caps allow. For `try_state`, a runtime query and tests.

use crate::{Config, Pallet, SpentIn};
use alloc::{format, string::String};
use frame_support::{ensure, traits::Get};

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    pub fn check_invariants() -> Result<(), String> {
        let spent = SpentIn::<T>::get();
        let (ueur, ren) = (T::EurCap::get(), T::RenCap::get());
        ensure!(spent.ueur <= ueur && spent.ren <= ren, format!("{spent:?}, the caps are {ueur} µ€ and {ren}"));
        Ok(())
    }
}
