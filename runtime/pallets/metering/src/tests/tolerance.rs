//! What a site may sell above what it shows is little, however often it does so.

use super::mock::*;
use deren_primitives::{SiteEnergy, Slot};
use deren_runtime_apis::Metering as _;

/// In each slot the grid meter exports 104 Wh where the inverter shows 100: within the tolerance of a slot.
fn sold_wh(slots: u32) -> u64 {
    let (mut grid, mut solar) = (Meter::new(GRID), Meter::new(SOLAR));
    let mut sold_wh = 0;
    for slot in FIRST + 1..=FIRST + slots {
        go_to(slot + 1);
        assert_eq!(submit(vec![grid.read(slot, 0, 104), solar.read(slot, 0, 100)]), Ok(vec![good(), good()]));
        close(slot);
        let energy = Metering::site_energy(SITE, Slot(slot)).expect("it was read");
        assert_eq!(energy.produced_wh, 100);
        sold_wh += energy.surplus_wh;
    }
    sold_wh
}

#[test]
fn a_small_excess_in_every_slot_does_not_trade_for_ever() {
    run(|| {
        set_grace(3);
        // 2% of 3 000 Wh and two steps of 1 Wh.
        let sold_wh = sold_wh(30);
        assert!(sold_wh <= 3_062, "{sold_wh} Wh");
    });
}

/// Clearing and everyone who asks later must see the same.
#[test]
fn what_a_site_can_trade_of_a_slot_is_the_same_whenever_it_is_asked() {
    run(|| {
        set_grace(3);
        let (mut grid, mut solar) = (Meter::new(GRID), Meter::new(SOLAR));
        let mut seen: Vec<(Slot, Option<SiteEnergy>)> = Vec::new();
        for slot in FIRST + 1..FIRST + 20 {
            go_to(slot + 1);
            let export_wh = 100 + u64::from(slot % 7);
            assert!(submit(vec![grid.read(slot, 0, export_wh), solar.read(slot, 0, 100)]).is_ok());
            close(slot);
            seen.push((Slot(slot), Metering::site_energy(SITE, Slot(slot))));
            for (slot, energy) in &seen {
                assert_eq!(Metering::site_energy(SITE, *slot), *energy, "slot {slot}");
            }
        }
        check_invariants();
    });
}
