//! A site's grid meter trades as export what its production and storage show.

use deren_market::{Energies, SlotEnergies, reading::tolerated_wh};
use deren_primitives::DeviceRole;
use proptest::prelude::*;

fn wh(import_wh: u64, export_wh: u64) -> Energies {
    Energies { import_wh, export_wh }
}

fn energies(grid: Energies, production: Energies, storage: Energies) -> SlotEnergies {
    let mut energies = SlotEnergies::default();
    energies.add(DeviceRole::Grid, 1_000, grid);
    energies.add(DeviceRole::Production, 100, production);
    energies.add(DeviceRole::Storage, 100, storage);
    energies
}

/// Surplus, demand, and what is not corroborated.
fn judged(grid: Energies, production: Energies, storage: Energies) -> (u64, u64, u64) {
    let (energy, uncorroborated_wh) = energies(grid, production, storage).judge().expect("a grid meter");
    assert_eq!(energy.produced_wh, production.export_wh);
    (energy.surplus_wh, energy.demand_wh, uncorroborated_wh)
}

#[test]
fn an_export_that_production_shows_trades_whole() {
    assert_eq!(judged(wh(0, 800), wh(0, 1_000), wh(0, 0)), (800, 0, 0));
    assert_eq!(judged(wh(300, 0), wh(0, 1_000), wh(0, 0)), (0, 300, 0));
    assert_eq!(judged(wh(100, 400), wh(0, 1_000), wh(0, 0)), (300, 0, 0));
}

#[test]
fn the_tolerance_is_five_percent_and_two_register_steps() {
    // 1 000 Wh × 1.05 and two steps of 1 Wh.
    assert_eq!(judged(wh(0, 1_052), wh(0, 1_000), wh(0, 0)), (1_052, 0, 0));
    assert_eq!(judged(wh(0, 1_053), wh(0, 1_000), wh(0, 0)), (1_000, 0, 53));
    assert_eq!(judged(wh(0, 2), wh(0, 0), wh(0, 0)), (2, 0, 0));
    assert_eq!(judged(wh(0, 3), wh(0, 0), wh(0, 0)), (0, 0, 3));
}

#[test]
fn a_battery_may_discharge_into_the_grid() {
    assert_eq!(judged(wh(0, 500), wh(0, 0), wh(0, 500)), (500, 0, 0));
    assert_eq!(judged(wh(0, 500), wh(0, 0), wh(0, 200)), (200, 0, 300));
}

#[test]
fn what_a_battery_took_was_not_exported() {
    assert_eq!(judged(wh(0, 1_000), wh(0, 1_000), wh(1_000, 0)), (0, 0, 1_000));
    assert_eq!(judged(wh(0, 400), wh(0, 1_000), wh(600, 0)), (400, 0, 0));
    // Charged from the grid in one half of the slot, exported from the roof in the other.
    assert_eq!(judged(wh(300, 500), wh(0, 1_000), wh(800, 0)), (200, 0, 0));
}

#[test]
fn exports_beside_imports_are_corroborated_by_themselves() {
    // Net 200 Wh are within what was produced, but 900 Wh cannot have left the site.
    assert_eq!(judged(wh(700, 900), wh(0, 300), wh(0, 0)), (0, 0, 200));
}

#[test]
fn a_site_without_a_good_grid_reading_shows_nothing() {
    let mut energies = SlotEnergies::default();
    energies.add(DeviceRole::Production, 1, wh(0, 700));
    assert_eq!(energies.judge(), None);
}

#[test]
fn extreme_claims_are_bounded() {
    assert_eq!(tolerated_wh(u64::MAX, u64::MAX), u64::MAX);
    assert_eq!(tolerated_wh(0, 499), 0, "two steps of less than half a Wh are rounded down");
    assert_eq!(tolerated_wh(0, 500), 1);
}

proptest! {
    #[test]
    fn rounding_changes_no_judgement(shown_wh in 0..10_000_000u64, step_mwh in 0..100_000u64, off_wh in 0..5u64) {
        let most = u128::from(shown_wh) * 105_000 + u128::from(step_mwh) * 200;
        let near_wh = (u64::try_from(most / 100_000).expect("small") + off_wh).saturating_sub(2);
        prop_assert_eq!(near_wh <= tolerated_wh(shown_wh, step_mwh), u128::from(near_wh) * 100_000 <= most);
    }

    #[test]
    fn nothing_trades_beyond_what_is_measured_and_shown(
        grid in (0..2_000u64, 0..2_000u64), sun in (0..50u64, 0..2_000u64), battery in (0..2_000u64, 0..2_000u64),
    ) {
        let (grid, sun, battery) = (wh(grid.0, grid.1), wh(sun.0, sun.1), wh(battery.0, battery.1));
        let (surplus, demand, uncorroborated) = judged(grid, sun, battery);
        prop_assert!(surplus == 0 || demand == 0);
        prop_assert_eq!(surplus + uncorroborated, grid.export_wh.saturating_sub(grid.import_wh));
        prop_assert_eq!(demand, grid.import_wh.saturating_sub(grid.export_wh));
        let shown = (sun.export_wh + battery.export_wh).saturating_sub(sun.import_wh + battery.import_wh);
        prop_assert!(surplus * 100 <= shown * 105 + 200);
    }

    #[test]
    fn an_honest_site_is_never_flagged(
        steps in proptest::collection::vec((0..300u64, 0..300u64, -200..200i64), 1..12),
    ) {
        // In each part of the slot: produced, used, and what the battery gave or took; the grid balances it.
        let (mut grid, mut sun, mut battery) = (Energies::default(), Energies::default(), Energies::default());
        for (produced, used, given) in steps {
            sun.export_wh += produced;
            if given > 0 { battery.export_wh += given.unsigned_abs() } else { battery.import_wh += given.unsigned_abs() }
            let net = produced as i64 - used as i64 + given;
            if net > 0 { grid.export_wh += net.unsigned_abs() } else { grid.import_wh += net.unsigned_abs() }
        }
        prop_assert_eq!(judged(grid, sun, battery).2, 0);
    }

    #[test]
    fn extreme_energies_are_judged_without_overflow(
        grid in any::<(u64, u64)>(), sun in any::<(u64, u64)>(), battery in any::<(u64, u64)>(),
    ) {
        let mut all = energies(wh(grid.0, grid.1), wh(sun.0, sun.1), wh(battery.0, battery.1));
        all.add(DeviceRole::Production, u32::MAX, wh(u64::MAX, u64::MAX));
        prop_assert!(all.judge().is_some());
    }
}
