//! Whether a battery is behind an inverter, and what its panels gave then. The counter of such an inverter's output
//! holds what the battery gave too, which was production, or import, when it was stored.

use super::{
    chain::{Link, Unit},
    dc,
};
use crate::{DcInput, MeterError, quirks::Quirks};

/// Models that tell of a battery, with the registers (from the id) that are above zero and implemented where there is
/// one.
const TELLING: [(u16, &str, &[u16]); 3] = [
    (124, "SunSpec model 124 tells of its charge", &[2, 8]), // WChaMax, ChaState
    (713, "SunSpec model 713 tells of its capacity", &[2]),  // WHRtg
    (802, "SunSpec model 802 tells of its capacity", &[3]),  // WHRtg
];
/// How Fronius names the inputs of a battery in model 160: what it was given, and what it gave.
const NAMES: [&str; 2] = ["StCha", "StDisCha"];

/// True for models that may tell of a battery.
pub(super) fn tells(id: u16) -> bool {
    TELLING.iter().any(|(telling, ..)| *telling == id)
}

/// What tells of a battery behind the inverter whose section has these models; `None` if nothing does.
pub(super) async fn shown_by(
    unit: &Unit<'_>,
    storage: &[Link],
    dc: &[Link],
    quirks: &Quirks,
) -> Result<Option<&'static str>, MeterError> {
    for link in storage {
        for (_, told, offsets) in TELLING.iter().filter(|(id, ..)| *id == link.id) {
            let mut is_there = true;
            for offset in *offsets {
                let words = answered(unit.read(link.address.saturating_add(*offset), 1).await)?;
                is_there &= words.is_some_and(|words| !matches!(words[..], [0 | u16::MAX]));
            }
            if is_there {
                return Ok(Some(told));
            }
        }
    }
    if let Some(address) = quirks.battery_wh_at {
        let words = answered(unit.read(address, 2).await)?;
        let rated_wh = match words.as_deref() {
            Some([low, high]) => f32::from_bits(u32::from(*high) << 16 | u32::from(*low)),
            _ => 0.0,
        };
        if rated_wh > 0.0 && rated_wh.is_finite() {
            return Ok(Some("its registers tell of the battery's capacity"));
        }
    }
    for link in dc {
        if dc::read(unit, *link).await?.iter().any(is_battery) {
            return Ok(Some("one of its direct-current inputs is charged"));
        }
    }
    Ok(None)
}

/// Registers, or nothing where there are none.
fn answered(outcome: Result<Vec<u16>, MeterError>) -> Result<Option<Vec<u16>>, MeterError> {
    match outcome {
        Ok(words) => Ok(Some(words)),
        // Busy is another matter.
        Err(MeterError::Exception { code, .. }) if !matches!(code, 5 | 6) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_battery(input: &DcInput) -> bool {
    let is_counted = |mwh: Option<u64>| mwh.is_some_and(|mwh| mwh > 0);
    is_counted(input.absorbed_mwh)
        || (NAMES.iter().any(|name| input.name.starts_with(name)) && is_counted(input.energy_mwh))
}

/// True for an input that is a battery's, whether it was ever charged or not.
fn is_of_a_battery(input: &DcInput) -> bool {
    is_battery(input) || NAMES.iter().any(|name| input.name.starts_with(name))
}

/// What the panels gave in all, mWh, and the power that comes from them, W. `None` if the inputs do not tell which of
/// them are panels, or a string that gives power is not counted.
pub(super) fn panels(inputs: &[DcInput]) -> Option<(u64, i32)> {
    if !inputs.iter().any(is_of_a_battery) {
        return None;
    }
    let strings = || inputs.iter().filter(|input| !is_of_a_battery(input));
    if strings().any(|string| string.energy_mwh.is_none() && string.power_w.is_some_and(|watt| watt > 0)) {
        return None;
    }
    let counted: Vec<u64> = strings().filter_map(|string| string.energy_mwh).collect();
    if counted.is_empty() {
        return None;
    }
    let mwh = counted.iter().try_fold(0u64, |sum, mwh| sum.checked_add(*mwh))?;
    Some((mwh, strings().filter_map(|string| string.power_w).fold(0, i32::saturating_add)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, energy_mwh: Option<u64>, absorbed_mwh: Option<u64>, power_w: i32) -> DcInput {
        DcInput { name: name.into(), energy_mwh, absorbed_mwh, power_w: Some(power_w) }
    }

    #[test]
    fn what_panels_gave_is_what_the_inputs_gave_that_are_no_battery() {
        let roof = [input("MPPT 1", Some(5_000), None, 300), input("MPPT 2", Some(7_000), None, 200)];
        let fronius = [input("StCha 3", Some(2_000), None, 0), input("StDisCha 4", Some(1_500), None, 90)];
        assert_eq!(panels(&[&roof[..], &fronius].concat()), Some((12_000, 500)));
        let port = [input("Battery", Some(1_500), Some(2_000), -40)];
        assert_eq!(panels(&[&roof[..], &port].concat()), Some((12_000, 500)));
        assert_eq!(panels(&roof), None, "nobody says which of them the battery is");
        let unused = [input("MPPT 2", None, None, 0)];
        assert_eq!(panels(&[&roof[..1], &unused, &port].concat()), Some((5_000, 300)));
        let uncounted = [input("MPPT 2", None, None, 10)];
        assert_eq!(panels(&[&roof[..1], &uncounted, &port].concat()), None);
        assert_eq!(panels(&port), None, "no panels");
    }

    #[test]
    fn names_without_energy_are_inputs_that_no_battery_is_at() {
        assert!(!is_battery(&input("StCha 3", None, None, 0)));
        assert!(is_battery(&input("StCha 3", Some(1), None, 0)) && !is_battery(&input("East", Some(1), None, 0)));
    }
}
