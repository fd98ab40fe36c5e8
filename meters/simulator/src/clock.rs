//! Simulated time: start + (now − t0) × speed. It follows the machine's monotonic clock, so it never goes back.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How much faster than real time the simulation runs, in thousandths: 1000 is real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpeedPermille(pub u32);

/// The clock that all homes of a simulator share.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start_unix_s: u64,
    speed: SpeedPermille,
    /// The real instant at which this clock was made, and how long after t0 that was.
    made: Instant,
    made_after_t0: Duration,
}

impl Clock {
    /// A clock that shows `start_unix_s` at `t0_unix_ms` of real time; a `t0` in the future counts as now.
    pub fn new(start_unix_s: u64, speed: SpeedPermille, t0_unix_ms: u64) -> Self {
        let made_after_t0 = unix_now().saturating_sub(Duration::from_millis(t0_unix_ms));
        Self { start_unix_s, speed, made: Instant::now(), made_after_t0 }
    }

    /// Simulated milliseconds since the start, now.
    pub fn elapsed_ms(&self) -> u64 {
        simulated_ms(self.made_after_t0 + self.made.elapsed(), self.speed)
    }

    /// Simulated whole seconds since the start, now.
    pub fn elapsed_s(&self) -> u64 {
        self.elapsed_ms() / 1_000
    }

    /// The simulated UTC of `elapsed_s` after the start.
    pub const fn unix_s(&self, elapsed_s: u64) -> u64 {
        self.start_unix_s.saturating_add(elapsed_s)
    }

    /// The real time that `simulated` takes.
    pub fn real(&self, simulated: Duration) -> Duration {
        let nanoseconds = simulated.as_nanos().saturating_mul(1_000) / u128::from(self.speed.0.max(1));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

fn simulated_ms(real: Duration, speed: SpeedPermille) -> u64 {
    let simulated_us = real.as_micros().saturating_mul(u128::from(speed.0)) / 1_000;
    u64::try_from(simulated_us / 1_000).unwrap_or(u64::MAX)
}

/// Real time since the Unix epoch; zero on a machine whose clock is before it.
pub fn unix_now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now_ms() -> u64 {
        unix_now().as_millis() as u64
    }

    #[test]
    fn simulated_time_is_real_time_times_speed() {
        assert_eq!(simulated_ms(Duration::from_secs(12), SpeedPermille(75_000)), 900_000);
        assert_eq!(simulated_ms(Duration::from_millis(1), SpeedPermille(1_000)), 1);
        assert_eq!(simulated_ms(Duration::from_millis(999), SpeedPermille(500)), 499);
    }

    #[test]
    fn a_clock_that_is_made_again_with_the_same_t0_shows_the_same_time() {
        let t0_unix_ms = now_ms() - 10_000;
        let first = Clock::new(1_000, SpeedPermille(60_000), t0_unix_ms).elapsed_s();
        let second = Clock::new(1_000, SpeedPermille(60_000), t0_unix_ms).elapsed_s();
        assert!((600..700).contains(&first), "{first}");
        assert!((first..first + 60).contains(&second), "{second}");
    }

    #[test]
    fn a_t0_in_the_future_counts_as_now() {
        assert!(Clock::new(0, SpeedPermille(1_000), now_ms() + 1_000_000).elapsed_s() < 60);
    }

    #[test]
    fn real_is_the_way_back() {
        let clock = Clock::new(0, SpeedPermille(75_000), now_ms());
        assert_eq!(clock.real(Duration::from_secs(900)), Duration::from_secs(12));
        assert_eq!(clock.unix_s(5), 5);
    }

    proptest! {
        #[test]
        fn never_goes_back(a in 0u64..10_000_000_000, b in 0u64..10_000_000_000, speed in 1u32..4_000_000) {
            let (early, late) = (a.min(b), a.max(b));
            let at = |us| simulated_ms(Duration::from_micros(us), SpeedPermille(speed));
            prop_assert!(at(early) <= at(late));
        }
    }
}
