//! The homes, in an order that makes the first few of them a neighbourhood too.

use super::{
    FEEDERS,
    wiring::{Wire, wire_up},
};
use crate::{NeighbourhoodError, Result};
use deren_primitives::DeviceRole;
use deren_simulator::{
    config::{BatteryConfig, HomeConfig, LoadConfig, Phases, PlanWindow, PvConfig, SunSpecModel, TimeOfDay},
    load::Profile,
};
use deren_testing::next_free_port;

/// The fewest homes between which something can be traded.
pub const MIN_HOMES: usize = 2;
/// Maximum number of homes that one machine can run.
pub const MAX_HOMES: usize = 36;

/// One home: what the simulator serves of it, and what its people register and order.
#[derive(Clone, Debug)]
pub struct Home {
    /// The family's name.
    pub name: String,
    /// The derivation path of its account; on a development chain only.
    pub account: String,
    /// Which of [`FEEDERS`].
    pub feeder: usize,
    /// What it is to the market.
    pub kind: HomeKind,
    /// What the simulator serves.
    pub simulated: HomeConfig,
    /// (least price in µ€/kWh, Wh a slot), best first; empty if it sells nothing.
    pub sell: Vec<(u32, u32)>,
    /// (greatest price in µ€/kWh, Wh a slot), best first; empty if it buys nothing.
    pub buy: Vec<(u32, u32)>,
}

/// What a home is to the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeKind {
    /// It has panels.
    Solar,
    /// It only consumes.
    Consumer,
    /// It has a battery that it charges when the sun is cheap.
    Battery,
    /// It only consumes, and nobody has ordered anything for it yet: whoever opens the pages can.
    Visitor,
    /// It has panels, and nobody lives in it: it is for somebody who makes a key on the pages.
    Spare,
}

/// Whether some homes are left to who comes to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitors {
    /// Of those that only consume, all but the first two, and two at most.
    Welcome,
    /// Every home has somebody who lives there.
    None,
}

/// There are that many accounts for visitors.
const MOST_VISITORS: usize = 2;
/// How many homes buy from the first slot on, so that something is traded before a visitor comes.
const BUYERS_BEFORE_VISITORS: usize = 2;

struct Plan {
    name: &'static str,
    feeder: usize,
    /// The inverter's or the battery's wire comes after the grid meter's.
    grid: Wire,
    thing: Thing,
    profile: Profile,
    wh_a_day: u32,
}

enum Thing {
    None,
    Panels { kwp: f64, azimuth_deg: f64, wire: Wire },
    Battery { wire: Wire },
}

const INVERTER: Wire = Wire::SunSpec(SunSpecModel::Inverter(Phases::Three));
const SUNSPEC_METER: Wire = Wire::SunSpec(SunSpecModel::Meter(Phases::Three));
const SHELLY: Wire = Wire::Mqtt("shelly-em");

const fn panels(kwp: f64, azimuth_deg: f64, wire: Wire) -> Thing {
    Thing::Panels { kwp, azimuth_deg, wire }
}

#[rustfmt::skip]
const PLANS: [Plan; 12] = [
    Plan { name: "Adler", feeder: 0, grid: SUNSPEC_METER, thing: panels(7.2, 180.0, INVERTER), profile: Profile::Household, wh_a_day: 9_000 },
    Plan { name: "Brandt", feeder: 1, grid: SHELLY, thing: Thing::None, profile: Profile::Day, wh_a_day: 55_000 },
    Plan { name: "Castro", feeder: 1, grid: Wire::Modbus("eastron-sdm630"), thing: panels(5.4, 200.0, INVERTER), profile: Profile::Household, wh_a_day: 12_000 },
    Plan { name: "Dahl", feeder: 0, grid: Wire::Modbus("eastron-sdm630"), thing: Thing::None, profile: Profile::Day, wh_a_day: 70_000 },
    Plan { name: "Ellis", feeder: 2, grid: SHELLY, thing: panels(9.6, 170.0, Wire::Mqtt("tasmota-production")), profile: Profile::Evening, wh_a_day: 8_000 },
    Plan { name: "Fontana", feeder: 2, grid: Wire::Modbus("abb-b23"), thing: Thing::None, profile: Profile::Household, wh_a_day: 30_000 },
    Plan { name: "Garnier", feeder: 0, grid: Wire::Modbus("schneider-iem3000"), thing: panels(6.0, 180.0, Wire::SunSpec(SunSpecModel::DerAc)), profile: Profile::Household, wh_a_day: 11_000 },
    Plan { name: "Hansen", feeder: 1, grid: SHELLY, thing: Thing::Battery { wire: Wire::SunSpec(SunSpecModel::DerAc) }, profile: Profile::Household, wh_a_day: 10_000 },
    Plan { name: "Ivanov", feeder: 2, grid: SUNSPEC_METER, thing: panels(8.4, 190.0, INVERTER), profile: Profile::Evening, wh_a_day: 7_000 },
    Plan { name: "Jansen", feeder: 1, grid: Wire::Mqtt("tasmota-sml"), thing: Thing::None, profile: Profile::Day, wh_a_day: 45_000 },
    Plan { name: "Kowalski", feeder: 1, grid: Wire::Mqtt("p1"), thing: panels(4.8, 150.0, Wire::SunSpec(SunSpecModel::InverterFloat(Phases::Three))), profile: Profile::Household, wh_a_day: 13_000 },
    Plan { name: "Lopez", feeder: 2, grid: Wire::Modbus("eastron-sdm120"), thing: panels(5.0, 210.0, Wire::Mqtt("tasmota-production")), profile: Profile::Evening, wh_a_day: 9_000 },
];

/// The first `count` homes; beyond twelve the families repeat, with a number. Each gets a Modbus port of its own.
pub fn homes(count: usize, broker_port: u16, visitors: Visitors) -> Result<Vec<Home>> {
    if !(MIN_HOMES..=MAX_HOMES).contains(&count) {
        return Err(NeighbourhoodError::Configuration(format!(
            "{count} homes are no neighbourhood: take {MIN_HOMES} to {MAX_HOMES}"
        )));
    }
    let visited: Vec<usize> = match visitors {
        Visitors::None => Vec::new(),
        Visitors::Welcome => {
            let consumers = (0..count).filter(|number| matches!(plan(*number).thing, Thing::None));
            consumers.skip(BUYERS_BEFORE_VISITORS).take(MOST_VISITORS).collect()
        }
    };
    let visitor = |number| visited.iter().position(|visited| *visited == number).map(|position| position + 1);
    (0..count).map(|number| home(number, broker_port, visitor(number))).collect()
}

/// Homes with panels beyond the others, for newcomers. Their meters read; nothing is ordered.
pub fn spare_homes(count: usize, broker_port: u16) -> Result<Vec<Home>> {
    let with_panels = PLANS.iter().filter(|plan| matches!(plan.thing, Thing::Panels { .. })).cycle();
    let spare = |(number, plan): (usize, &Plan)| -> Result<Home> {
        let home = equipped(plan, format!("Spare home {number}"), format!("//Spare{number}"), broker_port)?;
        Ok(Home { kind: HomeKind::Spare, ..home })
    };
    (1..=count).zip(with_panels).map(spare).collect()
}

fn plan(number: usize) -> &'static Plan {
    &PLANS[number % PLANS.len()]
}

/// `visitor` is a visitor's number, from 1 on.
fn home(number: usize, broker_port: u16, visitor: Option<usize>) -> Result<Home> {
    let plan = plan(number);
    let (name, account) = match (visitor, number / PLANS.len()) {
        (Some(visitor), _) => (format!("Visitor {visitor}"), format!("//Visitor{visitor}")),
        (None, 0) => (plan.name.to_owned(), format!("//home-{:02}", number + 1)),
        (None, more) => (format!("{}-{}", plan.name, more + 1), format!("//home-{:02}", number + 1)),
    };
    let home = equipped(plan, name, account, broker_port)?;
    let kind = if visitor.is_some() { HomeKind::Visitor } else { home.kind };
    let (sell, buy) = orders_of(kind, number);
    Ok(Home { kind, sell, buy, ..home })
}

/// A home as it is planned, of somebody who orders nothing.
fn equipped(plan: &Plan, name: String, account: String, broker_port: u16) -> Result<Home> {
    let modbus_port = next_free_port()?;
    let mut simulated = HomeConfig::new(&name);
    simulated.load = LoadConfig { profile: plan.profile, wh_a_day: plan.wh_a_day };
    let add = |simulated: &mut HomeConfig, role, wire| wire_up(simulated, role, wire, modbus_port, broker_port);
    add(&mut simulated, DeviceRole::Grid, plan.grid);
    let kind = match plan.thing {
        Thing::None => HomeKind::Consumer,
        Thing::Panels { kwp, azimuth_deg, wire } => {
            simulated.pv = Some(PvConfig { azimuth_deg, ..PvConfig::new(kwp) });
            add(&mut simulated, DeviceRole::Production, wire);
            HomeKind::Solar
        }
        Thing::Battery { wire } => {
            simulated.battery = Some(midday_battery()?);
            add(&mut simulated, DeviceRole::Storage, wire);
            HomeKind::Battery
        }
    };
    let feeder = plan.feeder % FEEDERS.len();
    Ok(Home { name, account, feeder, kind, simulated, sell: Vec::new(), buy: Vec::new() })
}

/// A battery that takes the sun of noon and gives it back in the evening.
fn midday_battery() -> Result<BatteryConfig> {
    let time = |text: &str| text.parse::<TimeOfDay>().map_err(NeighbourhoodError::Configuration);
    Ok(BatteryConfig {
        start_percent: 20,
        plan: vec![
            PlanWindow { from: time("10:00")?, to: time("15:00")?, power_w: 2_400 },
            PlanWindow { from: time("17:00")?, to: time("22:00")?, power_w: -2_000 },
        ],
        ..BatteryConfig::new(13_500, 5_000)
    })
}

/// A price in µ€ per kWh and the most Wh a slot at it.
type Limit = (u32, u32);

/// What the home sells and what it buys. Sun is sold from 8 to 14 ct/kWh and bought for 16 to 28: nobody pays as much
/// as retail, and all gain.
fn orders_of(kind: HomeKind, number: usize) -> (Vec<Limit>, Vec<Limit>) {
    let spread = u32::try_from(number % PLANS.len()).unwrap_or_default() * 2_000;
    let sell = match kind {
        HomeKind::Solar => vec![(80_000 + spread, 1_000), (110_000 + spread, 4_000)],
        HomeKind::Battery => vec![(140_000, 2_000)],
        HomeKind::Consumer | HomeKind::Visitor | HomeKind::Spare => Vec::new(),
    };
    let buy = match kind {
        HomeKind::Solar => vec![(220_000 - spread, 1_000)],
        HomeKind::Battery => vec![(160_000, 2_000)],
        HomeKind::Consumer => vec![(280_000 - spread, 600), (190_000 + spread, 1_500)],
        HomeKind::Visitor | HomeKind::Spare => Vec::new(),
    };
    (sell, buy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::RETAIL_UEUR_PER_KWH;
    use deren_simulator::config::SimulatorConfig;
    use std::collections::BTreeSet;

    #[test]
    fn twelve_homes_are_the_neighbourhood_that_was_promised() {
        let homes = homes(12, 1883, Visitors::None).expect("homes");
        let of = |kind| homes.iter().filter(|home| home.kind == kind).count();
        assert_eq!((of(HomeKind::Solar), of(HomeKind::Consumer), of(HomeKind::Battery)), (7, 4, 1));
        assert_eq!(homes.iter().map(|home| home.feeder).collect::<BTreeSet<_>>().len(), 3);
        assert!(homes.iter().any(|home| home.simulated.modbus.iter().any(|server| !server.sunspec.is_empty())));
        assert!(homes.iter().any(|home| home.simulated.modbus.iter().any(|server| !server.meters.is_empty())));
        assert!(homes.iter().any(|home| !home.simulated.mqtt.is_empty()));
    }

    #[test]
    fn any_number_of_homes_can_be_simulated() {
        for count in [MIN_HOMES, 12, MAX_HOMES] {
            let homes = homes(count, 1883, Visitors::Welcome).expect("homes");
            let names: BTreeSet<_> = homes.iter().map(|home| &home.name).collect();
            assert_eq!(names.len(), count);
            let mut config = SimulatorConfig::new("2026-06-21".parse().unwrap(), "11:00".parse().unwrap());
            config.homes = homes.into_iter().map(|home| home.simulated).collect();
            let text = config.to_toml().expect("writes");
            SimulatorConfig::from_toml(&text).expect("can be simulated");
        }
    }

    #[test]
    fn visitors_get_consumers_that_have_ordered_nothing() {
        let visitors = |count| -> Vec<Home> {
            let homes = homes(count, 1883, Visitors::Welcome).expect("homes");
            homes.into_iter().filter(|home| home.kind == HomeKind::Visitor).collect()
        };
        let two = visitors(12);
        let accounts: Vec<_> = two.iter().map(|home| (home.name.as_str(), home.account.as_str())).collect();
        assert_eq!(accounts, [("Visitor 1", "//Visitor1"), ("Visitor 2", "//Visitor2")]);
        assert!(two.iter().all(|home| home.buy.is_empty() && home.sell.is_empty() && home.simulated.pv.is_none()));
        assert_eq!((visitors(MAX_HOMES).len(), visitors(6).len(), visitors(4).len()), (2, 1, 0));
    }

    #[test]
    fn spare_homes_have_panels_and_bid_nothing() {
        let spare = spare_homes(9, 1883).expect("homes");
        let names: BTreeSet<_> = spare.iter().flat_map(|home| [&home.name, &home.account]).collect();
        assert_eq!(names.len(), 18);
        for home in &spare {
            assert_eq!((home.kind, home.sell.len(), home.buy.len()), (HomeKind::Spare, 0, 0));
            assert!(home.simulated.pv.is_some(), "{}", home.name);
        }
    }

    #[test]
    fn too_few_or_too_many_homes_are_refused() {
        for count in [0, 1, MAX_HOMES + 1] {
            let error = homes(count, 1883, Visitors::Welcome).expect_err("no neighbourhood");
            assert!(error.to_string().contains("take 2 to 36"), "{error}");
        }
    }

    #[test]
    fn bids_are_best_first_and_below_retail() {
        for home in homes(12, 1883, Visitors::None).expect("homes") {
            assert!(home.sell.windows(2).all(|pair| pair[0].0 < pair[1].0), "{}", home.name);
            assert!(home.buy.windows(2).all(|pair| pair[0].0 > pair[1].0), "{}", home.name);
            assert!(home.buy.iter().all(|(limit, _)| *limit < RETAIL_UEUR_PER_KWH));
        }
    }
}
