//! Notices that another device answers where a known one was. A swapped meter's registers mean something else, and a
//! connection that was made again by itself would hide the swap.

use crate::{MeterError, sample::Identity};
use std::time::{Duration, Instant};

/// How long an identity is taken for granted on one connection.
pub(crate) const TRUST: Duration = Duration::from_secs(15 * 60);

/// Who the device was when its caller last asked.
#[derive(Debug, Default)]
pub(crate) struct IdentityWatch(Option<Known>);

#[derive(Debug)]
struct Known {
    identity: Identity,
    /// Connection over which it was last seen.
    connection: u64,
    at: Instant,
}

impl IdentityWatch {
    /// The caller is told of that identity.
    pub(crate) fn remember(&mut self, identity: &Identity, connection: u64) {
        self.0 = Some(Known { identity: identity.clone(), connection, at: Instant::now() });
    }

    /// True if the caller was told of another device before.
    pub(crate) fn is_another(&self, identity: &Identity) -> bool {
        self.0.as_ref().is_some_and(|known| known.identity != *identity)
    }

    /// True if the device has to be asked again before its registers are believed.
    pub(crate) fn is_due(&self, connection: u64) -> bool {
        self.is_due_at(connection, Instant::now())
    }

    fn is_due_at(&self, connection: u64, now: Instant) -> bool {
        self.0
            .as_ref()
            .is_some_and(|known| known.connection != connection || now.saturating_duration_since(known.at) > TRUST)
    }

    /// Compares who is there now. Another device is refused until the caller asks who it is.
    pub(crate) fn confirm(&mut self, now: &Identity, connection: u64, place: String) -> Result<(), MeterError> {
        let Some(known) = &mut self.0 else { return Ok(()) };
        if known.identity != *now {
            let named = |identity: &Identity| format!("{} {} {}", identity.vendor, identity.model, identity.serial);
            return Err(MeterError::Swapped { place, before: named(&known.identity), now: named(now) });
        }
        known.connection = connection;
        known.at = Instant::now();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(serial: &str) -> Identity {
        let (vendor, model) = ("V".into(), "M".into());
        Identity { vendor, model, serial: serial.into(), has_serial: true, sub_unit: 0 }
    }

    #[test]
    fn asks_again_after_a_new_connection_and_after_a_while() {
        let mut watch = IdentityWatch::default();
        assert!(!watch.is_due(1), "nobody has asked yet");
        watch.remember(&meter("1"), 1);
        assert!(!watch.is_due(1) && watch.is_due(2));
        assert!(watch.is_due_at(1, Instant::now() + TRUST + Duration::from_secs(1)));
        assert_eq!(watch.confirm(&meter("1"), 2, "here".into()), Ok(()));
        assert!(!watch.is_due(2));
    }

    #[test]
    fn another_device_is_refused_until_it_is_asked_who_it_is() {
        let mut watch = IdentityWatch::default();
        watch.remember(&meter("1"), 1);
        for _ in 0..2 {
            let error = watch.confirm(&meter("2"), 2, "here".into()).expect_err("another");
            assert!(error.to_string().contains("V M 2 instead of V M 1"), "{error}");
        }
        watch.remember(&meter("2"), 2);
        assert!(!watch.is_due(2));
    }
}
