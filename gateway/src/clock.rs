//! Whether this machine's clock can be believed, and by how much it may be wrong. Slots are boundaries of time. So
//! nothing is sampled into a slot, and nothing signed, before the clock is known to be right. A Raspberry Pi wakes up
//! without one.
//!
//! The kernel vouches: it knows whether a time service (chrony, systemd-timesyncd, ntpd) steers the clock. The chain
//! gives a second opinion by the times of its blocks, and on a development chain that is enough by itself. And time
//! never goes back behind what was signed, or known to be right, before.

mod blocks;
mod machine;
#[cfg(test)]
mod tests;

pub use machine::{Machine, ThisMachine, unix_ms};

use crate::codes::{GatewayCode, Mishap};
use blocks::Blocks;
use machine::Jumps;
use serde::Serialize;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A quartz that nothing steers drifts by less than this.
const DRIFT_PPM: u64 = 100;

/// What is known of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ClockState {
    /// Nobody has vouched for it since this process began, or since it jumped: no sample is used.
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
    /// The chain's blocks show another time, beyond the clock's own error: no sample is used.
    Disputed {
        /// How far they are apart at least.
        apart_ms: u64,
    },
    /// It shows a time before the last at which it was right: no sample is used.
    Behind {
        /// By how much.
        by_ms: u64,
    },
}

impl ClockState {
    /// The bound that goes into a reading.
    pub fn error_ms(self) -> u32 {
        match self {
            Self::Unknown | Self::Disputed { .. } | Self::Behind { .. } => u32::MAX,
            Self::Synchronised { error_ms } | Self::Lost { error_ms } => error_ms,
        }
    }

    /// What keeps samples from being used, with its code; nothing if the clock will do.
    pub fn mishap(self) -> Option<Mishap> {
        let code = match self {
            Self::Synchronised { .. } | Self::Lost { .. } => return None,
            Self::Unknown => GatewayCode::ClockUnknown,
            Self::Disputed { .. } => GatewayCode::ClockDisputed,
            Self::Behind { .. } => GatewayCode::ClockBehind,
        };
        self.complaint().map(|what| (code, what).into())
    }

    /// Why no sample is used and nothing signed, in words for the owner; nothing if the clock will do.
    pub fn complaint(self) -> Option<String> {
        let seconds = |ms: u64| ms.div_ceil(1000);
        match self {
            Self::Synchronised { .. } | Self::Lost { .. } => None,
            Self::Unknown => Some(
                "nobody vouches for this machine's clock, so samples are not used yet: start a time service \
                 (`timedatectl set-ntp true`), or wait until it has synchronised"
                    .to_owned(),
            ),
            Self::Disputed { apart_ms } => Some(format!(
                "this machine's clock and the chain's are {} s apart, so nothing is signed: look at the clock (`timedatectl`), \
                 and whether the node is right",
                seconds(apart_ms)
            )),
            Self::Behind { by_ms } => Some(format!(
                "this machine's clock is {} s behind a time at which it was right before, so nothing is signed until it has \
                 caught up: look at the clock (`timedatectl`)",
                seconds(by_ms)
            )),
        }
    }
}

/// Judges the clock.
pub struct Clock {
    trusted: bool,
    max_error_ms: u32,
    machine: Box<dyn Machine>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// On a development chain the blocks' times are enough.
    chain_is_enough: bool,
    blocks: Blocks,
    jumps: Jumps,
    /// The last error for which somebody vouched, and when since the machine's start.
    vouched: Option<(u64, u64)>,
    /// Nothing is signed before this time.
    high_water_ms: u64,
    /// Not yet told.
    jumped_ms: Option<i64>,
}

impl Clock {
    /// A clock that counts as synchronised up to `max_error`; with `trusted`, whatever others say. It was right at
    /// `high_water_ms`.
    pub fn new(trusted: bool, max_error: Duration, high_water_ms: u64) -> Self {
        Self::with_machine(trusted, max_error, high_water_ms, Box::new(ThisMachine))
    }

    /// As [`Clock::new`], of another machine.
    pub fn with_machine(trusted: bool, max_error: Duration, high_water_ms: u64, machine: Box<dyn Machine>) -> Self {
        let max_error_ms = u32::try_from(max_error.as_millis()).unwrap_or(u32::MAX);
        let known = Mutex::new(Known { high_water_ms, ..Known::default() });
        Self { trusted, max_error_ms, machine, known }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the times of this chain's blocks are enough by themselves: only of a development chain.
    pub fn trust_chain_alone(&self, development: bool) {
        self.known().chain_is_enough = development;
    }

    /// A block just arrived that was made at `block_ms` by the chain's clock.
    pub fn see_block(&self, block_ms: u64) {
        let (wall_ms, boot_ms) = (self.machine.wall_ms(), self.machine.boot_ms());
        self.known().blocks.see(block_ms, wall_ms, boot_ms);
    }

    /// Something that ended at `ms` was signed, or the clock was known to be right then.
    pub fn raise_high_water(&self, ms: u64) {
        let mut known = self.known();
        known.high_water_ms = known.high_water_ms.max(ms);
    }

    /// By how much the clock was set forward (or back, if negative) since this was last asked, in milliseconds.
    pub fn take_jump(&self) -> Option<i64> {
        self.known().jumped_ms.take()
    }

    /// What is known now.
    pub fn state(&self) -> ClockState {
        let (wall_ms, boot_ms) = (self.machine.wall_ms(), self.machine.boot_ms());
        let kernel_ms = self.machine.kernel_error_ms().map(u64::from);
        let mut known = self.known();
        if let Some(jump_ms) = known.jumps.look(wall_ms, boot_ms) {
            // What was known of the clock was of the clock before.
            known.vouched = None;
            known.blocks = Blocks::default();
            known.jumped_ms = Some(known.jumped_ms.unwrap_or_default().saturating_add(jump_ms));
        }
        let by_chain_ms = known.blocks.error_ms(boot_ms).filter(|_| known.chain_is_enough);
        let now_ms = match (kernel_ms, by_chain_ms) {
            (Some(kernel), Some(chain)) => Some(kernel.min(chain)),
            (one, other) => one.or(other),
        };
        if let Some(error_ms) = now_ms.filter(|error_ms| *error_ms <= u64::from(self.max_error_ms)) {
            known.vouched = Some((error_ms, boot_ms));
        }
        if let Some(by_ms) = known.high_water_ms.checked_sub(wall_ms).filter(|by_ms| *by_ms > 0) {
            return ClockState::Behind { by_ms };
        }
        // From the last time that somebody vouched, the error grows.
        let drifted = known.vouched.map(|(error_ms, at_ms)| error_ms.saturating_add(drift_ms(boot_ms, at_ms)));
        let error_ms = drifted.map(|error_ms| u32::try_from(error_ms).unwrap_or(u32::MAX));
        if self.trusted {
            return ClockState::Synchronised { error_ms: error_ms.unwrap_or(0).min(self.max_error_ms) };
        }
        let own_ms = error_ms.unwrap_or(self.max_error_ms).into();
        if let Some(apart_ms) = known.blocks.dispute(own_ms, boot_ms) {
            return ClockState::Disputed { apart_ms };
        }
        match error_ms {
            None => ClockState::Unknown,
            Some(error_ms) if error_ms <= self.max_error_ms => ClockState::Synchronised { error_ms },
            Some(error_ms) => ClockState::Lost { error_ms },
        }
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clock").field("trusted", &self.trusted).finish_non_exhaustive()
    }
}

/// How much a clock may drift in this time.
fn drift_ms(now_ms: u64, since_ms: u64) -> u64 {
    now_ms.saturating_sub(since_ms).saturating_mul(DRIFT_PPM) / 1_000_000
}
