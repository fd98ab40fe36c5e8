//! How patient to be with the other end of a wire, written once for every family. It is what a URI asks for, what a
//! product and its manufacturer's devices need, and how long a lost connection is left alone. It never waits itself.

use crate::{quirks::Quirks, wire::Wire};
use deren_primitives::Backoff;
use std::{fmt, time::Duration};

/// How patient to be with a Modbus device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timing {
    /// For connecting and for each request; without one, the wire's usual time.
    pub timeout_ms: Option<u32>,
    /// Silence after connecting, before the first request (Huawei inverters want 1 000 to 2 000), ms.
    pub settle_ms: u32,
}

impl Timing {
    /// The time-out that holds on `wire`.
    #[must_use]
    pub fn timeout(&self, wire: &Wire) -> Duration {
        let usual_ms = match wire {
            Wire::Tcp { .. } | Wire::RtuTcp { .. } => 1_500,
            Wire::Serial { .. } => 1_000,
        };
        Duration::from_millis(self.timeout_ms.unwrap_or(usual_ms).into())
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(timeout_ms) = self.timeout_ms {
            write!(f, "&timeout_ms={timeout_ms}")?;
        }
        if self.settle_ms != 0 {
            write!(f, "&settle_ms={}", self.settle_ms)?;
        }
        Ok(())
    }
}

/// How long to wait where a URI may name a time, ms, and where it does not.
pub(crate) fn limit(asked_ms: Option<u32>, usual: Duration) -> Duration {
    asked_ms.map_or(usual, |ms| Duration::from_millis(ms.into()))
}

/// Pauses before a connection that is held open is made again.
pub(crate) const fn reconnecting() -> Backoff {
    Backoff::new(Duration::from_millis(250), Duration::from_secs(10))
}

/// How to ask a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// How long to wait.
    pub timing: Timing,
    /// How often a request is repeated that is refused because the device is busy.
    pub busy_retries: u8,
    /// Pause before each repetition, ms.
    pub busy_pause_ms: u32,
    /// Takes one connection at a time.
    pub one_client: bool,
}

impl Patience {
    /// The URI may ask for a time-out, and the product and its manufacturer's devices may need one: the first that is
    /// named holds. Of the silences after connecting, the longest holds.
    #[must_use]
    pub fn of(asked: &Timing, product: &Timing, quirks: &Quirks) -> Self {
        Self {
            timing: Timing {
                timeout_ms: asked.timeout_ms.or(product.timeout_ms).or(quirks.timeout_ms),
                settle_ms: asked.settle_ms.max(product.settle_ms).max(quirks.settle_ms),
            },
            busy_retries: quirks.busy_retries,
            busy_pause_ms: quirks.busy_pause_ms,
            one_client: quirks.one_client,
        }
    }
}

impl From<&Timing> for Patience {
    fn from(timing: &Timing) -> Self {
        Self { timing: *timing, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_has_the_last_word_on_patience_and_the_longer_silence_holds() {
        let quirks = Quirks { timeout_ms: Some(4_000), settle_ms: 2_000, ..Quirks::default() };
        let (none, product) = (Timing::default(), Timing { timeout_ms: Some(2_500), settle_ms: 500 });
        let timing = Patience::of(&none, &none, &quirks).timing;
        assert_eq!((timing.timeout_ms, timing.settle_ms), (Some(4_000), 2_000));
        let timing = Patience::of(&none, &product, &quirks).timing;
        assert_eq!((timing.timeout_ms, timing.settle_ms), (Some(2_500), 2_000));
        let asked = Timing { timeout_ms: Some(700), settle_ms: 3_000 };
        assert_eq!(Patience::of(&asked, &product, &quirks).timing, asked);
    }
}
