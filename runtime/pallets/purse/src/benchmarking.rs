//! What each call costs, at its worst: a purse that opens, and an account that begins to have EUR.

use crate::{Call, Config, Pallet, Purses};
use deren_runtime_apis::Purses as _;
use frame_benchmarking::v2::*;
use frame_support::traits::{
    fungible::{Inspect as _, Mutate as _},
    tokens::Preservation,
};
use frame_system::RawOrigin;

/// What benchmarks need of EUR. The runtime implements it with its real ones.
pub trait BenchmarkHelper<AccountId> {
    /// Gives the account EUR, which are there after the first such call.
    fn fund(who: &AccountId, ueur: u128);
}

/// What moves.
const AMOUNT_UEUR: u128 = 1_000_000;

/// Puts it into the account's purse.
fn filled<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError> {
    T::BenchmarkHelper::fund(who, AMOUNT_UEUR.saturating_add(1));
    Ok(Pallet::<T>::do_fill(who, AMOUNT_UEUR)?)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// The first money of a purse.
    #[benchmark]
    fn fill() {
        let who: T::AccountId = whitelisted_caller();
        T::BenchmarkHelper::fund(&who, AMOUNT_UEUR.saturating_add(1));

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), AMOUNT_UEUR);

        assert_eq!(Pallet::<T>::free_ueur(&who), AMOUNT_UEUR);
    }

    /// The last money of a purse, to an account without EUR.
    #[benchmark]
    fn draw() -> Result<(), BenchmarkError> {
        let who: T::AccountId = whitelisted_caller();
        let other: T::AccountId = account("other", 0, 0);
        filled::<T>(&other)?;
        filled::<T>(&who)?;
        T::Eur::transfer(&who, &other, T::Eur::balance(&who), Preservation::Expendable)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(who.clone()), AMOUNT_UEUR);

        assert_eq!(T::Eur::balance(&who), AMOUNT_UEUR);
        assert!(!Purses::<T>::contains_key(&who));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
