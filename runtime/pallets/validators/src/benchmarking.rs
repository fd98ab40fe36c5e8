//! What each call costs, at its worst: with a full roster and a full set.

use crate::types::{Reason, Restart, ValidatorState};
use crate::{Call, Config, Pallet, PendingRestart, Roster};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get};
use frame_system::pallet_prelude::BlockNumberFor;

fn validator<T: Config>(number: u32) -> T::AccountId {
    account("validator", number, 0)
}

/// A roster with one place left, on which `MaxValidators - 1` serve and validate and the others have left.
fn fill_roster<T: Config>() {
    let serving = T::MaxValidators::get().saturating_sub(1);
    for number in 0..T::MaxKnown::get().saturating_sub(1) {
        let state = if number < serving { ValidatorState::Serving } else { ValidatorState::Left { last: 0 } };
        Roster::<T>::mutate(|roster| {
            let added = roster.try_insert(validator::<T>(number), state);
            debug_assert!(added.is_ok());
        });
    }
    let validators: Vec<_> = (0..serving).map(validator::<T>).collect();
    pallet_session::Validators::<T>::put(validators);
}

fn state_of<T: Config>(number: u32) -> Option<ValidatorState> {
    Roster::<T>::get().get(&validator::<T>(number)).copied()
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn add_validator() -> Result<(), BenchmarkError> {
        fill_roster::<T>();
        let origin = <T as Config>::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        let number = T::MaxKnown::get();

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, validator::<T>(number));

        assert_eq!(state_of::<T>(number), Some(ValidatorState::Serving));
        Ok(())
    }

    #[benchmark]
    fn remove_validator() -> Result<(), BenchmarkError> {
        fill_roster::<T>();
        let origin = <T as Config>::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, validator::<T>(0));

        assert_eq!(state_of::<T>(0), Some(ValidatorState::Leaving));
        Ok(())
    }

    #[benchmark]
    fn ban() -> Result<(), BenchmarkError> {
        fill_roster::<T>();
        let origin = <T as Config>::UrgentOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, validator::<T>(0));

        assert!(state_of::<T>(0).is_some_and(|state| state.is_banned()));
        Ok(())
    }

    #[benchmark]
    fn readmit() -> Result<(), BenchmarkError> {
        fill_roster::<T>();
        let banned = ValidatorState::Banned { reason: Reason::Equivocation, out_from: 2 };
        Roster::<T>::mutate(|roster| roster.get_mut(&validator::<T>(0)).map(|kept| *kept = banned));
        let origin = <T as Config>::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, validator::<T>(0));

        assert_eq!(state_of::<T>(0), Some(ValidatorState::Serving));
        Ok(())
    }

    #[benchmark]
    fn note_stalled() -> Result<(), BenchmarkError> {
        frame_system::Pallet::<T>::set_block_number(10u32.into());
        let origin = <T as Config>::UrgentOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        let (delay, best_finalised): (BlockNumberFor<T>, BlockNumberFor<T>) = (1u32.into(), 1u32.into());

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, delay, best_finalised);

        assert_eq!(PendingRestart::<T>::get(), Some(Restart { delay, best_finalised }));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
