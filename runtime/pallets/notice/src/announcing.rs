//! Announcing, withdrawing and enacting. It must never make a call before its notice is over, nor another call than was
//! announced.

use crate::types::Announcement;
use crate::{Announced, Call, CallOf, Config, Error, Event, NextNumber, Pallet, PalletsOriginOf};
use alloc::boxed::Box;
use codec::Encode;
use frame_support::{
    dispatch::GetDispatchInfo,
    pallet_prelude::*,
    traits::{
        Contains, Get, StorePreimage,
        schedule::{
            DispatchTime, HARD_DEADLINE,
            v3::{Named, TaskName},
        },
    },
};
use frame_system::RawOrigin;
use sp_runtime::traits::{Dispatchable, Hash as _, Saturating};

impl<T: Config> Pallet<T> {
    /// See [`Self::announce`].
    pub(crate) fn do_announce(call: CallOf<T>) -> DispatchResult {
        ensure!(T::Announceable::contains(&call), Error::<T>::NotAnnounceable);
        ensure!(call.get_dispatch_info().call_weight.all_lte(T::MaxWeight::get()), Error::<T>::TooHeavy);
        ensure!(Announced::<T>::count() < T::MaxAnnounced::get(), Error::<T>::TooManyAnnounced);
        let number = NextNumber::<T>::get();
        NextNumber::<T>::put(number.checked_add(1).ok_or(Error::<T>::Overflow)?);
        let hash = T::Hashing::hash_of(&call);
        let when = frame_system::Pallet::<T>::block_number().saturating_add(T::NoticeBlocks::get());
        let enact: CallOf<T> = Call::<T>::enact { number, call: Box::new(call) }.into();
        let bound = T::Preimages::bound(enact)?;
        let root: PalletsOriginOf<T> = RawOrigin::Root.into();
        T::Scheduler::schedule_named(task(number), DispatchTime::At(when), None, HARD_DEADLINE, root, bound)?;
        Announced::<T>::insert(number, Announcement { hash, when });
        Self::deposit_event(Event::Announced { number, hash, when });
        Ok(())
    }

    /// See [`Self::withdraw`].
    pub(crate) fn do_withdraw(number: u32) -> DispatchResult {
        let Announcement { hash, .. } = Announced::<T>::take(number).ok_or(Error::<T>::NotAnnounced)?;
        // What the scheduler has given up already cannot be cancelled there, and needs not.
        let _ = T::Scheduler::cancel_named(task(number));
        Self::deposit_event(Event::Withdrawn { number, hash });
        Ok(())
    }

    /// See [`Self::enact`].
    pub(crate) fn do_enact(number: u32, call: CallOf<T>) -> DispatchResult {
        let Announcement { hash, when } = Announced::<T>::take(number).ok_or(Error::<T>::NotAnnounced)?;
        ensure!(T::Hashing::hash_of(&call) == hash, Error::<T>::AnotherCall);
        ensure!(frame_system::Pallet::<T>::block_number() >= when, Error::<T>::NotAnnounced);
        let result = call.dispatch(RawOrigin::Root.into()).map(|_| ()).map_err(|failed| failed.error);
        Self::deposit_event(Event::Enacted { number, hash, result });
        Ok(())
    }
}

/// What the scheduler calls an announcement.
fn task(number: u32) -> TaskName {
    sp_io::hashing::blake2_256(&(b"DEREN/notice", number).encode())
}
