//! What each call costs, at its worst.

use crate::types::Request;
use crate::{Call, Config, DailyCap, IssuedOn, NextRequest, OnRamp, OpenRequests, Pallet, Requests, Supply};
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get, fungible::Mutate as _};
use frame_system::RawOrigin;
use sp_core::H256;

/// What benchmarks need of other pallets. The runtime implements it with its real ones.
pub trait BenchmarkHelper {
    /// There is an asset for euros, and it is this day.
    fn begin(day: u32);
}

/// The day of each benchmark.
const TODAY: u32 = 1_000;

/// An on-ramp without limits, and a day without anything issued.
fn on_ramp<T: Config>() -> T::AccountId {
    T::BenchmarkHelper::begin(TODAY);
    let on_ramp: T::AccountId = account("on-ramp", 0, 0);
    OnRamp::<T>::put(&on_ramp);
    DailyCap::<T>::put(u128::MAX);
    IssuedOn::<T>::kill();
    on_ramp
}

/// What everyone asks for here.
fn amount<T: Config>() -> u128 {
    T::MinPayoutUeur::get().saturating_add(1_000)
}

/// The only open request of an account that has nothing else.
fn requested<T: Config>() -> (u32, T::AccountId) {
    T::BenchmarkHelper::begin(TODAY);
    let owner: T::AccountId = account("owner", 0, 0);
    let (amount_ueur, reference, day) = (amount::<T>(), H256::repeat_byte(1), 0);
    let minted = T::Eur::mint_into(&Pallet::<T>::waiting_account(), amount_ueur);
    assert!(minted.is_ok());
    Requests::<T>::insert(7, Request { owner: owner.clone(), amount_ueur, reference, day });
    OpenRequests::<T>::insert(&owner, 1);
    NextRequest::<T>::put(8);
    (7, owner)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// To an account that has no euros.
    #[benchmark]
    fn issue() {
        let caller = on_ramp::<T>();
        let to: T::AccountId = account("owner", 0, 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), to, amount::<T>());

        assert_eq!(IssuedOn::<T>::get().amount_ueur, amount::<T>());
    }

    /// All that an account has, and the only request.
    #[benchmark]
    fn request_payout() {
        T::BenchmarkHelper::begin(TODAY);
        let owner: T::AccountId = whitelisted_caller();
        let minted = T::Eur::mint_into(&owner, amount::<T>());
        assert!(minted.is_ok());

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), amount::<T>(), H256::repeat_byte(1));

        assert_eq!(Requests::<T>::count(), 1);
    }

    /// The only request.
    #[benchmark]
    fn mark_paid() {
        let caller = on_ramp::<T>();
        let (number, _) = requested::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), number, H256::repeat_byte(2));

        assert_eq!(Supply::<T>::get().burned, amount::<T>());
    }

    /// The only request, of an account that has no euros any more.
    #[benchmark]
    fn return_payout() {
        let (number, _) = requested::<T>();
        let caller: T::AccountId = whitelisted_caller();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), number);

        assert_eq!(Requests::<T>::count(), 0);
    }

    #[benchmark]
    fn set_on_ramp() -> Result<(), BenchmarkError> {
        let origin = T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let on_ramp: T::AccountId = account("on-ramp", 0, 0);

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Some(on_ramp.clone()));

        assert_eq!(OnRamp::<T>::get(), Some(on_ramp));
        Ok(())
    }

    #[benchmark]
    fn set_daily_cap() -> Result<(), BenchmarkError> {
        let origin = T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, 7);

        assert_eq!(DailyCap::<T>::get(), 7);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
