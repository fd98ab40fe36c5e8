//! Devices whose readings the chain refuses at present: each waits longer every time, and none is forgotten.

use deren_primitives::{Backoff, DeviceId, ReadingError};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

const FIRST_WAIT: Duration = Duration::from_secs(4);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long, and how often, to wait for what the next block may change by itself.
const SOON: Duration = Duration::from_secs(1);
const SOON_TIMES: u32 = 3;

/// Who waits, and until when.
#[derive(Debug, Default)]
pub(super) struct Refusals(HashMap<DeviceId, (Backoff, Instant)>);

impl Refusals {
    /// The chain refused a reading of `device`.
    pub(super) fn refused(&mut self, device: DeviceId, error: ReadingError, now: Instant) {
        let (backoff, until) = self.0.entry(device).or_insert_with(|| (Backoff::new(FIRST_WAIT, LONGEST_WAIT), now));
        // What the next block changes by itself is no reason to wait for long.
        let passing = matches!(
            error,
            ReadingError::SlotNotEnded
                | ReadingError::WrongSequence
                | ReadingError::WrongPreviousHash
                | ReadingError::SlotAlreadyRead
                | ReadingError::TooFast
        );
        let soon = passing && backoff.failures() < SOON_TIMES;
        let wait = backoff.next_wait(rand::random());
        *until = now + if soon { wait.min(SOON) } else { wait };
    }

    /// The chain accepted a reading of `device`. True if it had been refused before.
    pub(super) fn accepted(&mut self, device: DeviceId) -> bool {
        self.0.remove(&device).is_some()
    }

    /// True if `device` may be tried now.
    pub(super) fn may_try(&self, device: DeviceId, now: Instant) -> bool {
        self.0.get(&device).is_none_or(|(_, until)| *until <= now)
    }

    /// True if a reading of one of `devices` was refused since one was last accepted.
    pub(super) fn any(&self, devices: &[DeviceId]) -> bool {
        devices.iter().any(|device| self.0.contains_key(device))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: DeviceId = DeviceId([1; 32]);

    #[test]
    fn a_refused_device_waits_and_others_do_not() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        refusals.refused(DEVICE, ReadingError::UnknownDevice, now);
        assert!(!refusals.may_try(DEVICE, now) && refusals.may_try(DeviceId([2; 32]), now));
        assert!(refusals.may_try(DEVICE, now + FIRST_WAIT));
        assert!(refusals.any(&[DEVICE]));
    }

    #[test]
    fn waits_grow_but_stay_bounded() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        for _ in 0..50 {
            refusals.refused(DEVICE, ReadingError::InactiveGateway, now);
        }
        assert!(!refusals.may_try(DEVICE, now + LONGEST_WAIT / 3));
        assert!(refusals.may_try(DEVICE, now + LONGEST_WAIT));
        assert!(refusals.accepted(DEVICE) && refusals.may_try(DEVICE, now));
    }

    #[test]
    fn what_the_next_block_may_change_is_tried_again_soon() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        refusals.refused(DEVICE, ReadingError::SlotNotEnded, now);
        assert!(refusals.may_try(DEVICE, now + Duration::from_secs(1)));
    }
}
