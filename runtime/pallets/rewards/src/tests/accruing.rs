//! What accrues, and in which era.

use super::mock::*;
use crate::{CurrentEras, Earned, Event, Sums, types::Eras};
use deren_primitives::{SiteId, Slot};

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
fn slots_of_an_era_add_up_by_owner() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 500);
        sold(403, 1, 700);
        sold(403, 2, 1);
        sold(404, 1, 9);
        assert_eq!(Earned::<Test>::get(100, 1), Some(1200));
        let sums = Sums::<Test>::get(100).expect("earned");
        assert_eq!((sums.wh, sums.earners), (1201, 2));
        assert_eq!(Earned::<Test>::get(101, 1), Some(9));
        let first = Event::Accrued { era: 100, slot: Slot(400), site: SiteId(1), owner: 1, rewarded_wh: 500 };
        assert_eq!(events().first(), Some(&first));
    });
}

#[test]
fn nothing_sold_earns_nothing() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 0);
        assert_eq!(Sums::<Test>::get(100), None);
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
        let left_out = Event::LeftOut { era: 100, slot: Slot(400), site: SiteId(3), owner: 3, rewarded_wh: 5 };
        assert_eq!(events(), [left_out]);
        // Who is in stays in.
        sold(401, 2, 5);
        assert_eq!(Earned::<Test>::get(100, 2), Some(10));
    });
}

#[test]
fn what_comes_for_a_paid_era_counts_for_the_next() {
    new_test_ext().execute_with(|| {
        settle(403);
        next_block();
        sold(402, 1, 5);
        assert_eq!(Earned::<Test>::get(101, 1), Some(5));
    });
}

#[test]
fn sums_beyond_all_energy_do_not_overflow() {
    new_test_ext().execute_with(|| {
        sold(400, 1, u64::MAX);
        sold(401, 1, u64::MAX);
        sold(401, 2, u64::MAX);
        settle(403);
        blocks(3);
        assert!(Rewards::minted(100).is_some_and(|minted| minted <= 1_000_000));
    });
}
