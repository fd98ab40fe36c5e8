//! What fits a connection point: its line, and the devices behind it. Everything is in whole Wh and W, and no sum
//! may wrap.

use deren_primitives::DeviceRole;

/// What a power makes in a slot of this length, in Wh, rounded up: at most 5 × 10¹⁵.
pub fn slot_wh(power_w: u32, slot_energy_seconds: u32) -> u64 {
    u64::from(power_w).saturating_mul(slot_energy_seconds.into()).div_ceil(3_600)
}

/// True if a line with these capacities, in Wh a slot, carries this power in one direction at least. A capacity of
/// `None` is unlimited.
pub fn fits_line(
    power_w: u32,
    slot_energy_seconds: u32,
    capacity_up_wh: Option<u64>,
    capacity_down_wh: Option<u64>,
) -> bool {
    match (capacity_up_wh, capacity_down_wh) {
        (Some(up), Some(down)) => slot_wh(power_w, slot_energy_seconds) <= up.max(down),
        _ => true,
    }
}

/// The rated powers behind one point, a sum for each role.
///
/// All that is produced may flow out at once, so producers count together. A storage charges or discharges beside them,
/// and counts with other storages alone. The grid meter measures what the point itself carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratings {
    /// Grid meters, in W.
    pub grid_w: u64,
    /// Production devices, in W.
    pub production_w: u64,
    /// Storage, in W.
    pub storage_w: u64,
}

impl Ratings {
    /// These and one device more.
    #[must_use]
    pub fn with(mut self, role: DeviceRole, rated_power_w: u32) -> Self {
        let sum_w = match role {
            DeviceRole::Grid => &mut self.grid_w,
            DeviceRole::Production => &mut self.production_w,
            DeviceRole::Storage => &mut self.storage_w,
        };
        *sum_w = sum_w.saturating_add(rated_power_w.into());
        self
    }

    /// True if a point of this power takes each role's devices.
    pub fn fit(&self, max_power_w: u32) -> bool {
        [self.grid_w, self.production_w, self.storage_w].into_iter().all(|sum_w| sum_w <= max_power_w.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slot_of_a_power_is_rounded_up() {
        assert_eq!(slot_wh(10_000, 900), 2_500);
        assert_eq!(slot_wh(1, 900), 1);
        assert_eq!(slot_wh(0, 900), 0);
        assert_eq!(slot_wh(u32::MAX, u32::MAX), 5_124_095_573_644_339);
    }

    #[test]
    fn a_line_takes_what_its_larger_capacity_carries() {
        assert!(fits_line(8_000, 900, Some(900), Some(2_000)));
        assert!(!fits_line(8_001, 900, Some(900), Some(2_000)));
        assert!(fits_line(u32::MAX, 900, None, Some(1)));
        assert!(fits_line(u32::MAX, 900, Some(1), None));
    }

    const ROLES: [DeviceRole; 3] = DeviceRole::ALL;

    proptest! {
        #[test]
        fn devices_fit_if_each_roles_sum_does(
            devices in proptest::collection::vec((0..3usize, any::<u32>()), 0..16), max_power_w in any::<u32>(),
        ) {
            let ratings = devices.iter().fold(Ratings::default(), |sums, (role, power_w)| sums.with(ROLES[*role], *power_w));
            let sum = |role| devices.iter().filter(|(of, _)| *of == role).map(|(_, power_w)| u128::from(*power_w)).sum::<u128>();
            prop_assert_eq!(ratings.fit(max_power_w), (0..3).all(|role| sum(role) <= max_power_w.into()));
        }

        #[test]
        fn more_power_needs_no_smaller_line(power_w in 0..u32::MAX, seconds in 1..90_000u32) {
            prop_assert!(slot_wh(power_w, seconds) <= slot_wh(power_w + 1, seconds));
            let exact = u128::from(power_w) * u128::from(seconds);
            prop_assert_eq!(u128::from(slot_wh(power_w, seconds)), exact.div_ceil(3_600));
        }
    }
}
