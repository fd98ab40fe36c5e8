//! What a household draws: a profile of the day, a fridge, and appliances that are switched on at random.
//! A pure function of the seed and the instant. Never knows of sun or battery.

use crate::noise::Noise;
use serde::{Deserialize, Serialize};

/// The shape of a day, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// A family: a hump in the morning, a higher one in the evening.
    #[default]
    Household,
    /// People who are away by day.
    Evening,
    /// A workshop or an office: high by day, little else.
    Day,
    /// Exactly the same power always: no noise, no appliances.
    Flat,
}

impl Profile {
    /// How much of the mean is drawn in each hour; each row sums to about 24.
    const fn hours(self) -> [f64; 24] {
        match self {
            Self::Household => [
                0.5, 0.4, 0.4, 0.4, 0.5, 0.8, 1.3, 1.4, 1.1, 0.9, 0.9, 1.2, 1.2, 0.9, 0.8, 0.9, 1.2, 1.6, 1.9, 1.8,
                1.5, 1.2, 0.8, 0.6,
            ],
            Self::Evening => [
                0.6, 0.4, 0.4, 0.4, 0.5, 1.1, 1.4, 0.9, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.5, 0.8, 1.5, 2.3, 2.6, 2.4,
                2.0, 1.6, 1.2, 0.9,
            ],
            Self::Day => [
                0.3, 0.3, 0.3, 0.3, 0.3, 0.6, 1.4, 2.0, 2.1, 2.1, 2.1, 1.9, 2.0, 2.1, 2.0, 1.6, 0.9, 0.5, 0.3, 0.3,
                0.3, 0.3, 0.3, 0.3,
            ],
            Self::Flat => [1.0; 24],
        }
    }

    /// The profile at an instant, straight lines between the middles of the hours.
    fn at(self, second_of_day: u32) -> f64 {
        let hours = self.hours();
        let x = f64::from(second_of_day) / 3_600.0 - 0.5;
        let before = libm::floor(x);
        let part = x - before;
        let hour = |offset: f64| {
            let index = (before + offset).rem_euclid(24.0) as usize;
            hours.get(index).copied().unwrap_or(1.0)
        };
        hour(0.0) * (1.0 - part) + hour(1.0) * part
    }
}

/// Something that runs now and then: at most once in each window of time.
struct Appliance {
    name: &'static str,
    power_w: f64,
    runs_s: u64,
    window_s: u64,
    /// Runs a day in a home of 10 kWh a day.
    runs_a_day: f64,
}

const APPLIANCES: [Appliance; 4] = [
    Appliance { name: "kettle", power_w: 2_000.0, runs_s: 150, window_s: 1_800, runs_a_day: 6.0 },
    Appliance { name: "hob", power_w: 1_500.0, runs_s: 1_200, window_s: 3_600, runs_a_day: 2.0 },
    Appliance { name: "washing", power_w: 1_100.0, runs_s: 2_700, window_s: 7_200, runs_a_day: 0.8 },
    Appliance { name: "dishes", power_w: 1_200.0, runs_s: 2_400, window_s: 7_200, runs_a_day: 0.7 },
];

impl Appliance {
    const fn wh_a_day(&self) -> f64 {
        self.power_w * self.runs_s as f64 / 3_600.0 * self.runs_a_day
    }

    /// Watts at `unix_s`. A run lies whole in its window, so that one look at one window is enough.
    fn power_w(&self, noise: Noise, profile: Profile, scale: f64, unix_s: u64) -> f64 {
        let (window, into_s) = (unix_s / self.window_s, unix_s % self.window_s);
        let second_of_day = ((window * self.window_s + self.window_s / 2) % 86_400) as u32;
        let windows_a_day = 86_400.0 / self.window_s as f64;
        let chance = self.runs_a_day * scale * profile.at(second_of_day) / windows_a_day;
        if noise.unit(window * 2) >= chance {
            return 0.0;
        }
        let begins_s = noise.between(window * 2 + 1, 0, self.window_s.saturating_sub(self.runs_s));
        if (begins_s..begins_s + self.runs_s).contains(&into_s) { self.power_w } else { 0.0 }
    }
}

const FRIDGE_W: f64 = 80.0;
const FRIDGE_DUTY_PERMILLE: u64 = 400;

/// A home's demand.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    profile: Profile,
    wh_a_day: f64,
    base: Noise,
    appliances: [Noise; APPLIANCES.len()],
    fridge_period_s: u64,
    fridge_phase_s: u64,
}

impl Load {
    /// `wh_a_day` is what is drawn on a long average.
    pub fn new(noise: Noise, profile: Profile, wh_a_day: u32) -> Self {
        let noise = noise.stream("load");
        let fridge = noise.stream("fridge");
        let fridge_period_s = fridge.between(0, 2_000, 3_400);
        Self {
            profile,
            wh_a_day: f64::from(wh_a_day),
            base: noise.stream("base"),
            appliances: APPLIANCES.each_ref().map(|appliance| noise.stream(appliance.name)),
            fridge_period_s,
            fridge_phase_s: fridge.between(1, 0, fridge_period_s),
        }
    }

    /// Milliwatts drawn at `unix_s` (UTC).
    pub fn power_mw(&self, unix_s: u64) -> u64 {
        let mean_w = self.wh_a_day / 24.0;
        if self.profile == Profile::Flat {
            return (mean_w * 1_000.0) as u64;
        }
        let scale = self.wh_a_day / 10_000.0;
        let appliances_w: f64 = APPLIANCES
            .iter()
            .zip(self.appliances)
            .map(|(appliance, noise)| appliance.power_w(noise, self.profile, scale, unix_s))
            .sum();
        let fridge_w = self.fridge_w(unix_s, scale);
        let appliances_mean_w: f64 = APPLIANCES.iter().map(|a| a.wh_a_day() * scale / 24.0).sum();
        let fridge_mean_w = FRIDGE_W * scale.min(1.0) * FRIDGE_DUTY_PERMILLE as f64 / 1_000.0;
        let base_mean_w = (mean_w - appliances_mean_w - fridge_mean_w).max(0.0);
        // 0.6 to 1.4 of the profile over ten minutes, 0.9 to 1.1 over one: mean 1.
        let slow = 0.6 + 0.8 * self.base.smooth(unix_s, 600);
        let fast = 0.9 + 0.2 * self.base.stream("fast").smooth(unix_s, 60);
        let base_w = base_mean_w * self.profile.at((unix_s % 86_400) as u32) * slow * fast;
        ((base_w + appliances_w + fridge_w) * 1_000.0) as u64
    }

    fn fridge_w(&self, unix_s: u64, scale: f64) -> f64 {
        let into_s = (unix_s + self.fridge_phase_s) % self.fridge_period_s;
        let on_s = self.fridge_period_s * FRIDGE_DUTY_PERMILLE / 1_000;
        if into_s < on_s { FRIDGE_W * scale.min(1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIDNIGHT_S: u64 = 1_782_000_000;

    fn day_wh(load: &Load, day: u64) -> f64 {
        (0..86_400).map(|s| load.power_mw(MIDNIGHT_S + day * 86_400 + s) as f64 / 3_600_000.0).sum()
    }

    #[test]
    fn flat_is_flat() {
        let load = Load::new(Noise::new(1, "home"), Profile::Flat, 24_000);
        assert!((0..86_400).step_by(7).all(|s| load.power_mw(MIDNIGHT_S + s) == 1_000_000));
    }

    #[test]
    fn a_month_of_each_profile_draws_what_was_asked() {
        for profile in [Profile::Household, Profile::Evening, Profile::Day] {
            let load = Load::new(Noise::new(11, "home"), profile, 10_000);
            let mean_wh = (0..30).map(|day| day_wh(&load, day)).sum::<f64>() / 30.0;
            assert!((8_500.0..11_500.0).contains(&mean_wh), "{profile:?}: {mean_wh}");
        }
    }

    #[test]
    fn evenings_are_higher_than_nights() {
        let load = Load::new(Noise::new(5, "home"), Profile::Household, 10_000);
        let mean_mw = |from_h: u64, to_h: u64| {
            let seconds = (0..20).flat_map(|day| (from_h * 3600..to_h * 3600).map(move |s| day * 86_400 + s));
            seconds.map(|s| load.power_mw(MIDNIGHT_S + s)).sum::<u64>() / (20 * (to_h - from_h) * 3600)
        };
        assert!(mean_mw(17, 20) > 2 * mean_mw(1, 4));
    }

    #[test]
    fn neighbours_differ_and_each_repeats() {
        let (a, b) = (Noise::new(1, "a"), Noise::new(1, "b"));
        let powers = |noise| {
            let load = Load::new(noise, Profile::Household, 10_000);
            (0..3_600).map(|s| load.power_mw(MIDNIGHT_S + 40_000 + s)).collect::<Vec<_>>()
        };
        assert_eq!(powers(a), powers(a));
        assert_ne!(powers(a), powers(b));
    }

    #[test]
    fn profiles_sum_to_a_day() {
        for profile in [Profile::Household, Profile::Evening, Profile::Day, Profile::Flat] {
            let sum: f64 = profile.hours().iter().sum();
            assert!((sum - 24.0).abs() < 0.75, "{profile:?}: {sum}");
        }
    }

    proptest! {
        #[test]
        fn is_bounded(seed: u64, at in 0u64..4_000_000_000, wh_a_day in 0u32..100_000) {
            let load = Load::new(Noise::new(seed, "home"), Profile::Household, wh_a_day);
            let most_w = f64::from(wh_a_day) / 24.0 * 1.9 * 1.54 + 5_800.0 + FRIDGE_W + 1.0;
            prop_assert!(load.power_mw(at) as f64 <= most_w * 1_000.0);
        }
    }
}
