//! Who may change anything: the PIN, how often it may be tried, and the sessions of who typed it.

use super::{
    attempts::Attempts,
    passcode::Passcode,
    sessions::{Session, Sessions},
};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Begins sessions for who knows the PIN.
#[derive(Debug)]
pub struct Auth {
    pin: Passcode,
    inside: Mutex<(Attempts, Sessions)>,
}

/// Why no session begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is another PIN.
    WrongPin,
    /// There were too many wrong ones: nobody may try before that long.
    Closed(Duration),
    /// The system gives no random numbers.
    NoRandomness(String),
}

impl Auth {
    pub(super) fn of(pin: Passcode) -> Self {
        Self { pin, inside: Mutex::default() }
    }

    fn inside(&self) -> MutexGuard<'_, (Attempts, Sessions)> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session for who typed the PIN. After too many wrong ones not even the right one is taken, so that
    /// nobody learns anything by trying.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn enter(&self, typed: &str, now: Instant) -> Result<Session, Refused> {
        let mut inside = self.inside();
        let (attempts, sessions) = &mut *inside;
        if let Some(wait) = attempts.wait(now) {
            return Err(Refused::Closed(wait));
        }
        if !self.pin.is(typed) {
            attempts.failed(now);
            tracing::warn!("somebody typed a wrong PIN into the page");
            return Err(Refused::WrongPin);
        }
        attempts.succeeded();
        sessions.begin(now).map_err(|error| Refused::NoRandomness(error.to_string()))
    }

    /// The session with this cookie, if there is one.
    pub fn session(&self, cookie: &str, now: Instant) -> Option<Session> {
        self.inside().1.of(cookie, now)
    }

    /// Ends a session.
    pub fn leave(&self, cookie: &str) {
        self.inside().1.end(cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{self, Readers};

    #[test]
    fn while_the_door_is_closed_the_right_pin_does_not_open_it() {
        let folder = tempfile::tempdir().expect("a folder");
        files::replace(&folder.path().join(super::super::passcode::FILE), b"12345678", Readers::Owner)
            .expect("written");
        let auth = Auth::of(Passcode::load_or_create(folder.path()).expect("a PIN"));
        let now = Instant::now();
        for _ in 0..5 {
            assert_eq!(auth.enter("00000000", now).expect_err("wrong"), Refused::WrongPin);
        }
        assert_eq!(auth.enter("12345678", now).expect_err("closed"), Refused::Closed(Duration::from_secs(60)));
        let session = auth.enter("12345678", now + Duration::from_secs(60)).expect("open again");
        assert!(auth.session(&session.cookie, now).is_some());
        auth.leave(&session.cookie);
        assert!(auth.session(&session.cookie, now).is_none());
    }
}
