//! One home, stepped on a grid of simulated seconds. Its powers become integer energies, and its books balance to the
//! mWh after every step: production + import + discharge = consumption + export + charge.
//!
//! A home is a pure function of its configuration and the instant. It never reads a clock and never waits.

use crate::{
    battery::{Battery, BatteryFlow, BatteryLimits},
    config::{BatteryConfig, HomeConfig, PlanWindow, SimulatorConfig},
    load::Load,
    noise::Noise,
    pv::Pv,
    sky::Clouds,
    sun::Place,
};
use std::collections::BTreeMap;

/// 1 mWh is this many mW × s.
const MWS_PER_MWH: u64 = 3_600;

/// Energies since the start, mWh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Out of the inverter.
    pub production_mwh: u64,
    /// Drawn by the household.
    pub consumption_mwh: u64,
    /// From the grid.
    pub import_mwh: u64,
    /// To the grid.
    pub export_mwh: u64,
    /// Into the battery.
    pub charge_mwh: u64,
    /// Out of the battery.
    pub discharge_mwh: u64,
}

impl Books {
    /// What came in and what went out; they are equal.
    pub const fn sides_mwh(&self) -> (u64, u64) {
        (
            self.production_mwh + self.import_mwh + self.discharge_mwh,
            self.consumption_mwh + self.export_mwh + self.charge_mwh,
        )
    }
}

/// Powers in the latest second, W.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Powers {
    /// Out of the inverter.
    pub pv_w: i32,
    /// From the grid; negative: to the grid.
    pub grid_w: i32,
    /// Into the battery; negative: out of it.
    pub battery_w: i32,
}

/// A home and where it has got to.
#[derive(Clone, Debug)]
pub struct Home {
    start_unix_s: u64,
    pv: Option<Pv>,
    load: Load,
    battery: Option<Battery>,
    plan: Vec<PlanWindow>,
    /// Simulated seconds since the start that are in the books.
    elapsed_s: u64,
    books: Books,
    powers: Powers,
    /// mW × s that are not yet a whole mWh: of the panels, of the household, of the plan.
    carry_pv: u64,
    carry_load: u64,
    carry_plan: i64,
    /// Instants whose books and powers are kept.
    marks: BTreeMap<u64, Option<(Books, Powers)>>,
}

impl Home {
    /// The home `config` of `neighbourhood` at its start. The books at each instant of `marks` will be kept.
    pub fn new(neighbourhood: &SimulatorConfig, config: &HomeConfig, marks: impl Iterator<Item = u64>) -> Self {
        let seed = neighbourhood.seed;
        let own = Noise::new(seed, "home").stream(&config.name);
        let place = Place { latitude_deg: neighbourhood.latitude_deg, longitude_deg: neighbourhood.longitude_deg };
        let clouds = Clouds::new(Noise::new(seed, "sky"), neighbourhood.cloudiness);
        Self {
            start_unix_s: neighbourhood.start_unix_s(),
            pv: config.pv.as_ref().map(|pv| Pv::new(pv, place, clouds, own)),
            load: Load::new(own, config.load.profile, config.load.wh_a_day),
            battery: config.battery.as_ref().map(battery),
            plan: config.battery.as_ref().map(|battery| battery.plan.clone()).unwrap_or_default(),
            elapsed_s: 0,
            books: Books::default(),
            powers: Powers::default(),
            carry_pv: 0,
            carry_load: 0,
            carry_plan: 0,
            marks: marks.map(|mark| (mark, (mark == 0).then(Default::default))).collect(),
        }
    }

    /// Simulated seconds since the start that are in the books.
    pub const fn elapsed_s(&self) -> u64 {
        self.elapsed_s
    }

    /// The books now.
    pub const fn books(&self) -> Books {
        self.books
    }

    /// The powers of the latest second.
    pub const fn powers(&self) -> Powers {
        self.powers
    }

    /// Books and powers at the instant `elapsed_s`, if it is a mark that has been passed.
    pub fn at_mark(&self, elapsed_s: u64) -> Option<(Books, Powers)> {
        self.marks.get(&elapsed_s).copied().flatten()
    }

    /// Goes on towards `elapsed_s`, by at most `most_steps`; true if it is reached (or was passed before).
    pub fn advance(&mut self, elapsed_s: u64, most_steps: u64) -> bool {
        let until = elapsed_s.min(self.elapsed_s.saturating_add(most_steps));
        while self.elapsed_s < until {
            self.step();
        }
        self.elapsed_s >= elapsed_s
    }

    fn step(&mut self) {
        let unix_s = self.start_unix_s.saturating_add(self.elapsed_s);
        let pv_mw = self.pv.as_mut().map_or(0, |pv| pv.power_mw(unix_s));
        let load_mw = self.load.power_mw(unix_s);
        let production_mwh = whole_mwh(&mut self.carry_pv, pv_mw);
        let consumption_mwh = whole_mwh(&mut self.carry_load, load_mw);

        let surplus_mwh = signed(production_mwh) - signed(consumption_mwh);
        let wanted_mwh = self.planned_mwh(unix_s).unwrap_or(surplus_mwh);
        let flow = self.battery.as_mut().map_or(BatteryFlow::default(), |battery| battery.step(wanted_mwh));
        let to_grid_mwh = surplus_mwh + signed(flow.discharge_mwh) - signed(flow.charge_mwh);

        self.books.production_mwh += production_mwh;
        self.books.consumption_mwh += consumption_mwh;
        self.books.charge_mwh += flow.charge_mwh;
        self.books.discharge_mwh += flow.discharge_mwh;
        if to_grid_mwh >= 0 {
            self.books.export_mwh += to_grid_mwh.unsigned_abs();
        } else {
            self.books.import_mwh += to_grid_mwh.unsigned_abs();
        }
        self.powers = powers(pv_mw, load_mw, flow);
        self.elapsed_s += 1;
        if let Some(mark) = self.marks.get_mut(&self.elapsed_s) {
            *mark = Some((self.books, self.powers));
        }
    }

    /// What the battery's plan says for the second at `unix_s`, if it says something.
    fn planned_mwh(&mut self, unix_s: u64) -> Option<i64> {
        let second_of_day = (unix_s % 86_400) as u32;
        let window = self.plan.iter().find(|window| {
            let (from, to) = (window.from.second_of_day(), window.to.second_of_day());
            if from <= to { (from..to).contains(&second_of_day) } else { second_of_day >= from || second_of_day < to }
        })?;
        let sum_mws = i64::from(window.power_w) * 1_000 + self.carry_plan;
        let mws_per_mwh = signed(MWS_PER_MWH);
        self.carry_plan = sum_mws % mws_per_mwh;
        Some(sum_mws / mws_per_mwh)
    }
}

fn battery(config: &BatteryConfig) -> Battery {
    let capacity_mwh = u64::from(config.capacity_wh) * 1_000;
    let limits = BatteryLimits {
        capacity_mwh,
        most_mwh_per_s: (u64::from(config.power_w) * 1_000).div_ceil(MWS_PER_MWH),
        efficiency_permille: u16::from(config.efficiency_percent) * 10,
    };
    Battery::new(limits, capacity_mwh * u64::from(config.start_percent) / 100)
}

/// One second at `power_mw`, as whole mWh; what is less stays in `carry_mws`.
fn whole_mwh(carry_mws: &mut u64, power_mw: u64) -> u64 {
    let sum_mws = *carry_mws + power_mw;
    *carry_mws = sum_mws % MWS_PER_MWH;
    sum_mws / MWS_PER_MWH
}

/// One step's energies are far below 2⁶³ mWh.
fn signed(mwh: u64) -> i64 {
    i64::try_from(mwh).unwrap_or(i64::MAX)
}

fn powers(pv_mw: u64, load_mw: u64, flow: BatteryFlow) -> Powers {
    let battery_mw = (signed(flow.charge_mwh) - signed(flow.discharge_mwh)) * signed(MWS_PER_MWH);
    let watts = |mw: i64| i32::try_from(mw / 1_000).unwrap_or(i32::MAX);
    Powers {
        pv_w: watts(signed(pv_mw)),
        grid_w: watts(signed(load_mw) - signed(pv_mw) + battery_mw),
        battery_w: watts(battery_mw),
    }
}

#[cfg(test)]
mod tests;
