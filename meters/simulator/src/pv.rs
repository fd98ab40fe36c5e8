//! What an inverter gives at an instant: sun, clouds and panels joined. A pure function of time. Never keeps books.

use crate::{
    config::PvConfig,
    noise::Noise,
    sky::{self, Clouds},
    sun::Place,
};

/// Between two instants of this grid the clear sky's light is taken as a straight line.
const GRID_S: u64 = 60;
/// Clouds reach the homes of a neighbourhood one after the other, within this time.
const MOST_LAG_S: u64 = 90;

/// One home's panels and inverter.
#[derive(Clone, Debug)]
pub struct Pv {
    place: Place,
    tilt_deg: f64,
    azimuth_deg: f64,
    peak_w: f64,
    rated_w: f64,
    clouds: Clouds,
    lag_s: u64,
    /// The grid interval that was asked for last: its number, the light at its begin and at its end.
    light: Option<(u64, f64, f64)>,
}

impl Pv {
    /// The panels of a home with the noise `own`, under a sky that all homes share.
    pub fn new(config: &PvConfig, place: Place, clouds: Clouds, own: Noise) -> Self {
        Self {
            place,
            tilt_deg: config.tilt_deg,
            azimuth_deg: config.azimuth_deg,
            peak_w: config.kwp * 1_000.0,
            rated_w: f64::from(config.rated_w()),
            clouds,
            lag_s: own.stream("lag").between(0, 0, MOST_LAG_S),
            light: None,
        }
    }

    /// Milliwatts that leave the inverter at `unix_s` (UTC).
    pub fn power_mw(&mut self, unix_s: u64) -> u64 {
        let clear_w_m2 = self.clear_w_m2(unix_s);
        if clear_w_m2 <= 0.0 {
            return 0;
        }
        let cover = self.clouds.cover(unix_s.saturating_sub(self.lag_s));
        let light_w_m2 = clear_w_m2 * sky::transmission(cover);
        let panels_w = self.peak_w * light_w_m2 / 1_000.0 * sky::warm_cell_share(light_w_m2);
        let inverter_w = panels_w * sky::inverter_share(panels_w / self.rated_w.max(1.0));
        (inverter_w.clamp(0.0, self.rated_w) * 1_000.0) as u64
    }

    fn clear_w_m2(&mut self, unix_s: u64) -> f64 {
        let interval = unix_s / GRID_S;
        let (begin, end) = match self.light {
            Some((known, begin, end)) if known == interval => (begin, end),
            _ => {
                let at = |grid: u64| {
                    sky::clear_sky_w_m2(self.place, self.tilt_deg, self.azimuth_deg, (grid * GRID_S) as f64)
                };
                let (begin, end) = (at(interval), at(interval + 1));
                self.light = Some((interval, begin, end));
                (begin, end)
            }
        };
        begin + (end - begin) * (unix_s % GRID_S) as f64 / GRID_S as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { latitude_deg: 52.52, longitude_deg: 13.4 };
    const MIDSUMMER_S: u64 = 1_782_000_000;

    fn pv(config: &PvConfig, cloudiness: f64) -> Pv {
        Pv::new(config, PLACE, Clouds::new(Noise::new(1, "sky"), cloudiness), Noise::new(1, "home"))
    }

    fn day_wh(pv: &mut Pv) -> u64 {
        (0..86_400).map(|s| pv.power_mw(MIDSUMMER_S + s)).sum::<u64>() / 3_600_000
    }

    #[test]
    fn a_clear_midsummer_day_gives_five_to_eight_kwh_a_kwp() {
        let wh = day_wh(&mut pv(&PvConfig::new(1.0), 0.0));
        assert!((5_000..8_000).contains(&wh), "{wh}");
        assert_eq!(pv(&PvConfig::new(1.0), 0.0).power_mw(MIDSUMMER_S), 0, "midnight");
    }

    #[test]
    fn clouds_cost_energy() {
        let of = |cloudiness| day_wh(&mut pv(&PvConfig::new(5.0), cloudiness));
        let (clear, half, grey) = (of(0.0), of(0.5), of(1.0));
        assert!(clear > half && half > grey, "{clear} {half} {grey}");
        assert!(grey * 10 > clear * 2 && grey * 10 < clear * 3, "an overcast sky lets a quarter through");
    }

    #[test]
    fn the_inverter_clips() {
        let config = PvConfig { inverter_w: Some(3_000), ..PvConfig::new(6.0) };
        let most = (0..86_400).map(|s| pv(&config, 0.0).power_mw(MIDSUMMER_S + s)).step_by(600).max();
        assert_eq!(most, Some(3_000_000));
    }

    #[test]
    fn the_order_of_the_questions_does_not_matter() {
        let (mut forward, mut backward) = (pv(&PvConfig::new(5.0), 0.5), pv(&PvConfig::new(5.0), 0.5));
        let instants: Vec<u64> = (0..3_000).map(|k| MIDSUMMER_S + 30_000 + 7 * k).collect();
        let first: Vec<u64> = instants.iter().map(|at| forward.power_mw(*at)).collect();
        let mut second: Vec<u64> = instants.iter().rev().map(|at| backward.power_mw(*at)).collect();
        second.reverse();
        assert_eq!(first, second);
    }
}
