//! A site's grid meter trades as export what its production and storage show.

use super::mock::*;
use crate::{Energies, Event, SlotEnergies};
use deren_primitives::{DeviceRole, SiteEnergy, Slot};
use deren_runtime_apis::Metering as _;
use proptest::prelude::*;

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
fn an_over_export_trades_the_corroborated_part_and_is_said_once() {
    run(|| {
        go_to(FIRST + 2);
        let grid = Meter::new(GRID).read(FIRST + 1, 0, 900);
        let solar = Meter::new(SOLAR).read(FIRST + 1, 0, 500);
        assert_eq!(submit(vec![grid, solar]), Ok(vec![good(), good()]));
        assert_eq!(Metering::site_energy(SITE, Slot(FIRST + 1)), None, "the slot is not closed");
        close(FIRST + 1);
        let energy = SiteEnergy { surplus_wh: 500, demand_wh: 0, produced_wh: 500 };
        assert_eq!(Metering::site_energy(SITE, Slot(FIRST + 1)), Some(energy));
        assert_eq!(Metering::site_energy(SITE, Slot(FIRST + 1)), Some(energy));
        let said = RuntimeEvent::Metering(Event::OverExport {
            market: MARKET,
            site: SITE,
            slot: Slot(FIRST + 1),
            surplus_wh: 900,
            uncorroborated_wh: 400,
        });
        assert_eq!(events().into_iter().filter(|event| *event == said).count(), 1);
    });
}

#[test]
fn an_export_without_production_trades_nothing() {
    run(|| {
        go_to(FIRST + 2);
        assert_eq!(submit(vec![Meter::new(GRID).read(FIRST + 1, 0, 900)]), Ok(vec![good()]));
        close(FIRST + 1);
        assert_eq!(Metering::site_energy(SITE, Slot(FIRST + 1)), Some(SiteEnergy::default()));
    });
}

#[test]
fn the_order_in_which_roles_arrive_does_not_matter() {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let results: Vec<_> = orders
        .into_iter()
        .map(|order| {
            let mut seen = None;
            run(|| {
                go_to(FIRST + 2);
                let readings = [
                    Meter::new(GRID).read(FIRST + 1, 20, 700),
                    Meter::new(SOLAR).read(FIRST + 1, 5, 900),
                    Meter::new(BATTERY).read(FIRST + 1, 100, 30),
                ];
                for place in order {
                    assert_eq!(submit(vec![readings[place].clone()]), Ok(vec![good()]));
                }
                close(FIRST + 1);
                seen = Metering::site_energy(SITE, Slot(FIRST + 1));
            });
            seen
        })
        .collect();
    assert_eq!(results[0], Some(SiteEnergy { surplus_wh: 680, demand_wh: 0, produced_wh: 900 }));
    assert!(results.iter().all(|result| *result == results[0]));
}

proptest! {
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
