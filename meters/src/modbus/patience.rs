//! How soon a device that turns us away is asked again: twice at once, then ever more rarely, so that whoever holds
//! its only connection is not disturbed.

use std::time::Duration;
use tokio::time::Instant;

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(64);
/// So often in a row it is asked again at once.
const FREE_TRIES: u32 = 2;

/// What is remembered of a device that turns us away.
#[derive(Debug, Default)]
pub(super) struct Patience {
    turned_away: u32,
    pause: Option<(Instant, String)>,
}

impl Patience {
    /// The device talked to us.
    pub(super) fn welcomed(&mut self) {
        *self = Self::default();
    }

    /// The device turned us away, and `reason` is how. Gives the pause that it is left in peace from `now` on.
    pub(super) fn turned_away(&mut self, now: Instant, reason: &str) -> Duration {
        self.turned_away = self.turned_away.saturating_add(1);
        let Some(doublings) = self.turned_away.checked_sub(FREE_TRIES + 1) else { return Duration::ZERO };
        let pause = FIRST.saturating_mul(1 << doublings.min(6)).min(LONGEST);
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
        let (mut patience, now) = (Patience::default(), Instant::now());
        let pauses: Vec<u64> = (0..12).map(|_| patience.turned_away(now, "hung up").as_secs()).collect();
        assert_eq!(pauses, [0, 0, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64]);
        assert_eq!(patience.pause(now), Some((LONGEST, "hung up")));
        assert_eq!(patience.pause(now + LONGEST), None);
        patience.welcomed();
        assert_eq!(patience.pause(now), None);
        assert_eq!(patience.turned_away(now, "again"), Duration::ZERO);
    }
}
