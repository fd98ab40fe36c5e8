//! What each call and each stage costs, at its worst, growing with earners.

use crate::types::{EraSums, Eras};
use crate::{Call, Carried, Config, CurrentEras, Earned, Pallet, Sums};
use deren_primitives::Slot;
use frame_benchmarking::v2::*;
use frame_support::traits::{Get, Hooks, fungible::Inspect as _};
use frame_system::RawOrigin;

/// What benchmarks need of matching. The runtime implements it with its real pallet.
pub trait BenchmarkHelper {
    /// Everything through this slot is settled.
    fn settle_through(slot: Slot);
}

/// The era of each benchmark.
const ERA: u32 = 1000;

/// The chain's first era is the one to be paid; everything through the end of the `eras`th from it is settled.
fn begin<T: Config>(eras: u32) {
    CurrentEras::<T>::put(Eras { first: ERA, next: ERA });
    let last = ERA.saturating_add(eras).checked_sub(1).and_then(Pallet::<T>::last_slot);
    T::BenchmarkHelper::settle_through(last.unwrap_or_default());
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// A block in which no era can be paid.
    #[benchmark]
    fn look() {
        begin::<T>(0);
        let block = 1u32.into();

        #[block]
        {
            Pallet::<T>::on_initialize(block);
        }
    }

    /// An era in which nobody earned.
    #[benchmark]
    fn skip_era() {
        begin::<T>(1);
        let block = 1u32.into();

        #[block]
        {
            Pallet::<T>::on_initialize(block);
        }

        assert_eq!(Pallet::<T>::minted(ERA), Some(0));
    }

    /// A page of `e` earners, each with something carried, of an era that goes on.
    #[benchmark]
    fn pay_page(e: Linear<1, { T::PageSize::get() }>) {
        begin::<T>(1);
        let earners = T::PageSize::get();
        let wh = 1_000_000_000u64;
        for number in 0..earners {
            let owner: T::AccountId = account("earner", number, 0);
            if number < e {
                Earned::<T>::insert(ERA, &owner, wh);
                Carried::<T>::insert(&owner, T::Ren::minimum_balance());
            }
        }
        let sums = EraSums { wh: wh.saturating_mul(earners.into()), earners, minted: 0 };
        Sums::<T>::insert(ERA, sums);
        let eras = Eras { first: ERA, next: ERA };

        #[block]
        {
            assert_eq!(Pallet::<T>::pay_page(eras), Ok(e));
        }

        assert_eq!(Earned::<T>::iter_prefix(ERA).count(), 0);
    }

    /// What was carried is enough now.
    #[benchmark]
    fn claim() {
        let owner: T::AccountId = account("earner", 0, 0);
        Carried::<T>::insert(&owner, T::Ren::minimum_balance());
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), owner.clone());

        assert_eq!(Carried::<T>::get(&owner), None);
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
