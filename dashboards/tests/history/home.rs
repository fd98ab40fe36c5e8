//! What a home uses and produces, and the meters that say so.

use rand::{Rng, rngs::StdRng};

/// A meter with its cumulative registers.
#[derive(Clone, Debug)]
pub struct Meter {
    pub device: [u8; 32],
    pub role: &'static str,
    pub step_mwh: u32,
    /// The first slot in which it serves, and the first in which it is gone.
    pub from_slot: u32,
    pub until_slot: Option<u32>,
    pub sequence: u64,
    pub import_mwh: u64,
    pub export_mwh: u64,
    /// While its gateway is silent: the first slot of which nothing was sent, and the registers at its start.
    pub silent_since: Option<(u32, u64, u64)>,
}

/// A site.
#[derive(Clone, Debug)]
pub struct Home {
    pub site: u32,
    pub zone: u32,
    pub owner: [u8; 32],
    pub gateway: [u8; 32],
    pub has_sun: bool,
    /// Grid meters, one in service in each slot, and the meter of the sun.
    pub meters: Vec<Meter>,
}

/// Wh of one slot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Energy {
    pub import_wh: u64,
    pub export_wh: u64,
    pub produced_wh: u64,
}

impl Home {
    /// What happens in a slot that begins at this second of the day.
    pub fn energy(&self, rng: &mut StdRng, second_of_day: u32) -> Energy {
        let hour = f64::from(second_of_day) / 3600.0;
        let height = ((hour - 6.0) / 12.0 * std::f64::consts::PI).sin().max(0.0);
        let produced_wh = if self.has_sun { (height * rng.random_range(600.0..1_500.0)) as u64 } else { 0 };
        let used_wh = rng.random_range(30..500u64) + if (17.0..22.0).contains(&hour) { 300 } else { 0 };
        // In one slot both directions can be used: the sun comes and goes.
        let both_wh = if produced_wh > 0 { rng.random_range(0..20) } else { 0 };
        Energy {
            import_wh: used_wh.saturating_sub(produced_wh) + both_wh,
            export_wh: produced_wh.saturating_sub(used_wh) + both_wh,
            produced_wh: produced_wh + both_wh,
        }
    }
}

impl Meter {
    /// True if it owes a reading of that slot.
    pub fn serves(&self, slot: u32) -> bool {
        self.from_slot <= slot && self.until_slot.is_none_or(|until| slot < until)
    }

    /// Counts this energy, and gives the registers before it.
    pub fn count(&mut self, import_wh: u64, export_wh: u64) -> (u64, u64) {
        let before = (self.import_mwh, self.export_mwh);
        self.import_mwh += import_wh * 1000;
        self.export_mwh += export_wh * 1000;
        before
    }
}
