//! What reaches a panel: the clear sky's light and the clouds in front of it. Never knows of inverters or loads.

use crate::{
    noise::Noise,
    sun::{self, Place},
};
use libm::{exp, pow, sin};

/// Light on a panel under a clear sky, W/m². `unix_s` is UTC.
///
/// Beam: Meinel & Meinel, Applied Solar Energy, 1976: 1353 × 0.7^(AM^0.678), with the air mass AM of Kasten & Young,
/// 1989. Diffuse: a tenth of the beam, from the part of the sky that the panel sees.
pub fn clear_sky_w_m2(place: Place, tilt_deg: f64, azimuth_deg: f64, unix_s: f64) -> f64 {
    let sun = sun::position(place, unix_s);
    if sun.elevation_deg <= 0.0 {
        return 0.0;
    }
    let beam_w_m2 = 1353.0 * pow(0.7, pow(air_mass(sun.elevation_deg), 0.678));
    let direct = sun::cos_incidence(sun, tilt_deg, azimuth_deg).max(0.0);
    let seen_sky = (1.0 + libm::cos(tilt_deg.to_radians())) / 2.0;
    beam_w_m2 * (direct + 0.1 * seen_sky)
}

/// How many times the vertical atmosphere the light passes: 1 at the zenith, about 38 at the horizon. Kasten & Young,
/// 1989.
fn air_mass(elevation_deg: f64) -> f64 {
    1.0 / (sin(elevation_deg.to_radians()) + 0.50572 * pow(elevation_deg + 6.07995, -1.6364))
}

/// The share of a clear sky's light that a cover of 0 to 1 lets through: 1 − 0.75 N^3.4. Kasten & Czeplak, 1980.
pub fn transmission(cover: f64) -> f64 {
    1.0 - 0.75 * pow(cover.clamp(0.0, 1.0), 3.4)
}

/// Clouds as a seeded stochastic process: three layers of smooth noise, of an hour, a quarter and three minutes.
#[derive(Clone, Copy, Debug)]
pub struct Clouds {
    layers: [(Noise, u64, f64); 3],
    cloudiness: f64,
}

impl Clouds {
    /// `cloudiness` is the typical cover: 0 is a clear sky, exactly; 1 is overcast, exactly.
    pub fn new(noise: Noise, cloudiness: f64) -> Self {
        let layers = [("hour", 3_600, 0.5), ("quarter", 900, 0.3), ("minutes", 180, 0.2)]
            .map(|(name, period_s, weight)| (noise.stream(name), period_s, weight));
        Self { layers, cloudiness: cloudiness.clamp(0.0, 1.0) }
    }

    /// The cover in front of the sun, 0 to 1, `unix_s` UTC.
    pub fn cover(&self, unix_s: u64) -> f64 {
        let thickness: f64 =
            self.layers.iter().map(|(noise, period_s, weight)| weight * noise.smooth(unix_s, *period_s)).sum();
        // The edge of a cloud is a quarter of the noise's range; the threshold leaves that range at both ends.
        let threshold = 1.125 - 1.25 * self.cloudiness;
        ((thickness - threshold) / 0.25 + 0.5).clamp(0.0, 1.0)
    }
}

/// A share that falls from 1 as the cells warm in strong light. It is −0.4 %/K, cells 30 K above air at 1000 W/m² and
/// 25 °C.
pub fn warm_cell_share(light_w_m2: f64) -> f64 {
    (1.0 - 0.004 * (30.0 * light_w_m2 / 1000.0 - 5.0)).clamp(0.5, 1.02)
}

/// A share that rises from 0 to 1 with the inverter's load: it needs some power for itself.
pub fn inverter_share(of_rated: f64) -> f64 {
    0.97 * (1.0 - exp(-of_rated.max(0.0) / 0.02))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BERLIN: Place = Place { latitude_deg: 52.52, longitude_deg: 13.4 };
    /// 2026-06-21 00:00 UTC.
    const MIDSUMMER_S: u64 = 1_782_000_000;

    #[test]
    fn midsummer_is_the_date_it_says() {
        assert_eq!(
            chrono::DateTime::from_timestamp(MIDSUMMER_S as i64, 0).unwrap().to_rfc3339(),
            "2026-06-21T00:00:00+00:00"
        );
    }

    #[test]
    fn air_mass_is_one_at_the_zenith_and_two_at_30_degrees() {
        assert!((air_mass(90.0) - 1.0).abs() < 0.001);
        assert!((air_mass(30.0) - 1.994).abs() < 0.002);
        assert!((air_mass(0.0) - 37.9).abs() < 0.5);
    }

    #[test]
    fn a_clear_noon_gives_about_a_kilowatt() {
        let noon = clear_sky_w_m2(BERLIN, 35.0, 180.0, (MIDSUMMER_S + 11 * 3600) as f64);
        assert!((850.0..1100.0).contains(&noon), "{noon}");
        assert_eq!(clear_sky_w_m2(BERLIN, 35.0, 180.0, MIDSUMMER_S as f64), 0.0);
    }

    #[test]
    fn a_clear_summer_day_gives_six_to_nine_kwh_a_square_metre() {
        let day_wh: f64 =
            (0..1440).map(|m| clear_sky_w_m2(BERLIN, 35.0, 180.0, (MIDSUMMER_S + 60 * m) as f64) / 60.0).sum();
        assert!((6_000.0..9_500.0).contains(&day_wh), "{day_wh}");
    }

    #[test]
    fn overcast_lets_a_quarter_through() {
        assert_eq!(transmission(0.0), 1.0);
        assert_eq!(transmission(1.0), 0.25);
        // 4 oktas: 1 − 0.75 × 0.5^3.4 = 0.929
        assert!((transmission(0.5) - 0.929).abs() < 0.001);
    }

    #[test]
    fn clear_is_clear_overcast_is_overcast_and_half_is_between() {
        let noise = Noise::new(3, "sky");
        let (clear, grey, half) = (Clouds::new(noise, 0.0), Clouds::new(noise, 1.0), Clouds::new(noise, 0.5));
        let day = MIDSUMMER_S..MIDSUMMER_S + 86_400;
        assert!(day.clone().step_by(60).all(|at| clear.cover(at) == 0.0 && grey.cover(at) == 1.0));
        let mean = day.clone().step_by(60).map(|at| half.cover(at)).sum::<f64>() / 1440.0;
        assert!((0.3..0.7).contains(&mean), "{mean}");
        let moves = day.step_by(60).any(|at| (half.cover(at) - half.cover(at + 600)).abs() > 0.5);
        assert!(moves, "clouds pass");
    }

    proptest! {
        #[test]
        fn light_and_shares_are_bounded(at in 0u64..4_000_000_000, tilt in 0.0f64..=90.0, azimuth in 0.0f64..=360.0, seed: u64, c in 0.0f64..=1.0) {
            let light = clear_sky_w_m2(BERLIN, tilt, azimuth, at as f64);
            prop_assert!((0.0..1_353.0).contains(&light));
            prop_assert!((0.0..=1.0).contains(&Clouds::new(Noise::new(seed, "s"), c).cover(at)));
            prop_assert!((0.5..=1.02).contains(&warm_cell_share(light)));
            prop_assert!((0.0..=0.97).contains(&inverter_share(light / 1000.0)));
        }
    }
}
