//! The design's fifth invariant, and that the pallet's sums add up. For `try_state`, a runtime query and tests: it reads
//! all of the pallet's state and must never be called from a block.

use crate::{Carried, Config, CurrentEras, Earned, Minted, Pallet, Sums, TotalMinted};
use alloc::{format, string::String};
use frame_support::{ensure, traits::Get};

impl<T: Config> Pallet<T> {
    /// `Err` with the first violation, in words.
    pub fn check_invariants() -> Result<(), String> {
        let schedule = T::Schedule::get();
        let total = TotalMinted::<T>::get();
        let Some(eras) = CurrentEras::<T>::get() else {
            ensure!(total == 0 && Sums::<T>::iter().next().is_none(), String::from("rewards before the first era"));
            return Ok(());
        };
        for (era, minted) in Minted::<T>::iter() {
            ensure!(eras.first <= era && era < eras.next, format!("era {era}: minted, but not paid"));
            let emission = schedule.emission(era.saturating_sub(eras.first));
            ensure!(minted <= emission, format!("era {era}: minted {minted}, the schedule emits {emission}"));
        }
        let mut so_far = total;
        for (era, sums) in Sums::<T>::iter() {
            ensure!(era >= eras.next, format!("era {era}: paid, but its sums are kept"));
            ensure!(sums.minted == 0 || era == eras.next, format!("era {era}: minted before its turn"));
            ensure!(sums.earners <= T::MaxEarners::get(), format!("era {era}: {} earners", sums.earners));
            so_far = so_far.saturating_add(sums.minted);
            let unpaid = Earned::<T>::iter_prefix(era);
            let (earners, wh) = unpaid
                .fold((0u32, 0u64), |(earners, sum), (_, wh)| (earners.saturating_add(1), sum.saturating_add(wh)));
            let whole = earners == sums.earners && wh == sums.wh;
            let part = era == eras.next && earners < sums.earners && wh < sums.wh;
            ensure!(whole || part, format!("era {era}: its earners' {wh} Wh are not its sum, {} Wh", sums.wh));
        }
        let emitted = schedule.emitted_through(eras.next.saturating_sub(eras.first));
        ensure!(so_far <= emitted, format!("minted {so_far} in all, the schedule emits {emitted}"));
        ensure!(so_far <= schedule.hard_cap, format!("minted {so_far}, the hard cap is {}", schedule.hard_cap));
        let carried = Carried::<T>::iter_values().fold(0u128, u128::saturating_add);
        ensure!(carried <= so_far, format!("{carried} carried of {so_far} earned"));
        Ok(())
    }
}
