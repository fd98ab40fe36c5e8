//! What each call costs, growing with the length of what is announced.

use crate::{Announced, Call, CallOf, Config, Pallet};
use alloc::{boxed::Box, vec};
use frame_benchmarking::v2::*;
use frame_support::traits::EnsureOrigin;
use frame_system::RawOrigin;

/// A call of this length that does nothing.
fn remark<T: Config>(length: u32) -> CallOf<T>
where
    CallOf<T>: From<frame_system::Call<T>>,
{
    let remark = vec![0; usize::try_from(length).unwrap_or_default()];
    frame_system::Call::<T>::remark { remark }.into()
}

#[benchmarks(where CallOf<T>: From<frame_system::Call<T>>)]
mod benchmarks {
    use super::*;

    /// A call of `l` bytes.
    #[benchmark]
    fn announce(l: Linear<0, 100_000>) -> Result<(), BenchmarkError> {
        let origin = T::CouncilOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Box::new(remark::<T>(l)));

        assert_eq!(Announced::<T>::count(), 1);
        Ok(())
    }

    /// A call that is too long for the agenda.
    #[benchmark]
    fn withdraw() -> Result<(), BenchmarkError> {
        let origin = T::CouncilOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        Pallet::<T>::do_announce(remark::<T>(10_000))?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, 0);

        assert_eq!(Announced::<T>::count(), 0);
        Ok(())
    }

    /// A call that does nothing.
    #[benchmark]
    fn enact() -> Result<(), BenchmarkError> {
        Pallet::<T>::do_announce(remark::<T>(0))?;
        let when = Announced::<T>::get(0).map(|announced| announced.when).unwrap_or_default();
        frame_system::Pallet::<T>::set_block_number(when);

        #[extrinsic_call]
        _(RawOrigin::Root, 0, Box::new(remark::<T>(0)));

        assert_eq!(Announced::<T>::count(), 0);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
