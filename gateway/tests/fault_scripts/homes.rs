//! Weeks of the simulator's homes, computed once: what truly flows at any moment.

use deren_primitives::DeviceRole;
use deren_simulator::{
    SimulatorConfig,
    config::{BatteryConfig, HomeConfig, PvConfig},
    home::{Books, Home, Powers},
};

/// Between two moments that are kept; what flows between them flows evenly.
const EVERY_S: u64 = 5;
pub const DAYS: u64 = 7;
pub const WEEK_MS: u64 = DAYS * 86_400_000;

/// A home's week.
pub struct Timeline {
    /// Unix time of its start, milliseconds; a multiple of a slot.
    pub start_ms: u64,
    pub pv_w: u32,
    pub connection_w: u32,
    moments: Vec<(Books, Powers)>,
}

/// A few different weeks.
pub fn weeks() -> Vec<Timeline> {
    let dates = ["2026-06-15", "2026-03-23", "2026-12-14", "2026-09-21"];
    dates.into_iter().enumerate().map(|(number, date)| week(date, number as u64)).collect()
}

fn week(date: &str, number: u64) -> Timeline {
    let mut config = SimulatorConfig::new(date.parse().unwrap(), "11:00".parse().unwrap());
    config.seed = number;
    config.cloudiness = 0.2 * number as f64;
    let home_config = HomeConfig {
        pv: Some(PvConfig::new(4.0 + 2.0 * number as f64)),
        battery: number.is_multiple_of(2).then(|| BatteryConfig::new(8_000, 3_000)),
        ..HomeConfig::new(format!("home {number}"))
    };
    let mut home = Home::new(&config, &home_config, [].into_iter());
    let moments = (0..=WEEK_MS / 1000 / EVERY_S)
        .map(|step| {
            home.advance(step * EVERY_S, EVERY_S);
            (home.books(), home.powers())
        })
        .collect();
    Timeline {
        start_ms: config.start_unix_s() * 1000,
        pv_w: home_config.pv.map_or(0, |pv| pv.rated_w()),
        connection_w: home_config.connection_w,
        moments,
    }
}

impl Timeline {
    /// Books and powers `elapsed_ms` after the start.
    pub fn at(&self, elapsed_ms: u64) -> (Books, Powers) {
        let step_ms = EVERY_S * 1000;
        let index = (elapsed_ms / step_ms) as usize;
        let Some((after, powers)) = self.moments.get(index + 1) else {
            return *self.moments.last().unwrap();
        };
        let (before, part) = (&self.moments[index].0, elapsed_ms % step_ms);
        let between = |from: u64, to: u64| from + (to - from) * part / step_ms;
        let books = Books {
            production_mwh: between(before.production_mwh, after.production_mwh),
            consumption_mwh: between(before.consumption_mwh, after.consumption_mwh),
            import_mwh: between(before.import_mwh, after.import_mwh),
            export_mwh: between(before.export_mwh, after.export_mwh),
            charge_mwh: between(before.charge_mwh, after.charge_mwh),
            discharge_mwh: between(before.discharge_mwh, after.discharge_mwh),
        };
        (books, *powers)
    }

    /// What truly flowed through a device in `role` since the start, import and export, mWh.
    pub fn truth(&self, role: DeviceRole, elapsed_ms: u64) -> [u64; 2] {
        let (books, _) = self.at(elapsed_ms);
        match role {
            DeviceRole::Production => [0, books.production_mwh],
            DeviceRole::Grid => [books.import_mwh, books.export_mwh],
            DeviceRole::Storage => [books.charge_mwh, books.discharge_mwh],
        }
    }
}
