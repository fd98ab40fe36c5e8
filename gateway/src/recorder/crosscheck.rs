//! Does what the grid meter exports agree with what production and storage show? By the chain's own rule, so that a
//! wrong direction or role is told to its owner before the chain flags it. It only warns: no reading is held for it.

use crate::home::Place;
use deren_market::reading::tolerated_wh;
use deren_primitives::{DeviceRole, IntervalReading, Quality, Slot};
use std::collections::BTreeMap;

/// Maximum number of slots that are kept while some of their readings are still missing.
const SLOTS_KEPT: usize = 8;

/// What one device's reading shows of a slot, Wh.
#[derive(Clone, Copy, Debug)]
struct Shown {
    role: DeviceRole,
    import_wh: u64,
    export_wh: u64,
}

/// What came of comparing a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// Not all devices have shown a slot in full, or nobody knows which belong together.
    NotYet,
    /// The grid meter exports no more than the others show.
    Agrees,
    /// It does, and this is the likely cause.
    Disagrees(String),
}

/// The newest slots of a home's devices.
#[derive(Debug, Default)]
pub(super) struct CrossCheck {
    slots: BTreeMap<Slot, BTreeMap<Place, Shown>>,
}

impl CrossCheck {
    /// Takes note of a reading of the device at `place`. Once each of `roles` has
    /// shown this slot in full, says whether they agree. A gateway with several grid meters serves several homes, and
    /// nobody told it which devices are whose: then it says nothing.
    pub(super) fn note(
        &mut self,
        place: Place,
        roles: &BTreeMap<Place, DeviceRole>,
        step_mwh: u64,
        reading: &IntervalReading,
    ) -> Checked {
        let grid_meters = roles.values().filter(|role| **role == DeviceRole::Grid).count();
        let shown = roles.get(&place).and_then(|role| Shown::of(*role, reading));
        let Some(shown) = shown.filter(|_| grid_meters == 1 && roles.len() > 1) else {
            return Checked::NotYet;
        };
        let slot = self.slots.entry(reading.first_slot).or_default();
        slot.insert(place, shown);
        if slot.len() < roles.len() {
            while self.slots.len() > SLOTS_KEPT {
                self.slots.pop_first();
            }
            return Checked::NotYet;
        }
        let devices = self.slots.remove(&reading.first_slot).unwrap_or_default();
        let devices: Vec<Shown> = devices.into_values().collect();
        disagreement(&devices, step_mwh).map_or(Checked::Agrees, Checked::Disagrees)
    }
}

impl Shown {
    /// Nothing if the reading is of several slots, or not measured throughout.
    fn of(role: DeviceRole, reading: &IntervalReading) -> Option<Self> {
        let measured = reading.slot_count == 1 && reading.quality == Quality::GOOD;
        let (import_wh, export_wh) = (reading.registers.import_wh()?, reading.registers.export_wh()?);
        measured.then_some(Self { role, import_wh, export_wh })
    }
}

/// What does not agree, and what is the likely cause.
fn disagreement(devices: &[Shown], step_mwh: u64) -> Option<String> {
    let grid = devices.iter().find(|shown| shown.role == DeviceRole::Grid)?;
    let others = || devices.iter().filter(|shown| shown.role != DeviceRole::Grid);
    let shown_wh: u64 = others().map(|shown| shown.export_wh).fold(0, u64::saturating_add);
    let taken_wh: u64 = others().map(|shown| shown.import_wh).fold(0, u64::saturating_add);
    let net_wh = grid.export_wh.saturating_sub(grid.import_wh);
    let is_above = |claimed_wh: u64, shown_wh: u64| claimed_wh > tolerated_wh(shown_wh, step_mwh);
    let above = is_above(grid.export_wh, shown_wh) || is_above(net_wh, shown_wh.saturating_sub(taken_wh));
    if !above {
        return None;
    }
    let swapped_production =
        others().any(|shown| shown.role == DeviceRole::Production && shown.import_wh > shown.export_wh);
    let cause = if swapped_production {
        "a production meter counts what it produces as drawn: its current clamps or its two directions are swapped"
    } else if shown_wh == 0 {
        "nothing else shows any energy: the grid meter's directions are swapped, it has the role of another device, or an inverter is not configured"
    } else {
        "an inverter or a battery is not configured, a device has the wrong role, or the grid meter's directions are swapped"
    };
    Some(format!(
        "exported {} Wh in a quarter-hour in which production and storage show only {shown_wh} Wh: what is more than that does not trade. Likely {cause}",
        grid.export_wh
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeviceRole::{Grid, Production, Storage};
    use deren_primitives::DeviceId;

    const GRID: Place = Place(0);
    const ROOF: Place = Place(1);

    fn reading(slot: u32, import_wh: u64, export_wh: u64) -> IntervalReading {
        IntervalReading {
            registers: deren_testing::shown(import_wh, export_wh),
            ..deren_testing::reading(DeviceId([1; 32]), Slot(slot))
        }
    }

    fn check(devices: &[(DeviceRole, u64, u64)]) -> Checked {
        let places = || (0..).map(Place);
        let roles = places().zip(devices.iter().map(|(role, ..)| *role)).collect();
        let mut check = CrossCheck::default();
        let said = places().zip(devices).map(|(place, (_, import_wh, export_wh))| {
            check.note(place, &roles, 1_000, &reading(5, *import_wh, *export_wh))
        });
        said.last().expect("devices")
    }

    fn said(devices: &[(DeviceRole, u64, u64)]) -> String {
        match check(devices) {
            Checked::Disagrees(what) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_honest_home_is_told_nothing() {
        assert_eq!(check(&[(Grid, 0, 1_000), (Production, 0, 1_200)]), Checked::Agrees);
        assert_eq!(check(&[(Grid, 0, 1_052), (Production, 0, 1_000)]), Checked::Agrees, "5% and two steps");
        assert_eq!(check(&[(Grid, 0, 1_500), (Production, 0, 1_000), (Storage, 0, 600)]), Checked::Agrees);
        assert_eq!(check(&[(Grid, 700, 0), (Production, 3, 0)]), Checked::Agrees);
    }

    #[test]
    fn an_export_that_nothing_shows_names_its_likely_causes() {
        let said = self::said(&[(Grid, 0, 1_100), (Production, 0, 1_000)]);
        assert!(said.contains("1100 Wh") && said.contains("1000 Wh") && said.contains("not configured"), "{said}");
        let said = self::said(&[(Grid, 0, 300), (Production, 0, 0)]);
        assert!(said.contains("grid meter's directions are swapped"), "{said}");
        let said = self::said(&[(Grid, 0, 900), (Production, 1_000, 0)]);
        assert!(said.contains("production meter counts"), "{said}");
        assert!(self::said(&[(Grid, 0, 900), (Production, 0, 1_000), (Storage, 500, 0)]).contains("900 Wh"));
    }

    #[test]
    fn it_waits_for_all_devices_and_leaves_out_what_is_estimated() {
        let roles = BTreeMap::from([(GRID, Grid), (ROOF, Production)]);
        let mut check = CrossCheck::default();
        let estimated = IntervalReading { quality: Quality::ESTIMATED, ..reading(1, 0, 0) };
        assert_eq!(check.note(GRID, &roles, 0, &reading(1, 0, 500)), Checked::NotYet);
        assert_eq!(check.note(ROOF, &roles, 0, &estimated), Checked::NotYet);
        for slot in 2..100 {
            assert_eq!(check.note(GRID, &roles, 0, &reading(slot, 0, 500)), Checked::NotYet);
        }
        assert!(check.slots.len() <= SLOTS_KEPT);
        assert!(matches!(check.note(ROOF, &roles, 0, &reading(99, 0, 0)), Checked::Disagrees(_)));
        assert_eq!(
            check.note(GRID, &BTreeMap::from([(GRID, Grid), (ROOF, Grid)]), 0, &reading(7, 0, 500)),
            Checked::NotYet,
            "two homes"
        );
    }
}
