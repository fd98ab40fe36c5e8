//! What accrues, and in which era.

use super::mock::*;
use crate::{
    CurrentEras, Earned, Event, MarketEras, ZonesEarned,
    types::{Earning, Eras},
};
use deren_primitives::{SiteId, Slot, ZoneId};

/// What the owner earned in the zone of its number.
fn earned(era: u32, owner: u64) -> Option<Earning> {
    Earned::<Test>::get((MARKET, era, ZoneId(owner as u32), owner))
}

#[test]
fn an_era_is_so_many_slots() {
    new_test_ext().execute_with(|| {
        assert_eq!(
            (Rewards::era_of(Slot(399)), Rewards::era_of(Slot(400)), Rewards::era_of(Slot(403))),
            (99, 100, 100)
        );
        assert_eq!(Rewards::last_slot(100), Some(Slot(403)));
        assert_eq!(Rewards::last_slot(u32::MAX), None);
        assert_eq!(CurrentEras::<Test>::get(), Some(Eras { first: FIRST_ERA, next: FIRST_ERA }));
    });
}

#[test]
fn slots_of_an_era_add_up_by_owner_and_zone() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 500);
        sold(403, 1, 700);
        sold(403, 2, 1);
        sold(404, 1, 9);
        sold_in(MARKET, 2, 403, 1, 30);
        assert_eq!(earned(100, 1), Some(Earning { wh: 1200, fee_base_ueur: 1200 }));
        let sums = MarketEras::<Test>::get(MARKET, 100).expect("earned");
        assert_eq!((sums.fees_ueur, sums.earned.fee_base_ueur, sums.earners), (1231, 1231, 3));
        assert_eq!(ZonesEarned::<Test>::get((MARKET, 100, ZoneId(2))), 31);
        assert_eq!(earned(101, 1).map(|earned| earned.wh), Some(9));
        let (market, owner, zone, site) = (MARKET, 1, ZoneId(1), SiteId(1));
        let (era, slot) = (100, Slot(400));
        let first = Event::Accrued { market, era, slot, site, zone, owner, rewarded_wh: 500, fee_base_ueur: 500 };
        assert_eq!(events().first(), Some(&first));
    });
}

#[test]
fn what_nobody_paid_a_fee_for_earns_nothing() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 0);
        assert_eq!(MarketEras::<Test>::get(MARKET, 100), None);
        assert_eq!(events(), []);
    });
}

#[test]
fn an_era_has_only_so_many_earners_and_says_whom_it_leaves_out() {
    new_test_ext().execute_with(|| {
        MaxEarners::set(2);
        sold(400, 1, 5);
        sold(400, 2, 5);
        events();
        sold(400, 3, 5);
        assert!(matches!(events()[..], [Event::LeftOut { era: 100, owner: 3, fee_base_ueur: 5, .. }]));
        // Who is in stays in.
        sold(401, 2, 5);
        assert_eq!(earned(100, 2).map(|earned| earned.wh), Some(10));
    });
}

#[test]
fn what_comes_for_a_closed_era_is_left_out() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 5);
        settle(403);
        for _ in 0..3 {
            sold(402, 1, 5);
            next_block();
        }
        assert_eq!(Balances::total_issuance(), 0);
        assert_eq!(crate::TotalMinted::<Test>::get(), 45);
        assert_eq!(events().iter().filter(|event| matches!(event, Event::LeftOut { .. })).count(), 3);
    });
}

#[test]
fn sums_beyond_all_money_do_not_overflow() {
    new_test_ext().execute_with(|| {
        sold(400, 1, u128::MAX);
        sold(401, 2, u128::MAX);
        settle(403);
        blocks(5);
        assert!(Rewards::minted(100).is_some_and(|minted| minted <= 400_000));
    });
}
