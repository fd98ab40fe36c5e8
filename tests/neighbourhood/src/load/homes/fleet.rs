//! The gateways of all homes, and what each has sent and the chain has taken.

use crate::chain::{Head, authorised};
use codec::{Decode, Encode};
use deren_primitives::{
    Anchor, DeviceId, DeviceRole, GatewayId, IntervalReading, ReadingHash, RegisterSpan, SampledBatch, SampledReading,
    Slot,
};
use deren_runtime::{Hash, RuntimeCall, UncheckedExtrinsic, homes::Home};
use sp_core::Pair;
use sp_crypto_hashing::blake2_256;
use std::collections::{HashMap, VecDeque};

/// What a device shows more in each slot, in mWh.
const SLOT_MWH: u64 = 200_000;

/// Where a device's chain of readings stands.
#[derive(Clone, Copy, Default)]
struct Standing {
    next_sequence: u32,
    previous: ReadingHash,
}

/// All gateways.
pub(super) struct HomesFleet {
    genesis: [u8; 32],
    /// Where the devices of each home stand, as if everything sent were taken.
    standings: Vec<[Standing; 2]>,
    numbers: HashMap<GatewayId, u32>,
    /// What is sent next: homes that sent longest ago first.
    turn: VecDeque<u32>,
    /// What was sent and is in no block yet, to be sent again if the pool has no room.
    sent: HashMap<u32, Vec<u8>>,
    /// What the pool refused.
    again: VecDeque<u32>,
}

impl HomesFleet {
    /// The gateways of this many homes, for the chain with this first block.
    pub(super) fn new(homes: u32, genesis: Hash) -> Self {
        let id = |home: u32| GatewayId(Home(home).gateway_key().public().0);
        Self {
            genesis: genesis.0,
            standings: vec![[Standing::default(); 2]; usize::try_from(homes).unwrap_or_default()],
            numbers: (0..homes).map(|home| (id(home), home)).collect(),
            turn: (0..homes).collect(),
            sent: HashMap::new(),
            again: VecDeque::new(),
        }
    }

    /// How many devices all homes have.
    pub(super) fn devices(&self) -> u32 {
        let homes = u32::try_from(self.standings.len()).unwrap_or(u32::MAX);
        (0..homes).map(|home| if Home(home).has_sun() { 2 } else { 1 }).sum()
    }

    /// How many batches were sent and are in no block yet.
    pub(super) fn in_pool(&self) -> usize {
        self.sent.len()
    }

    /// The batch that is sent next, and whose it is; `None` if all wait for a block, or have read all slots.
    pub(super) fn next(&mut self, first: Slot, rounds: u32, anchor: Head) -> Option<(u32, Vec<u8>)> {
        if let Some(home) = self.again.pop_front() {
            return Some((home, self.sent.get(&home)?.clone()));
        }
        let home = self.turn.pop_front()?;
        let standings = self.standings.get_mut(usize::try_from(home).ok()?)?;
        let round = standings[0].next_sequence;
        if round >= rounds {
            return None;
        }
        let bytes = batch(Home(home), self.genesis, standings, first.plus(round), anchor)?;
        self.sent.insert(home, bytes.clone());
        Some((home, bytes))
    }

    /// The pool did not take it.
    pub(super) fn refused(&mut self, home: u32) {
        self.again.push_back(home);
    }

    /// Notes which batches a block with these transactions took, and gives how many readings they carried.
    pub(super) fn included(&mut self, transactions: &[Vec<u8>]) -> u64 {
        let mut readings = 0;
        for bytes in transactions {
            let Ok(transaction) = UncheckedExtrinsic::decode(&mut bytes.as_slice()) else { continue };
            let RuntimeCall::Metering(pallet_deren_metering::Call::submit_v2 { batch, .. }) = transaction.function
            else {
                continue;
            };
            readings += batch.readings.len() as u64;
            if let Some(home) = self.numbers.get(&batch.gateway)
                && self.sent.remove(home).is_some()
            {
                self.turn.push_back(*home);
            }
        }
        readings
    }
}

/// A home's readings of one slot, as one batch.
fn batch(home: Home, genesis: [u8; 32], standings: &mut [Standing; 2], slot: Slot, anchor: Head) -> Option<Vec<u8>> {
    let key = home.gateway_key();
    let gateway = GatewayId(key.public().0);
    let anchor = Anchor { block_number: anchor.number, block_hash: anchor.hash.0 };
    let read = |((device, role), standing)| reading((device, role), home.has_sun(), slot, standing, anchor);
    let readings: Vec<_> = home.devices().zip(standings).map(read).collect();
    let batch = SampledBatch { genesis, gateway, key_epoch: 0, attempt: 0, readings: readings.try_into().ok()? };
    let signature = key.sign(&batch.message()).0;
    Some(authorised(RuntimeCall::Metering(pallet_deren_metering::Call::submit_v2 { batch, signature })))
}

/// The device's next reading. A home with sun exports what it produces, and any other imports.
fn reading(
    (device, role): (DeviceId, DeviceRole),
    sells: bool,
    slot: Slot,
    standing: &mut Standing,
    anchor: Anchor,
) -> SampledReading {
    let sequence = u64::from(standing.next_sequence);
    let (open, close) = (sequence * SLOT_MWH, (sequence + 1) * SLOT_MWH);
    let registers = if sells || role == DeviceRole::Production {
        RegisterSpan { export_open_mwh: open, export_close_mwh: close, ..RegisterSpan::default() }
    } else {
        RegisterSpan { import_open_mwh: open, import_close_mwh: close, ..RegisterSpan::default() }
    };
    let interval = IntervalReading {
        registers,
        sequence,
        previous: standing.previous,
        anchor,
        ..deren_testing::reading(device, slot)
    };
    // Nobody asks these devices for a sample, and trees for all of them would take the time that is measured.
    let reading = SampledReading { samples_root: blake2_256(&(device, sequence).encode()), interval };
    standing.next_sequence += 1;
    standing.previous = reading.hash();
    reading
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head { number: 1, hash: Hash::repeat_byte(1) }
    }

    fn fleet() -> HomesFleet {
        HomesFleet::new(4, Hash::repeat_byte(9))
    }

    #[test]
    fn a_home_sends_its_next_slot_once_the_one_before_is_in_a_block() {
        let mut fleet = fleet();
        let all: Vec<_> = std::iter::from_fn(|| fleet.next(Slot(5), 2, head())).collect();
        assert_eq!(all.iter().map(|(home, _)| *home).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(fleet.in_pool(), 4);
        let two: Vec<Vec<u8>> = all[..2].iter().map(|(_, bytes)| bytes.clone()).collect();
        // Homes 0 and 1 have sun, so that each has two devices.
        assert_eq!(fleet.included(&two), 4);
        let again: Vec<_> = std::iter::from_fn(|| fleet.next(Slot(5), 2, head())).map(|(home, _)| home).collect();
        assert_eq!(again, [0, 1]);
    }

    #[test]
    fn what_the_pool_refused_is_sent_again_as_it_was() {
        let mut fleet = fleet();
        let (home, bytes) = fleet.next(Slot(5), 1, head()).expect("a batch");
        fleet.refused(home);
        assert_eq!(fleet.next(Slot(5), 1, head()), Some((home, bytes)));
    }

    #[test]
    fn nobody_reads_more_slots_than_there_are() {
        let mut fleet = HomesFleet::new(1, Hash::repeat_byte(9));
        let (_, bytes) = fleet.next(Slot(5), 1, head()).expect("a batch");
        fleet.included(&[bytes]);
        assert_eq!(fleet.next(Slot(5), 1, head()), None);
    }
}
