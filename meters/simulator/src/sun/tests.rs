//! The sun's position against published values.

use super::*;
use chrono::{TimeZone, Utc};
use proptest::prelude::*;

fn unix_s(year: i32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> f64 {
    Utc.with_ymd_and_hms(year, month, day, hour, minute, second).unwrap().timestamp() as f64
}

fn highest(place: Place, midnight: f64) -> (f64, SunPosition) {
    (0..86_400)
        .step_by(10)
        .map(|second| (midnight + f64::from(second), position(place, midnight + f64::from(second))))
        .max_by(|a, b| a.1.elevation_deg.total_cmp(&b.1.elevation_deg))
        .unwrap()
}

#[test]
fn meeus_examples_25a_and_28b() {
    // 1992 October 13, 0h TD: declination −7.78507°, equation of time 3.427351° = 13.709 min.
    let sun = coordinates(unix_s(1992, 10, 13, 0, 0, 0));
    assert!((sun.declination_deg + 7.78507).abs() < 1e-4, "{sun:?}");
    assert!((sun.equation_of_time_min - 4.0 * 3.427351).abs() < 2e-3, "{sun:?}");
}

#[test]
fn nrel_spa_example() {
    // Reda & Andreas, NREL/TP-560-34302, appendix A.5: 2003 October 17, 12:30:30 at UTC−7, 39.742476 N, 105.1786 W:
    // zenith 50.11162° (with 0.014° of refraction), azimuth 194.34024°.
    let place = Place { latitude_deg: 39.742476, longitude_deg: -105.1786 };
    let sun = position(place, unix_s(2003, 10, 17, 19, 30, 30));
    assert!((90.0 - sun.elevation_deg - 50.11162).abs() < 0.03, "{sun:?}");
    assert!((sun.azimuth_deg - 194.34024).abs() < 0.03, "{sun:?}");
}

#[test]
fn noon_at_the_solstices_stands_at_90_minus_latitude_plus_23_44() {
    for latitude_deg in [30.0, 47.5, 52.52, 60.0] {
        let place = Place { latitude_deg, longitude_deg: 13.4 };
        let (_, june) = highest(place, unix_s(2026, 6, 21, 0, 0, 0));
        let (_, december) = highest(place, unix_s(2026, 12, 21, 0, 0, 0));
        assert!((june.elevation_deg - (90.0 - latitude_deg + 23.44)).abs() < 0.01, "{latitude_deg}: {june:?}");
        assert!((december.elevation_deg - (90.0 - latitude_deg - 23.44)).abs() < 0.01, "{latitude_deg}: {december:?}");
        assert!((june.azimuth_deg - 180.0).abs() < 0.1 && (december.azimuth_deg - 180.0).abs() < 0.1);
    }
}

#[test]
fn sunrise_and_sunset_lie_evenly_around_noon() {
    let place = Place { latitude_deg: 48.1, longitude_deg: 11.6 };
    for (month, day) in [(3, 20), (6, 21), (9, 23), (12, 21)] {
        let midnight = unix_s(2026, month, day, 0, 0, 0);
        let up: Vec<f64> = (0..86_400)
            .map(|s| midnight + f64::from(s))
            .filter(|at| position(place, *at).elevation_deg > 0.0)
            .collect();
        let (noon, at_noon) = highest(place, midnight);
        let (before, after) = (noon - up.first().unwrap(), up.last().unwrap() - noon);
        // Declination moves within a day, by up to 24 arc seconds an hour at the equinoxes.
        assert!((before - after).abs() < 90.0, "{month}-{day}: {before} s and {after} s");
        let declination_deg = coordinates(noon).declination_deg;
        assert!((up.len() as f64 / 3600.0 - day_length_h(48.1, declination_deg)).abs() < 0.03);
        assert!(at_noon.elevation_deg > 0.0);
    }
}

#[test]
fn polar_day_and_polar_night() {
    let place = Place { latitude_deg: 78.2, longitude_deg: 15.6 };
    let lowest = |midnight: f64| {
        (0..24).map(|h| position(place, midnight + 3600.0 * f64::from(h)).elevation_deg).fold(f64::MAX, f64::min)
    };
    assert!(lowest(unix_s(2026, 6, 21, 0, 0, 0)) > 0.0);
    assert!(highest(place, unix_s(2026, 12, 21, 0, 0, 0)).1.elevation_deg < 0.0);
    assert_eq!(day_length_h(78.2, 23.44), 24.0);
    assert_eq!(day_length_h(78.2, -23.44), 0.0);
}

#[test]
fn a_panel_that_looks_at_the_sun_has_incidence_one() {
    let sun = SunPosition { elevation_deg: 30.0, azimuth_deg: 200.0 };
    assert!((cos_incidence(sun, 60.0, 200.0) - 1.0).abs() < 1e-12);
    assert!((cos_incidence(sun, 0.0, 77.0) - 0.5).abs() < 1e-12);
    assert!(cos_incidence(sun, 90.0, 20.0) < 0.0);
}

proptest! {
    #[test]
    fn is_always_a_position(latitude_deg in -90.0f64..=90.0, longitude_deg in -180.0f64..=180.0, at in 0.0f64..4e9) {
        let sun = position(Place { latitude_deg, longitude_deg }, at);
        prop_assert!((-90.0..=90.0).contains(&sun.elevation_deg));
        prop_assert!((0.0..=360.0).contains(&sun.azimuth_deg));
        prop_assert!(coordinates(at).declination_deg.abs() <= 23.5);
        prop_assert!(coordinates(at).equation_of_time_min.abs() <= 17.0);
    }
}
