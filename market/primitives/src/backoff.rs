//! How long to wait before the next try: twice as long each time, to a bound. It must never sleep or draw lots itself.

use core::time::Duration;

/// Waits that grow with each failure in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// Waits from `first` to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// Counts a failure and gives the wait after it: `first`, then twice as long each time, and at most `longest`.
    pub fn next_whole_wait(&mut self) -> Duration {
        let whole = self.first.saturating_mul(1 << self.failures.min(20)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        whole
    }

    /// Counts a failure and gives a wait between half and the whole of [`Backoff::next_whole_wait`]. `chance` is a
    /// random number from all that there are: so a thousand programs that failed together do not come back together.
    pub fn next_wait(&mut self, chance: u32) -> Duration {
        let half = self.next_whole_wait() / 2;
        let more_ns = (half.as_nanos().saturating_mul(u128::from(chance))) >> 32;
        half.saturating_add(Duration::from_nanos(u64::try_from(more_ns).unwrap_or(u64::MAX)))
    }

    /// No wait is longer than this from now on.
    pub fn bound(&mut self, longest: Duration) {
        self.longest = longest;
    }

    /// It worked: the next failure waits the first time again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How many failures were counted since it worked.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_double_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        let waits: std::vec::Vec<u64> = (0..9).map(|_| backoff.next_whole_wait().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(backoff.failures(), 9);
        backoff.bound(Duration::from_secs(5));
        assert_eq!(backoff.next_whole_wait(), Duration::from_secs(5));
        backoff.reset();
        assert_eq!(backoff.next_whole_wait(), Duration::from_secs(1));
    }

    proptest! {
        #[test]
        fn chance_shortens_a_wait_by_half_at_most(
            first_ms in 0..100_000u64, longest_ms in 0..10_000_000u64, chances in prop::collection::vec(any::<u32>(), 1..50),
        ) {
            let (first, longest) = (Duration::from_millis(first_ms), Duration::from_millis(longest_ms));
            let (mut whole, mut with_chance) = (Backoff::new(first, longest), Backoff::new(first, longest));
            for chance in chances {
                let most = whole.next_whole_wait();
                let wait = with_chance.next_wait(chance);
                prop_assert!(most / 2 <= wait && wait <= most && most <= longest, "{wait:?} of {most:?}");
            }
        }

        #[test]
        fn extreme_waits_are_bounded(chance in any::<u32>()) {
            let mut backoff = Backoff::new(Duration::MAX, Duration::MAX);
            prop_assert!(backoff.next_wait(chance) >= Duration::MAX / 2);
        }
    }
}
