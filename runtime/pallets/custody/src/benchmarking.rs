//! What each call costs, at its worst.

use crate::{Call, Config, Money, OverEuros, Pallet, SpentIn};
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get};

/// What benchmarks need of other pallets. The runtime implements it with its real ones.
pub trait BenchmarkHelper<AccountId> {
    /// There is an asset for euros, and the account has so many.
    fn fund(who: &AccountId, ueur: u128);
}

/// What everyone has here.
const FUNDS_UEUR: u128 = 1_000_000;

/// Somebody with euros.
fn holder<T: Config>() -> T::AccountId {
    let holder: T::AccountId = account("holder", 0, 0);
    T::BenchmarkHelper::fund(&holder, FUNDS_UEUR);
    holder
}

fn admin<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
    T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// Euros, to an account that has none.
    #[benchmark]
    fn spend() -> Result<(), BenchmarkError> {
        T::BenchmarkHelper::fund(&T::Treasury::get(), FUNDS_UEUR);
        let to: T::AccountId = account("receiver", 0, 0);

        #[extrinsic_call]
        _(admin::<T>()? as T::RuntimeOrigin, Money::Eur, to, 1_000);

        assert_eq!(SpentIn::<T>::get().ueur, 1_000);
        Ok(())
    }

    #[benchmark]
    fn freeze() -> Result<(), BenchmarkError> {
        let who = holder::<T>();

        #[extrinsic_call]
        _(admin::<T>()? as T::RuntimeOrigin, who);

        Ok(())
    }

    #[benchmark]
    fn thaw() -> Result<(), BenchmarkError> {
        let who = holder::<T>();
        T::Euros::freeze(&who)?;

        #[extrinsic_call]
        _(admin::<T>()? as T::RuntimeOrigin, who);

        Ok(())
    }

    /// All that an account has, to one that has none.
    #[benchmark]
    fn force_transfer() -> Result<(), BenchmarkError> {
        let from = holder::<T>();
        let to: T::AccountId = account("receiver", 0, 0);

        #[extrinsic_call]
        _(admin::<T>()? as T::RuntimeOrigin, from, to, FUNDS_UEUR);

        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
