//! A reading may show a tenth more than its device's rated power, and two register steps.

use deren_market::reading::most_mwh;
use proptest::prelude::*;

#[test]
fn five_kilowatts_give_at_most_1375_watt_hours_in_a_quarter_hour() {
    assert_eq!(most_mwh(5_000, 900, 0), 1_375_000);
    assert_eq!(most_mwh(5_000, 900, 100), 1_375_200);
    assert_eq!(most_mwh(5_000, 1_800, 0), 2 * 1_375_000);
    assert_eq!(most_mwh(1, 1, 0), 0, "0.3 mWh are rounded down");
    assert_eq!(most_mwh(0, 900, 7), 14);
}

#[test]
fn extreme_ratings_are_bounded() {
    assert_eq!(most_mwh(u32::MAX, u64::MAX, u64::MAX), u64::MAX);
}

proptest! {
    #[test]
    fn rounding_changes_no_judgement(
        rated_w in 1..200_000u32, seconds in 1..2_000u32, count in 1..200u16, step_mwh in 0..100_000u64, off_mwh in 0..5u64,
    ) {
        let most = u128::from(rated_w) * u128::from(seconds) * u128::from(count) * 11_000
            + u128::from(step_mwh) * 72_000;
        let near_mwh = (u64::try_from(most / 36_000).expect("small") + off_mwh).saturating_sub(2);
        let allowed = near_mwh <= most_mwh(rated_w, u64::from(seconds) * u64::from(count), step_mwh);
        prop_assert_eq!(allowed, u128::from(near_mwh) * 36_000 <= most);
    }
}
