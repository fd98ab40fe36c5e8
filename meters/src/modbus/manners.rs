//! How to treat the device at the other end of a wire: what its URI asks for, and what its manufacturer's devices need.

use crate::{quirks::Quirks, uri::Timing};

/// How to treat a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manners {
    /// How patient to be.
    pub timing: Timing,
    /// How often a request is repeated that is refused because the device is busy.
    pub busy_retries: u8,
    /// Pause before each repetition, ms.
    pub busy_pause_ms: u32,
    /// Takes one connection at a time.
    pub one_client: bool,
}

impl Manners {
    /// Those of a device of that manufacturer. The URI's time-out holds, where it names one, and the longer silence.
    #[must_use]
    pub fn of(timing: &Timing, quirks: &Quirks) -> Self {
        Self {
            timing: Timing {
                timeout_ms: timing.timeout_ms.or(quirks.timeout_ms),
                settle_ms: timing.settle_ms.max(quirks.settle_ms),
            },
            busy_retries: quirks.busy_retries,
            busy_pause_ms: quirks.busy_pause_ms,
            one_client: quirks.one_client,
        }
    }
}

impl From<&Timing> for Manners {
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
        let timing = Manners::of(&Timing::default(), &quirks).timing;
        assert_eq!((timing.timeout_ms, timing.settle_ms), (Some(4_000), 2_000));
        let asked = Timing { timeout_ms: Some(700), settle_ms: 3_000 };
        assert_eq!(Manners::of(&asked, &quirks).timing, asked);
    }
}
