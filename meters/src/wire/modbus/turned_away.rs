//! How soon a device that turns us away is asked again. That is twice at once, then ever more rarely, so that whoever
//! holds its only connection is not disturbed.

use deren_primitives::Backoff;
use std::time::Duration;
use tokio::time::Instant;

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(64);
/// Number of failures in a row after which it is asked again at once.
const FREE_TRIES: u32 = 2;

/// What is remembered of a device that turns us away.
#[derive(Debug)]
pub(super) struct TurnedAway {
    backoff: Backoff,
    /// Number of failures that still cost no pause.
    free_tries: u32,
    pause: Option<(Instant, String)>,
}

impl Default for TurnedAway {
    fn default() -> Self {
        Self { backoff: Backoff::new(FIRST, LONGEST), free_tries: FREE_TRIES, pause: None }
    }
}

impl TurnedAway {
    /// The device talked to us.
    pub(super) fn welcomed(&mut self) {
        *self = Self::default();
    }

    /// The device turned us away, and `reason` is how. Gives the pause that it is left in peace from `now` on.
    pub(super) fn again(&mut self, now: Instant, reason: &str) -> Duration {
        if self.free_tries > 0 {
            self.free_tries -= 1;
            return Duration::ZERO;
        }
        let pause = self.backoff.next_whole_wait();
        self.pause = Some((now + pause, reason.to_owned()));
        pause
    }

    /// How long still to leave it in peace, and how it turned us away the last time.
    pub(super) fn pause(&self, now: Instant) -> Option<(Duration, &str)> {
        let (until, reason) = self.pause.as_ref()?;
        until.checked_duration_since(now).filter(|left| !left.is_zero()).map(|left| (left, reason.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_turns_us_away_is_asked_ever_more_rarely_until_it_talks() {
        let (mut turned_away, now) = (TurnedAway::default(), Instant::now());
        let pauses: Vec<u64> = (0..12).map(|_| turned_away.again(now, "hung up").as_secs()).collect();
        assert_eq!(pauses, [0, 0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64]);
        assert_eq!(turned_away.pause(now), Some((LONGEST, "hung up")));
        assert_eq!(turned_away.pause(now + LONGEST), None);
        turned_away.welcomed();
        assert_eq!(turned_away.pause(now), None);
        assert_eq!(turned_away.again(now, "again"), Duration::ZERO);
    }
}
