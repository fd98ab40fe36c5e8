//! What a site can trade of a slot, from what its devices' unflagged readings show. It must never let more be sold
//! than production and storage corroborate.

use super::rating::two_steps_mwh;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_primitives::{DeviceRole, IntervalReading, SiteEnergy};
use scale_info::TypeInfo;

/// What an accepted reading shows, in whole Wh.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Energies {
    /// Imported; 0 if the register went back.
    pub import_wh: u64,
    /// Exported; 0 if the register went back.
    pub export_wh: u64,
}

/// All that unflagged readings show of a site in one slot, in one storage item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct SlotEnergies {
    /// What the grid meter shows.
    pub grid: Option<Energies>,
    /// Sums over production devices.
    pub production: Energies,
    /// Sums over storage: import is charged, export discharged.
    pub storage: Energies,
    /// The largest register step of the devices that were added.
    pub register_step_mwh: u32,
    /// How many readings were added.
    pub readings: u32,
    /// What of the surplus trades, once it was judged. It is kept only where it depends on what the site sold before,
    /// or is less than was measured.
    pub traded_wh: Option<u64>,
}

/// What a site's readings of one slot claim to sell, and what of it production and storage show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The surplus, within the slot's own tolerance.
    pub surplus_wh: u64,
    /// What of it is shown, without any tolerance.
    pub corroborated_wh: u64,
    /// What production and storage gave, less what they took.
    pub shown_wh: u64,
    /// The largest register step of the site's devices.
    pub register_step_mwh: u32,
}

impl Claim {
    /// What is claimed above what is shown.
    pub fn excess_wh(&self) -> u64 {
        self.surplus_wh.saturating_sub(self.corroborated_wh)
    }

    /// What the slot gives back of an earlier excess: registers that are rounded up in one slot are rounded down in
    /// another. It is at most what the slot sells less than it shows, and at most two register steps, or 1 Wh.
    pub fn given_back_wh(&self) -> u64 {
        let steps_wh = u64::try_from(two_steps_mwh(self.register_step_mwh.into()) / 1_000).unwrap_or(u64::MAX);
        match self.excess_wh() {
            0 => self.shown_wh.saturating_sub(self.surplus_wh).min(steps_wh.max(1)),
            _ => 0,
        }
    }
}

/// The most that a site may claim of what its other devices show, whole Wh, rounded down: 5% and two register steps
/// above `shown_wh`. Claims are whole Wh, so that rounding changes no judgement.
pub fn tolerated_wh(shown_wh: u64, register_step_mwh: u64) -> u64 {
    // In Wh × 100 000, so that nothing is rounded before the end.
    let steps = two_steps_mwh(register_step_mwh).saturating_mul(100);
    let most = u128::from(shown_wh).saturating_mul(105_000).saturating_add(steps);
    u64::try_from(most / 100_000).unwrap_or(u64::MAX)
}

impl Energies {
    /// What a reading shows.
    pub fn of(reading: &IntervalReading) -> Self {
        Self {
            import_wh: reading.registers.import_wh().unwrap_or(0),
            export_wh: reading.registers.export_wh().unwrap_or(0),
        }
    }

    fn add(&mut self, other: Self) {
        self.import_wh = self.import_wh.saturating_add(other.import_wh);
        self.export_wh = self.export_wh.saturating_add(other.export_wh);
    }
}

impl SlotEnergies {
    /// Adds what one device shows. No device's slot is accepted twice, so nothing is counted twice.
    pub fn add(&mut self, role: DeviceRole, register_step_mwh: u32, energies: Energies) {
        match role {
            DeviceRole::Grid => self.grid.get_or_insert_default().add(energies),
            DeviceRole::Production => self.production.add(energies),
            DeviceRole::Storage => self.storage.add(energies),
        }
        self.register_step_mwh = self.register_step_mwh.max(register_step_mwh);
        self.readings = self.readings.saturating_add(1);
    }

    /// What the site can trade, and how much of its export production and storage do not show. Without an unflagged
    /// reading of the grid meter it is `None`.
    ///
    /// Two things are true of every honest site. What it exports it produced or discharged. What it exports more than
    /// it imports, it produced or discharged more than it charged. More than [`tolerated_wh`] of either is an
    /// over-export, and what is shown trades. The last thirty days say how much of that tolerance trades:
    /// [`crate::ExcessHistory`].
    pub fn judge(&self) -> Option<(SiteEnergy, u64)> {
        let grid = self.grid?;
        let measured_wh = grid.export_wh.saturating_sub(grid.import_wh);
        let shown_wh = self.production.export_wh.saturating_add(self.storage.export_wh);
        let export_wh = self.corroborated_wh(grid.export_wh, shown_wh);
        let taken_wh = self.production.import_wh.saturating_add(self.storage.import_wh);
        let net_wh = export_wh.saturating_sub(grid.import_wh);
        let surplus_wh = self.corroborated_wh(net_wh, shown_wh.saturating_sub(taken_wh));
        let energy = SiteEnergy {
            surplus_wh,
            demand_wh: grid.import_wh.saturating_sub(grid.export_wh),
            produced_wh: self.production.export_wh,
        };
        Some((energy, measured_wh.saturating_sub(surplus_wh)))
    }

    /// What the slot claims to sell; `None` without an unflagged reading of the grid meter.
    pub fn claim(&self) -> Option<Claim> {
        let (grid, (energy, _)) = (self.grid?, self.judge()?);
        let given_wh = self.production.export_wh.saturating_add(self.storage.export_wh);
        let taken_wh = self.production.import_wh.saturating_add(self.storage.import_wh);
        let shown_wh = given_wh.saturating_sub(taken_wh);
        let net_wh = grid.export_wh.min(given_wh).saturating_sub(grid.import_wh);
        Some(Claim {
            surplus_wh: energy.surplus_wh,
            corroborated_wh: net_wh.min(shown_wh),
            shown_wh,
            register_step_mwh: self.register_step_mwh,
        })
    }

    /// `claimed_wh` if it is within the tolerance of what is shown, else what is shown.
    fn corroborated_wh(&self, claimed_wh: u64, shown_wh: u64) -> u64 {
        let is_above = claimed_wh > tolerated_wh(shown_wh, self.register_step_mwh.into());
        if is_above { shown_wh } else { claimed_wh }
    }
}
