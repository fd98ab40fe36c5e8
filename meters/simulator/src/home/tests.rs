//! A home's books balance, and depend on nothing but configuration and instant.

use super::*;
use crate::{
    config::{LoadConfig, PvConfig},
    load::Profile,
};
use proptest::prelude::*;

fn neighbourhood(seed: u64) -> SimulatorConfig {
    SimulatorConfig { seed, ..SimulatorConfig::new("2026-06-21".parse().unwrap(), "11:00".parse().unwrap()) }
}

fn sunny_home() -> HomeConfig {
    HomeConfig {
        pv: Some(PvConfig::new(6.0)),
        battery: Some(BatteryConfig::new(8_000, 4_000)),
        ..HomeConfig::new("sunny")
    }
}

fn after(seed: u64, config: &HomeConfig, elapsed_s: u64) -> Home {
    let mut home = Home::new(&neighbourhood(seed), config, [].into_iter());
    assert!(home.advance(elapsed_s, u64::MAX));
    home
}

#[test]
fn a_flat_load_alone_is_imported_to_the_mwh() {
    let load = LoadConfig { profile: Profile::Flat, wh_a_day: 12_000 };
    let home = after(1, &HomeConfig { load, ..HomeConfig::new("flat") }, 86_400);
    let books = home.books();
    assert_eq!((books.import_mwh, books.consumption_mwh), (12_000_000, 12_000_000));
    assert_eq!((books.export_mwh, books.production_mwh), (0, 0));
    assert_eq!(home.powers(), Powers { pv_w: 0, grid_w: 500, battery_w: 0 });
}

#[test]
fn a_sunny_day_exports_and_charges() {
    let books = after(1, &sunny_home(), 7_200).books();
    assert!(books.production_mwh > 2_000_000, "{books:?}");
    assert!(books.charge_mwh > 0 && books.export_mwh > 0, "{books:?}");
}

#[test]
fn the_same_instant_gives_the_same_books_however_it_is_reached() {
    let whole = after(9, &sunny_home(), 50_000);
    let mut pieces = Home::new(&neighbourhood(9), &sunny_home(), [777].into_iter());
    let mut at = 0;
    while at < 50_000 {
        at += 1 + at % 97;
        pieces.advance(at.min(50_000), u64::MAX);
    }
    assert_eq!((whole.books(), whole.powers()), (pieces.books(), pieces.powers()));
    assert_eq!(pieces.at_mark(777).map(|(books, _)| books), Some(after(9, &sunny_home(), 777).books()));
    assert_eq!(pieces.at_mark(778), None);
}

#[test]
fn another_seed_or_another_name_is_another_day() {
    let books = after(1, &sunny_home(), 7_200).books();
    assert_eq!(books, after(1, &sunny_home(), 7_200).books());
    assert_ne!(books, after(2, &sunny_home(), 7_200).books());
    assert_ne!(books, after(1, &HomeConfig { name: "other".into(), ..sunny_home() }, 7_200).books());
}

#[test]
fn catching_up_is_bounded() {
    let mut home = Home::new(&neighbourhood(1), &sunny_home(), [].into_iter());
    assert!(!home.advance(1_000, 400));
    assert_eq!(home.elapsed_s(), 400);
    assert!(!home.advance(1_000, 400));
    assert!(home.advance(1_000, 400));
    assert!(home.advance(500, 0), "passed before");
    assert_eq!(home.elapsed_s(), 1_000);
}

#[test]
fn a_plan_trades_with_the_grid_by_the_clock() {
    let plan = vec![
        PlanWindow { from: "11:00".parse().unwrap(), to: "12:00".parse().unwrap(), power_w: -2_000 },
        PlanWindow { from: "23:00".parse().unwrap(), to: "01:00".parse().unwrap(), power_w: 1_000 },
    ];
    let battery = BatteryConfig { start_percent: 100, plan, ..BatteryConfig::new(20_000, 5_000) };
    let load = LoadConfig { profile: Profile::Flat, wh_a_day: 2_400 };
    let config = HomeConfig { load, battery: Some(battery), ..HomeConfig::new("trader") };
    let at_noon = after(1, &config, 3_600).books();
    assert_eq!((at_noon.discharge_mwh, at_noon.export_mwh), (2_000_000, 1_900_000));
    let charged = |hours: u64| after(1, &config, hours * 3_600).books().charge_mwh;
    assert_eq!(charged(12), 0);
    assert_eq!(charged(14), 2_000_000, "over midnight");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn books_balance_to_the_mwh(
        seed: u64, kwp in 0.0f64..20.0, wh_a_day in 0u32..60_000, capacity_wh in 0u32..20_000, power_w in 0u32..10_000,
        efficiency_percent in 1u8..=100, start_percent in 0u8..=100, planned_w in -8_000i32..8_000, checks in 1u64..20,
    ) {
        let plan = vec![PlanWindow { from: "12:00".parse().unwrap(), to: "12:30".parse().unwrap(), power_w: planned_w }];
        let battery = BatteryConfig { start_percent, efficiency_percent, plan, ..BatteryConfig::new(capacity_wh, power_w) };
        let load = LoadConfig { profile: Profile::Household, wh_a_day };
        let config =
            HomeConfig { pv: Some(PvConfig::new(kwp)), load, battery: Some(battery), ..HomeConfig::new("any") };
        let mut home = Home::new(&neighbourhood(seed), &config, [].into_iter());
        let mut before = home.books();
        for check in 1..=checks {
            home.advance(check * 613, u64::MAX);
            let books = home.books();
            let (came_in, went_out) = books.sides_mwh();
            prop_assert_eq!(came_in, went_out);
            prop_assert!(books.import_mwh >= before.import_mwh && books.export_mwh >= before.export_mwh);
            before = books;
        }
    }
}
