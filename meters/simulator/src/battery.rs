//! A battery: takes what is left over, gives what is missing, or follows a plan by the clock.
//! Integers only: what goes in is stored less its loss, and what is stored comes out again, to the mWh.

/// What a battery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatteryLimits {
    /// What it stores when full.
    pub capacity_mwh: u64,
    /// The most it charges or discharges in one second.
    pub most_mwh_per_s: u64,
    /// How much of what is charged can be discharged again.
    pub efficiency_permille: u16,
}

/// What went through a battery's meter in one step; at most one of the two is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatteryFlow {
    /// Into the battery.
    pub charge_mwh: u64,
    /// Out of the battery.
    pub discharge_mwh: u64,
}

/// A battery and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Battery {
    limits: BatteryLimits,
    stored_mwh: u64,
    /// Thousandths of a mWh that were charged and are not yet a stored mWh.
    carry_umwh: u64,
}

impl Battery {
    /// A battery that holds `stored_mwh`, at most its capacity.
    pub fn new(limits: BatteryLimits, stored_mwh: u64) -> Self {
        Self { limits, stored_mwh: stored_mwh.min(limits.capacity_mwh), carry_umwh: 0 }
    }

    /// What can be discharged now.
    pub const fn stored_mwh(&self) -> u64 {
        self.stored_mwh
    }

    /// One second in which `wanted_mwh` should flow: positive charges, negative discharges.
    pub fn step(&mut self, wanted_mwh: i64) -> BatteryFlow {
        let wanted = wanted_mwh.unsigned_abs().min(self.limits.most_mwh_per_s);
        if wanted_mwh < 0 {
            let discharge_mwh = wanted.min(self.stored_mwh);
            self.stored_mwh -= discharge_mwh;
            return BatteryFlow { charge_mwh: 0, discharge_mwh };
        }
        let efficiency = u64::from(self.limits.efficiency_permille.clamp(1, 1_000));
        let room_umwh =
            (self.limits.capacity_mwh - self.stored_mwh).saturating_mul(1_000).saturating_sub(self.carry_umwh);
        let charge_mwh = wanted.min(room_umwh / efficiency);
        let stored_umwh = charge_mwh * efficiency + self.carry_umwh;
        self.stored_mwh += stored_umwh / 1_000;
        self.carry_umwh = stored_umwh % 1_000;
        BatteryFlow { charge_mwh, discharge_mwh: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: BatteryLimits =
        BatteryLimits { capacity_mwh: 10_000, most_mwh_per_s: 1_000, efficiency_permille: 900 };

    #[test]
    fn charges_with_a_loss_up_to_its_capacity() {
        let mut battery = Battery::new(LIMITS, 0);
        let charged: u64 = (0..100).map(|_| battery.step(2_000).charge_mwh).sum();
        assert_eq!(battery.stored_mwh(), 9_999);
        assert_eq!(charged, 11_111);
        assert_eq!(battery.step(2_000), BatteryFlow::default());
    }

    #[test]
    fn gives_no_more_than_it_holds() {
        let mut battery = Battery::new(LIMITS, 1_500);
        assert_eq!(battery.step(-700).discharge_mwh, 700);
        assert_eq!(battery.step(-5_000).discharge_mwh, 800);
        assert_eq!(battery.step(-5_000).discharge_mwh, 0);
    }

    #[test]
    fn an_overfull_start_is_full() {
        assert_eq!(Battery::new(LIMITS, u64::MAX).stored_mwh(), LIMITS.capacity_mwh);
    }

    proptest! {
        #[test]
        fn keeps_its_books(
            capacity_mwh in 0u64..100_000, most_mwh_per_s in 0u64..5_000, efficiency_permille in 1u16..=1_000,
            start in 0u64..100_000, wanted in prop::collection::vec(-6_000i64..6_000, 0..200),
        ) {
            let mut battery = Battery::new(BatteryLimits { capacity_mwh, most_mwh_per_s, efficiency_permille }, start);
            let first_umwh = battery.stored_mwh() * 1_000;
            let (mut charged, mut discharged) = (0, 0);
            for wanted_mwh in wanted {
                let flow = battery.step(wanted_mwh);
                prop_assert!(flow.charge_mwh == 0 || flow.discharge_mwh == 0);
                prop_assert!(flow.charge_mwh.max(flow.discharge_mwh) <= most_mwh_per_s.min(wanted_mwh.unsigned_abs()));
                prop_assert!(battery.stored_mwh() <= capacity_mwh);
                charged += flow.charge_mwh;
                discharged += flow.discharge_mwh;
                prop_assert_eq!(
                    first_umwh + charged * u64::from(efficiency_permille),
                    (battery.stored_mwh() + discharged) * 1_000 + battery.carry_umwh
                );
            }
        }
    }
}
