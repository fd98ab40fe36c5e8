//! How long to wait before the next try: twice as long each time, with chance, so that a thousand gateways do not come
//! back in the same instant.

use rand::Rng;
use std::time::Duration;

/// Waits that grow.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// From about `first` to `longest`.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// The next wait: between half and the whole of the doubled time.
    pub fn next_wait(&mut self) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.failures.min(20)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        let half = doubled / 2;
        half + half.mul_f64(rand::rng().random::<f64>())
    }

    /// No wait is longer than this from now on.
    pub fn bound(&mut self, longest: Duration) {
        self.longest = longest;
    }

    /// It worked: the next failure waits the first time again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How often it failed since it worked.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_begin_anew() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        for failure in 0..100u32 {
            let wait = backoff.next_wait();
            let whole = Duration::from_secs(1 << failure.min(6)).min(Duration::from_secs(60));
            assert!(whole / 2 <= wait && wait <= whole, "{failure}: {wait:?}");
        }
        assert_eq!(backoff.failures(), 100);
        backoff.bound(Duration::from_secs(5));
        assert!(backoff.next_wait() <= Duration::from_secs(5));
        backoff.reset();
        assert!(backoff.next_wait() <= Duration::from_secs(1));
    }
}
