//! How often a PIN may be tried: a few times, then once a minute, then ever more seldom. It does not matter from where:
//! who guesses can have many addresses.

use deren_primitives::Backoff;
use std::time::{Duration, Instant};

/// Number of wrong PINs in a row that are free.
const FREE: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// Wrong PINs in a row.
#[derive(Debug)]
pub(super) struct Attempts {
    failures: u32,
    waits: Backoff,
    closed_until: Option<Instant>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { failures: 0, waits: Backoff::new(FIRST_WAIT, LONGEST_WAIT), closed_until: None }
    }
}

impl Attempts {
    /// How long nobody may try; nothing if somebody may.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        self.closed_until.map(|until| until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    /// A wrong one.
    pub(super) fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FREE {
            self.closed_until = now.checked_add(self.waits.next_whole_wait());
        }
    }

    /// The right one.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_pins_close_the_door_and_each_further_one_for_longer() {
        let mut attempts = Attempts::default();
        let mut now = Instant::now();
        for _ in 0..4 {
            attempts.failed(now);
            assert_eq!(attempts.wait(now), None);
        }
        for seconds in [60, 120, 240, 480, 960, 1_920, 3_600, 3_600] {
            attempts.failed(now);
            assert_eq!(attempts.wait(now), Some(Duration::from_secs(seconds)));
            now += Duration::from_secs(seconds);
            assert_eq!(attempts.wait(now), None);
        }
    }

    #[test]
    fn a_guesser_gets_fewer_than_40_tries_on_the_first_day() {
        let mut attempts = Attempts::default();
        let begin = Instant::now();
        let (mut now, mut count) = (begin, 0);
        while now < begin + Duration::from_secs(86_400) {
            match attempts.wait(now) {
                Some(wait) => now += wait,
                None => {
                    attempts.failed(now);
                    count += 1;
                }
            }
        }
        assert!(count < 40, "{count}");
    }

    #[test]
    fn the_right_pin_opens_and_forgets() {
        let mut attempts = Attempts::default();
        let now = Instant::now();
        (0..5).for_each(|_| attempts.failed(now));
        attempts.succeeded();
        attempts.failed(now);
        assert_eq!(attempts.wait(now), None);
    }
}
