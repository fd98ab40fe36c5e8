//! Whether this machine's clock can be believed, and by how much it may be wrong. Slots are boundaries of time, so
//! nothing is sampled into a slot before the clock is known to be right; a Raspberry Pi wakes up without one.
//!
//! Two witnesses: the kernel, which knows whether a time service steers the clock, and the chain, whose newest block
//! carries the time at which it was made.

use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A quartz that nothing steers drifts by less than this.
const DRIFT_PPM: u64 = 100;
/// The best of so many blocks counts: a block can reach us late, never early.
const BLOCKS_KEPT: usize = 16;

/// What is known of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ClockState {
    /// Nobody has vouched for it since this process began: no sample is used.
    Unknown,
    /// Right, to within this error.
    Synchronised {
        /// Bound on its error.
        error_ms: u32,
    },
    /// It was right once; by now its error may be larger than allowed. Readings say so.
    Lost {
        /// Bound on its error.
        error_ms: u32,
    },
}

impl ClockState {
    /// The bound that goes into a reading.
    pub fn error_ms(self) -> u32 {
        match self {
            Self::Unknown => u32::MAX,
            Self::Synchronised { error_ms } | Self::Lost { error_ms } => error_ms,
        }
    }
}

/// Milliseconds since 1970 by this machine's clock.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Judges the clock.
#[derive(Debug)]
pub struct Clock {
    trusted: bool,
    max_error_ms: u32,
    kernel_error_ms: fn() -> Option<u32>,
    blocks: Mutex<Witnessed>,
}

#[derive(Debug, Default)]
struct Witnessed {
    /// Distance to each of the newest blocks' times, and when it was seen.
    distances: VecDeque<(u64, Instant)>,
    was_right: bool,
}

impl Clock {
    /// A clock that counts as synchronised up to `max_error`; with `trusted`, always.
    pub fn new(trusted: bool, max_error: Duration) -> Self {
        Self::with_kernel(trusted, max_error, kernel_error_ms)
    }

    fn with_kernel(trusted: bool, max_error: Duration, kernel_error_ms: fn() -> Option<u32>) -> Self {
        let max_error_ms = u32::try_from(max_error.as_millis()).unwrap_or(u32::MAX);
        Self { trusted, max_error_ms, kernel_error_ms, blocks: Mutex::default() }
    }

    /// A block just arrived that was made at `block_ms` by the chain's clock, when it was `now_ms` here.
    pub fn see_block(&self, block_ms: u64, now_ms: u64) {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if blocks.distances.len() == BLOCKS_KEPT {
            blocks.distances.pop_front();
        }
        blocks.distances.push_back((now_ms.abs_diff(block_ms), Instant::now()));
    }

    /// What is known now.
    pub fn state(&self) -> ClockState {
        let kernel = (self.kernel_error_ms)();
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let by_chain = blocks
            .distances
            .iter()
            .map(|(distance_ms, seen)| {
                let age_ms = u64::try_from(seen.elapsed().as_millis()).unwrap_or(u64::MAX);
                distance_ms.saturating_add(age_ms.saturating_mul(DRIFT_PPM) / 1_000_000)
            })
            .min()
            .map(|error_ms| u32::try_from(error_ms).unwrap_or(u32::MAX));
        let known = match (kernel, by_chain) {
            (Some(kernel), Some(chain)) => Some(kernel.min(chain)),
            (one, other) => one.or(other),
        };
        match known {
            _ if self.trusted => ClockState::Synchronised { error_ms: known.unwrap_or(0).min(self.max_error_ms) },
            Some(error_ms) if error_ms <= self.max_error_ms => {
                blocks.was_right = true;
                ClockState::Synchronised { error_ms }
            }
            known if blocks.was_right => ClockState::Lost { error_ms: known.unwrap_or(u32::MAX) },
            _ => ClockState::Unknown,
        }
    }
}

/// The kernel's own bound on the clock's error, if a time service steers it.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no safe crate asks the kernel whether its clock is synchronised")]
fn kernel_error_ms() -> Option<u32> {
    // SAFETY: `timex` is plain numbers, for which zeros are valid; with `modes` 0 the call only fills it in.
    let (state, timex) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex)
    };
    let steered = state >= 0 && state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0;
    // Microseconds; rounded up.
    steered.then(|| u32::try_from(timex.maxerror / 1000 + 1).unwrap_or(u32::MAX))
}

#[cfg(not(target_os = "linux"))]
fn kernel_error_ms() -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_secs(5);

    fn nobody() -> Option<u32> {
        None
    }

    #[test]
    fn a_clock_for_which_nobody_vouches_is_unknown() {
        assert_eq!(Clock::with_kernel(false, MAX, nobody).state(), ClockState::Unknown);
    }

    #[test]
    fn the_kernel_vouches() {
        let clock = Clock::with_kernel(false, MAX, || Some(12));
        assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 12 });
    }

    #[test]
    fn a_fresh_block_vouches_and_an_old_one_does_not() {
        let clock = Clock::with_kernel(false, MAX, nobody);
        clock.see_block(1_000_000, 9_000_000);
        assert_eq!(clock.state(), ClockState::Unknown);
        clock.see_block(9_000_000, 9_000_400);
        assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 400 });
    }

    #[test]
    fn a_clock_that_leaves_the_chains_time_is_lost() {
        let clock = Clock::with_kernel(false, MAX, nobody);
        clock.see_block(1_000, 1_000);
        assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 0 });
        for _ in 0..BLOCKS_KEPT {
            clock.see_block(1_000, 61_000);
        }
        assert_eq!(clock.state(), ClockState::Lost { error_ms: 60_000 });
    }

    #[test]
    fn an_owner_can_vouch() {
        let clock = Clock::with_kernel(true, MAX, nobody);
        assert_eq!(clock.state(), ClockState::Synchronised { error_ms: 0 });
    }

    #[test]
    fn asking_the_kernel_works() {
        let _ = kernel_error_ms();
    }
}
