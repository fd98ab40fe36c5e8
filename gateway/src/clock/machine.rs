//! What the machine itself says of the time: its wall clock, and the kernel's opinion of it. Nobody sets the time since
//! its start.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Less than this is no jump: a time service moves the clock gently, and two clocks are not read at once.
const NO_JUMP_MS: u64 = 250;
/// A time service speeds a clock up or slows it down by no more than this (adjtimex(2): 500), and a quartz drifts.
const SLEW_PPM: u64 = 1_000;

/// The clocks of a machine.
pub trait Machine: Send + Sync {
    /// Milliseconds since 1970 by the wall clock.
    fn wall_ms(&self) -> u64;
    /// Milliseconds since the machine's start, with the time that it slept.
    fn boot_ms(&self) -> u64;
    /// The kernel's own bound on the wall clock's error, if a time service steers it.
    fn kernel_error_ms(&self) -> Option<u32>;
}

/// The machine that this runs on.
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn wall_ms(&self) -> u64 {
        unix_ms()
    }

    fn boot_ms(&self) -> u64 {
        boot_ms()
    }

    fn kernel_error_ms(&self) -> Option<u32> {
        kernel_error_ms()
    }
}

/// Milliseconds since 1970 by this machine's clock.
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[expect(unsafe_code, reason = "std has no clock that counts while the machine sleeps")]
fn boot_ms() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call only fills in `time`, which lives here.
    if unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) } != 0 {
        return 0;
    }
    let (seconds, nanos) = (u64::try_from(time.tv_sec).unwrap_or(0), u64::try_from(time.tv_nsec).unwrap_or(0));
    seconds.saturating_mul(1000).saturating_add(nanos / 1_000_000)
}

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

/// Notices when the wall clock is set: then it moves otherwise than the time since the machine's start.
#[derive(Debug, Default)]
pub(super) struct Jumps(Option<(u64, u64)>);

impl Jumps {
    /// By how much the wall clock was set since the last look, in milliseconds; nothing if it only ran.
    pub(super) fn look(&mut self, wall_ms: u64, boot_ms: u64) -> Option<i64> {
        let (wall_before, boot_before) = self.0.replace((wall_ms, boot_ms))?;
        let elapsed_ms = boot_ms.saturating_sub(boot_before);
        let expected_ms = wall_before.saturating_add(elapsed_ms);
        let allowed_ms = NO_JUMP_MS.saturating_add(elapsed_ms.saturating_mul(SLEW_PPM) / 1_000_000);
        if wall_ms.abs_diff(expected_ms) <= allowed_ms {
            return None;
        }
        let by_ms = i64::try_from(wall_ms.abs_diff(expected_ms)).unwrap_or(i64::MAX);
        Some(if wall_ms > expected_ms { by_ms } else { -by_ms })
    }
}
