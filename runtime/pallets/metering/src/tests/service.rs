//! Devices that come and go: replacement of a meter, readings from before, sites that are suspended.

use super::mock::*;
use deren_primitives::{DeviceRole, ReadingError, ReadingVerdict, SiteEnergy, Slot};
use deren_runtime_apis::Metering as _;
use frame_support::{assert_ok, pallet_prelude::InvalidTransaction};

#[test]
fn a_replaced_meter_counts_to_its_last_slot_and_the_new_one_from_its_first() {
    run(|| {
        let (mut old, mut new) = (Meter::new(GRID), Meter::new(4));
        register(4, DeviceRole::Grid);
        go_to(FIRST + 3);
        // The replacement was asked for in slot FIRST + 1 and holds from FIRST + 2. The new meter was read before, too.
        assert_eq!(verdict_of(new.read(FIRST + 1, 77, 0)), ReadingVerdict::NOT_IN_SERVICE);
        assert_eq!(verdict_of(old.read(FIRST + 1, 10, 0)), ReadingVerdict::GOOD);
        assert_eq!(verdict_of(new.read(FIRST + 2, 20, 0)), ReadingVerdict::GOOD);
        let late = old.read(FIRST + 2, 10, 0);
        assert_eq!(submit(vec![late]), Err(InvalidTransaction::Custom(6).into()));
        assert_eq!((shown(FIRST + 1).grid, shown(FIRST + 2).grid), (Some(wh(10, 0)), Some(wh(20, 0))));
    });
}

#[test]
fn a_removed_device_still_delivers_its_last_slots() {
    run(|| {
        let mut solar = Meter::new(SOLAR);
        assert_ok!(Registry::remove_device(by(OWNER), device(SOLAR)));
        go_to(FIRST + 3);
        assert_eq!(verdict_of(solar.read(FIRST + 1, 0, 30)), ReadingVerdict::GOOD);
        let gone = sign(solar.read(FIRST + 2, 0, 30));
        let batch = batch_of(vec![gone]);
        let signature = sign_batch(7, &batch);
        assert_eq!(Metering::check(batch, signature), vec![refused(ReadingError::InactiveDevice)]);
        assert_eq!(shown(FIRST + 1).production, wh(0, 30));
    });
}

#[test]
fn a_device_that_serves_again_goes_on_with_its_chain() {
    run(|| {
        go_to(FIRST + 2);
        let mut solar = Meter::new(SOLAR);
        assert_eq!(verdict_of(solar.read(FIRST + 1, 0, 30)), ReadingVerdict::GOOD);
        assert_ok!(Registry::remove_device(by(OWNER), device(SOLAR)));
        go_to(FIRST + 5);
        // A device comes back when all that it served is settled.
        Settled::set(FIRST + 2);
        register(SOLAR, DeviceRole::Production);
        go_to(FIRST + 7);
        let mut unread = solar.peek(FIRST + 2, 0, 120);
        unread.slot_count = 4;
        let verdict = verdict_of(solar.note(unread));
        assert!(verdict.contains(ReadingVerdict::NOT_IN_SERVICE));
        assert_eq!(verdict_of(solar.read(FIRST + 6, 0, 30)), ReadingVerdict::GOOD);
        assert_eq!(solar.sequence, 3);
    });
}

#[test]
fn a_suspended_sites_readings_are_kept_and_trade_nothing() {
    run(|| {
        assert_ok!(Registry::suspend_site(by(OPERATOR), SITE));
        let mut grid = Meter::new(GRID);
        go_to(FIRST + 3);
        let readings = vec![grid.read(FIRST + 1, 40, 0), grid.read(FIRST + 2, 50, 0)];
        assert_eq!(submit(readings), Ok(vec![good(), good()]));
        close(FIRST + 2);
        let demand = SiteEnergy { demand_wh: 40, ..Default::default() };
        assert_eq!(Metering::site_energy(SITE, Slot(FIRST + 1)), Some(demand));
        assert_eq!(Metering::site_energy(SITE, Slot(FIRST + 2)), None);
    });
}

#[test]
fn cursors_are_answered_in_order_and_at_most_256() {
    run(|| {
        go_to(FIRST + 2);
        let mut grid = Meter::new(GRID);
        let reading = grid.read(FIRST + 1, 1, 0);
        assert_eq!(submit(vec![reading.clone()]), Ok(vec![good()]));
        let cursors = Metering::cursors(vec![device(9), device(GRID), device(SOLAR)]);
        assert_eq!(cursors.iter().map(Option::is_some).collect::<Vec<_>>(), vec![false, true, false]);
        let cursor = cursors[1].expect("a cursor");
        assert_eq!((cursor.next_sequence, cursor.next_slot), (1, Slot(FIRST + 2)));
        assert_eq!((cursor.last_hash, cursor.registers), (reading.hash(), reading.registers));
        assert_eq!(Metering::cursors(vec![device(GRID); 300]).len(), 256);
    });
}

/// Enough for matching to know that a slot was metered at all.
#[test]
fn readings_are_counted_for_each_open_slot_flagged_ones_included() {
    run(|| {
        go_to(FIRST + 3);
        let (mut grid, mut solar) = (Meter::new(GRID), Meter::new(SOLAR));
        let mut estimated = solar.peek(FIRST + 1, 0, 5);
        estimated.slot_count = 2;
        let readings = vec![grid.read(FIRST + 1, 1, 0), solar.note(estimated), grid.read(FIRST + 2, 1, 0)];
        let outcomes = submit(readings).expect("valid");
        assert_eq!(outcomes[1], accepted(ReadingVerdict::ESTIMATED));
        assert_eq!(Metering::readings(MARKET, Slot(FIRST + 1)), 2);
        assert_eq!(Metering::readings(MARKET, Slot(FIRST + 2)), 2);
    });
}
