//! What each call and each stage costs, at its worst, growing with earners.

use crate::types::{Earning, EraSums, Eras, MarketSums, Paying as PayingEra};
use crate::{Call, Carried, Config, CurrentEras, Earned, MarketEras, Pallet, Paying, Sums, ZonesEarned};
use deren_market::rewards::Worth;
use deren_primitives::{MarketId, Slot, ZoneId};
use frame_benchmarking::v2::*;
use frame_support::traits::{Get, Hooks, fungible::Inspect as _};
use frame_system::RawOrigin;

/// What benchmarks need of matching. The runtime implements it with its real pallet.
pub trait BenchmarkHelper {
    /// Everything through this slot is settled.
    fn settle_through(slot: Slot);
}

/// The market of each benchmark.
const MARKET: MarketId = MarketId(0);
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

    /// The claims of `z` zones.
    #[benchmark]
    fn count_claims(z: Linear<1, { T::MaxZones::get() }>) {
        begin::<T>(1);
        for zone in 0..z {
            ZonesEarned::<T>::insert((MARKET, ERA, ZoneId(zone)), 1_000_000);
        }
        let earned = Earning { wh: 1, fee_base_ueur: u128::from(z).saturating_mul(1_000_000) };
        MarketEras::<T>::insert(MARKET, ERA, MarketSums { fees_ueur: earned.fee_base_ueur, earned, earners: z });
        Sums::<T>::insert(ERA, EraSums { uncounted: 1, unpaid: 1, ..Default::default() });

        #[block]
        {
            assert_eq!(Pallet::<T>::count_claims(MARKET, ERA, 1_000_000, 500_000), z);
        }

        assert!(Paying::<T>::contains_key(MARKET, ERA));
    }

    /// A page of `e` earners, each with something carried, and each of a zone of its own.
    #[benchmark]
    fn pay_page(e: Linear<1, { T::PageSize::get() }>) {
        begin::<T>(1);
        let fee_base_ueur = 1_000_000u128;
        for number in 0..e {
            let owner: T::AccountId = account("earner", number, 0);
            let zone = ZoneId(number);
            Earned::<T>::insert((MARKET, ERA, zone, &owner), Earning { wh: 1_000_000, fee_base_ueur });
            ZonesEarned::<T>::insert((MARKET, ERA, zone), fee_base_ueur);
            Carried::<T>::insert(&owner, T::Ren::minimum_balance());
        }
        // 10 REN a euro.
        let worth = Worth { fees_ueur: 3, rebates_ueur: 1, rate: 10_000_000_000_000_000_000_000_000 };
        Paying::<T>::insert(MARKET, ERA, PayingEra { worth, fullness: None, minted: 0 });
        let sums = EraSums { claims: u128::MAX, limit: u128::MAX, unpaid: 1, ..Default::default() };
        Sums::<T>::insert(ERA, sums);
        let fees_ueur = fee_base_ueur.saturating_mul(e.into());
        let earned = Earning { wh: 1, fee_base_ueur: fees_ueur };
        MarketEras::<T>::insert(MARKET, ERA, MarketSums { fees_ueur, earned, earners: e });

        #[block]
        {
            assert!(Pallet::<T>::pay_page(MARKET, ERA).is_ok_and(|paid| paid >= e));
        }

        assert_eq!(Earned::<T>::iter_prefix((MARKET, ERA)).count(), 0);
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
