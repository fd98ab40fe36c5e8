//! A batch on its way: when it counts as included, as final, and as lost. Pure.

use super::batch::SignedBatch;
use deren_primitives::{DeviceCursor, DeviceId, MAX_ATTEMPT};
use std::collections::BTreeMap;

/// Number of blocks after which a batch that is in none of the best chain is sent again.
pub(super) const RESEND_AFTER_BLOCKS: u32 = 4;

/// The attempt after this one. After the last they begin again: the pool has forgotten the first by then.
pub(super) fn next_attempt(attempt: u32) -> u32 {
    if attempt >= MAX_ATTEMPT { 1 } else { attempt + 1 }
}

/// A batch that was given to a node's pool.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) signed: SignedBatch,
    /// Each device's sequence number after the batch.
    goals: BTreeMap<DeviceId, u64>,
    /// Each device's first sequence number in the batch.
    starts: BTreeMap<DeviceId, u64>,
    /// The best block when it was submitted, or when it was last seen to be in no block.
    waiting_since_block: u32,
    included: bool,
}

/// How a flight stands at the best block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlightState {
    /// In no block yet, or in one that waits for finality.
    Waiting,
    /// In a block of the best chain, since now.
    Included,
    /// Was in a block that is no longer of the best chain.
    Reorganised,
    /// No block took it for too long.
    Lost,
}

impl Flight {
    pub(super) fn new(signed: SignedBatch, best_block: u32) -> Self {
        let (mut goals, mut starts) = (BTreeMap::new(), BTreeMap::new());
        for reading in signed.batch.readings() {
            let goal = goals.entry(reading.device).or_insert(0);
            *goal = reading.sequence.saturating_add(1).max(*goal);
            let start = starts.entry(reading.device).or_insert(u64::MAX);
            *start = reading.sequence.min(*start);
        }
        Self { signed, goals, starts, waiting_since_block: best_block, included: false }
    }

    pub(super) fn devices(&self) -> Vec<DeviceId> {
        self.goals.keys().copied().collect()
    }

    /// How it stands when the best block is `best_block` and its devices stand at `cursors`.
    pub(super) fn at_best(&mut self, best_block: u32, cursors: &[(DeviceId, Option<DeviceCursor>)]) -> FlightState {
        if self.any_moved(cursors) {
            let was_included = std::mem::replace(&mut self.included, true);
            return if was_included { FlightState::Waiting } else { FlightState::Included };
        }
        if std::mem::take(&mut self.included) {
            self.waiting_since_block = best_block;
            return FlightState::Reorganised;
        }
        if best_block < self.waiting_since_block {
            self.waiting_since_block = best_block;
        }
        if best_block - self.waiting_since_block >= RESEND_AFTER_BLOCKS {
            FlightState::Lost
        } else {
            FlightState::Waiting
        }
    }

    /// True while a block of the best chain has it.
    pub(super) fn is_included(&self) -> bool {
        self.included
    }

    /// True if what comes before it is not in the block with these cursors: it cannot be taken there.
    pub(super) fn is_orphaned(&self, cursors: &[(DeviceId, Option<DeviceCursor>)]) -> bool {
        let reached = |(device, cursor): &(DeviceId, Option<DeviceCursor>)| {
            let start = self.starts.get(device).copied().unwrap_or_default();
            cursor.unwrap_or_default().next_sequence >= start
        };
        !cursors.iter().all(reached)
    }

    /// True if a finalised block with these cursors took it: what it did not move was refused by itself.
    pub(super) fn is_final(&self, cursors: &[(DeviceId, Option<DeviceCursor>)]) -> bool {
        self.any_moved(cursors)
    }

    /// The devices of which not all readings were taken, by these cursors.
    pub(super) fn left_behind(&self, cursors: &[(DeviceId, Option<DeviceCursor>)]) -> Vec<DeviceId> {
        let reached = |device: &DeviceId, goal: u64| {
            cursors.iter().any(|(id, cursor)| id == device && cursor.is_some_and(|c| c.next_sequence >= goal))
        };
        self.goals.iter().filter(|(device, goal)| !reached(device, **goal)).map(|(device, _)| *device).collect()
    }

    fn any_moved(&self, cursors: &[(DeviceId, Option<DeviceCursor>)]) -> bool {
        cursors.iter().any(|(device, cursor)| match (self.starts.get(device), cursor) {
            (Some(start), Some(cursor)) => cursor.next_sequence > *start,
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::batch::Batch, *};
    use deren_primitives::{GatewayId, IntervalReading, ReadingBatch, SignedReading, Slot};

    fn signed(device: u8, sequence: u64) -> SignedReading {
        let reading = IntervalReading { sequence, ..deren_testing::reading(DeviceId([device; 32]), Slot(1)) };
        SignedReading { reading, signature: [0; 64] }
    }

    fn flight() -> Flight {
        let readings = vec![signed(1, 5), signed(2, 0), signed(1, 6)].try_into().expect("few");
        let batch = ReadingBatch { genesis: [0; 32], gateway: GatewayId([0; 32]), key_epoch: 0, attempt: 0, readings };
        Flight::new(SignedBatch { batch: Batch::Interval(batch), signature: [0; 64] }, 100)
    }

    fn at(one: u64, two: u64) -> Vec<(DeviceId, Option<DeviceCursor>)> {
        let cursor = |next_sequence| Some(DeviceCursor { next_sequence, ..Default::default() });
        vec![(DeviceId([1; 32]), cursor(one)), (DeviceId([2; 32]), cursor(two))]
    }

    #[test]
    fn it_waits_for_a_few_blocks_and_is_then_lost() {
        let mut flight = flight();
        for block in 100..104 {
            assert_eq!(flight.at_best(block, &at(5, 0)), FlightState::Waiting);
        }
        assert_eq!(flight.at_best(104, &at(5, 0)), FlightState::Lost);
    }

    #[test]
    fn once_included_it_waits_for_finality_as_long_as_it_takes() {
        let mut flight = flight();
        assert_eq!(flight.at_best(101, &at(7, 1)), FlightState::Included);
        assert_eq!(flight.at_best(900, &at(7, 1)), FlightState::Waiting);
        assert!(flight.is_final(&at(7, 1)) && !flight.is_final(&at(5, 0)));
        assert!(flight.left_behind(&at(7, 1)).is_empty());
    }

    #[test]
    fn a_reorganisation_makes_it_wait_anew() {
        let mut flight = flight();
        flight.at_best(101, &at(7, 1));
        assert_eq!(flight.at_best(103, &at(5, 0)), FlightState::Reorganised);
        assert_eq!(flight.at_best(106, &at(5, 0)), FlightState::Waiting);
        assert_eq!(flight.at_best(107, &at(5, 0)), FlightState::Lost);
    }

    #[test]
    fn it_is_orphaned_where_an_earlier_one_is_missing() {
        assert!(flight().is_orphaned(&at(4, 0)));
        assert!(!flight().is_orphaned(&at(5, 0)));
        assert!(!flight().is_orphaned(&at(7, 1)));
    }

    #[test]
    fn a_best_block_that_goes_back_is_no_panic() {
        let mut flight = flight();
        assert_eq!(flight.at_best(90, &at(5, 0)), FlightState::Waiting);
        assert_eq!(flight.at_best(94, &at(5, 0)), FlightState::Lost);
    }

    #[test]
    fn devices_that_were_refused_are_left_behind() {
        let flight = flight();
        assert_eq!(flight.left_behind(&at(7, 0)), [DeviceId([2; 32])]);
        assert_eq!(flight.left_behind(&at(6, 1)), [DeviceId([1; 32])]);
        assert!(flight.is_final(&at(5, 1)));
        assert_eq!(flight.left_behind(&[]).len(), 2);
    }
}
