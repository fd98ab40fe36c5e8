//! What accepted readings show, and whether each device's readings follow one another without a gap.

use crate::{NeighbourhoodError, Result};
use deren_primitives::{
    DeviceId, DeviceRole, IntervalReading, ReadingHash, ReadingVerdict, SampledReading, SiteEnergy, SiteId, Slot,
};
use deren_runtime::Runtime;
use pallet_deren_metering::{Energies, Event, SlotEnergies};
use std::collections::{BTreeMap, VecDeque};

/// How many readings of each device are remembered: a day of quarter-hours, and more.
const MAX_READINGS: usize = 256;
/// A reading of many slots is counted for so many of its newest.
const MAX_COUNTED_SLOTS: u32 = 8;

/// An accepted reading, as far as tests ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// As it was signed.
    pub reading: IntervalReading,
    /// What the chain remarked.
    pub verdict: ReadingVerdict,
}

/// A device on a site.
#[derive(Clone, Debug)]
struct Meter {
    register_step_mwh: u32,
    next_sequence: u64,
    last_hash: ReadingHash,
    next_slot: Slot,
    accepted: VecDeque<Accepted>,
}

/// All devices of a market.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    devices: BTreeMap<DeviceId, Meter>,
    energies: BTreeMap<Slot, BTreeMap<SiteId, SlotEnergies>>,
    counts: BTreeMap<Slot, u32>,
    closed: Slot,
    refused: u64,
}

impl Meters {
    pub(super) fn install(&mut self, device: DeviceId, register_step_mwh: u32) {
        // A device that was removed and is registered again goes on with its chain of readings.
        self.devices.entry(device).or_insert_with(|| Meter {
            register_step_mwh,
            next_sequence: 0,
            last_hash: ReadingHash::default(),
            next_slot: Slot(0),
            accepted: VecDeque::new(),
        });
    }

    /// `Err` if a reading does not follow its device's last one: something was lost, or accepted twice.
    pub(super) fn write(&mut self, event: &Event<Runtime>) -> Result<()> {
        match event {
            Event::ReadingAccepted { site, role, reading, samples_root, hash, energies, verdict, .. } => {
                let Some(meter) = self.devices.get_mut(&reading.device) else { return Ok(()) };
                meter.follow(reading, *samples_root, *hash, *verdict)?;
                let step_mwh = meter.register_step_mwh;
                // Closed slots are cleared with what they had.
                let end = reading.end_slot();
                let newest = Slot(end.0.saturating_sub(MAX_COUNTED_SLOTS));
                for slot in reading.first_slot.max(newest).max(self.closed.next()).0..end.0 {
                    *self.counts.entry(Slot(slot)).or_default() += 1;
                }
                if verdict.trades() {
                    self.add(*site, *role, reading.first_slot, step_mwh, *energies);
                }
            }
            Event::SlotsClosed { through, .. } => self.closed = *through,
            Event::ReadingRefused { .. } => self.refused += 1,
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, site: SiteId, role: DeviceRole, slot: Slot, step_mwh: u32, energies: Energies) {
        self.energies.entry(slot).or_default().entry(site).or_default().add(role, step_mwh, energies);
    }

    /// Accepted readings that cover the slot, so far.
    pub fn readings(&self, slot: Slot) -> u32 {
        self.counts.get(&slot).copied().unwrap_or_default()
    }

    /// Readings that were refused, of any device.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// What a site can trade in a slot; `None` if its grid meter shows nothing that trades.
    pub fn energy(&self, site: SiteId, slot: Slot) -> Option<SiteEnergy> {
        self.energies.get(&slot)?.get(&site)?.judge().map(|(energy, _)| energy)
    }

    /// The device's last readings, oldest first.
    pub fn accepted(&self, device: DeviceId) -> impl Iterator<Item = &Accepted> {
        self.devices.get(&device).into_iter().flat_map(|meter| &meter.accepted)
    }

    /// How many readings of the device are on chain.
    pub fn count(&self, device: DeviceId) -> u64 {
        self.devices.get(&device).map_or(0, |meter| meter.next_sequence)
    }

    /// Nobody asks for earlier slots any more.
    pub(super) fn forget_before(&mut self, slot: Slot) {
        self.energies = self.energies.split_off(&slot);
        self.counts = self.counts.split_off(&slot);
    }
}

/// The hash of a reading of version 1, or of version 2 if it has a root.
fn hash_of(reading: &IntervalReading, samples_root: Option<[u8; 32]>) -> ReadingHash {
    match samples_root {
        Some(samples_root) => SampledReading { interval: reading.clone(), samples_root }.hash(),
        None => reading.hash(),
    }
}

impl Meter {
    fn follow(
        &mut self,
        reading: &IntervalReading,
        samples_root: Option<[u8; 32]>,
        hash: ReadingHash,
        verdict: ReadingVerdict,
    ) -> Result<()> {
        let wrong = |what: String| {
            let device = reading.device;
            Err(NeighbourhoodError::Invariant(format!("device {device}, reading {}: {what}", reading.sequence)))
        };
        if hash_of(reading, samples_root) != hash {
            return wrong(format!("the event says that its hash is {hash}"));
        }
        if reading.sequence != self.next_sequence {
            return wrong(format!("{} is next", self.next_sequence));
        }
        if reading.previous != self.last_hash {
            return wrong(format!("its previous is {}, the last was {}", reading.previous, self.last_hash));
        }
        if reading.first_slot < self.next_slot {
            return wrong(format!("slot {} was read before", reading.first_slot));
        }
        self.next_sequence += 1;
        self.last_hash = hash;
        self.next_slot = reading.end_slot();
        if self.accepted.len() == MAX_READINGS {
            self.accepted.pop_front();
        }
        self.accepted.push_back(Accepted { reading: reading.clone(), verdict });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::{GatewayId, MarketId};

    fn reading(sequence: u64, slot: u32, previous: ReadingHash) -> IntervalReading {
        IntervalReading {
            registers: deren_testing::shown(0, 5),
            sequence,
            previous,
            ..deren_testing::reading(DeviceId([1; 32]), Slot(slot))
        }
    }

    fn accepted(reading: &IntervalReading) -> Event<Runtime> {
        Event::ReadingAccepted {
            gateway: GatewayId([2; 32]),
            market: MarketId(0),
            site: SiteId(0),
            role: DeviceRole::Grid,
            reading: reading.clone(),
            samples_root: None,
            hash: reading.hash(),
            energies: Energies { import_wh: 7, export_wh: 0 },
            verdict: ReadingVerdict::GOOD,
        }
    }

    fn meters() -> Meters {
        let mut meters = Meters::default();
        meters.install(DeviceId([1; 32]), 1_000);
        meters
    }

    #[test]
    fn readings_that_follow_add_up() {
        let mut meters = meters();
        let first = reading(0, 10, ReadingHash::default());
        meters.write(&accepted(&first)).expect("the first");
        meters.write(&accepted(&reading(1, 11, first.hash()))).expect("the second");
        assert_eq!((meters.readings(Slot(10)), meters.count(DeviceId([1; 32]))), (1, 2));
        assert_eq!(meters.energy(SiteId(0), Slot(11)).map(|energy| energy.demand_wh), Some(7));
        meters.forget_before(Slot(11));
        assert_eq!((meters.readings(Slot(10)), meters.readings(Slot(11))), (0, 1));
    }

    #[test]
    fn a_reading_of_version_2_follows_with_the_hash_of_its_samples_too() {
        let mut meters = meters();
        let first = reading(0, 10, ReadingHash::default());
        meters.write(&accepted(&first)).expect("the first");
        let second = SampledReading { interval: reading(1, 11, first.hash()), samples_root: [7; 32] };
        let event = |root, signed: ReadingHash| {
            let mut event = accepted(&second.interval);
            if let Event::ReadingAccepted { samples_root, hash, .. } = &mut event {
                (*samples_root, *hash) = (Some(root), signed);
            }
            event
        };
        assert!(meters.clone().write(&event([7; 32], second.interval.hash())).is_err());
        assert!(meters.clone().write(&event([8; 32], second.hash())).is_err());
        meters.write(&event([7; 32], second.hash())).expect("the second");
    }

    #[test]
    fn a_skipped_or_repeated_reading_is_a_violation() {
        let mut meters = meters();
        let first = reading(0, 10, ReadingHash::default());
        meters.write(&accepted(&first)).expect("the first");
        for wrong in [
            reading(2, 11, first.hash()),
            first.clone(),
            reading(1, 10, first.hash()),
            reading(1, 11, ReadingHash([9; 32])),
        ] {
            assert!(meters.clone().write(&accepted(&wrong)).is_err(), "{wrong:?}");
        }
    }
}
