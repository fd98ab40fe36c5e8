//! A site's grid meter trades as export what its production and storage show.

use super::mock::*;
use crate::Event;
use deren_primitives::{SiteEnergy, Slot};
use deren_runtime_apis::Metering as _;

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
