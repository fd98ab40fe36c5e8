//! Who has typed the PIN: a cookie that scripts cannot read, and a token that other sites cannot know. Both are random,
//! live in memory only, and end when they are not used.

use super::passcode::is_same;
use rand::{TryRngCore, rand_core::OsError, rngs::OsRng};
use std::{
    fmt,
    time::{Duration, Instant},
};

/// Time without use after which a session has ended.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// No session lasts longer.
const LONGEST: Duration = Duration::from_secs(12 * 3_600);
/// Maximum number of sessions at the same time. The one that was not used for longest goes first.
const MOST: usize = 8;

/// One browser that typed the PIN.
#[derive(Clone)]
pub struct Session {
    /// What its cookie says.
    pub cookie: String,
    /// What its writing requests say besides.
    pub token: String,
    begun: Instant,
    used: Instant,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(…)")
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Sessions(Vec<Session>);

impl Sessions {
    /// Begins one.
    pub(super) fn begin(&mut self, now: Instant) -> Result<Session, OsError> {
        let session = Session { cookie: random()?, token: random()?, begun: now, used: now };
        self.forget(now);
        if self.0.len() >= MOST {
            let oldest = self.0.iter().enumerate().min_by_key(|(_, session)| session.used).map(|(place, _)| place);
            if let Some(oldest) = oldest {
                self.0.remove(oldest);
            }
        }
        self.0.push(session.clone());
        Ok(session)
    }

    /// The session with this cookie, which is used now.
    pub(super) fn of(&mut self, cookie: &str, now: Instant) -> Option<Session> {
        self.forget(now);
        let session = self.0.iter_mut().find(|session| is_same(session.cookie.as_bytes(), cookie.as_bytes()))?;
        session.used = now;
        Some(session.clone())
    }

    /// Ends the session with this cookie.
    pub(super) fn end(&mut self, cookie: &str) {
        self.0.retain(|session| !is_same(session.cookie.as_bytes(), cookie.as_bytes()));
    }

    fn forget(&mut self, now: Instant) {
        let since = |then: Instant| now.saturating_duration_since(then);
        self.0.retain(|session| since(session.used) < IDLE && since(session.begun) < LONGEST);
    }
}

impl Session {
    /// True if a writing request said this session's token.
    pub fn allows(&self, token: &str) -> bool {
        is_same(self.token.as_bytes(), token.as_bytes())
    }
}

fn random() -> Result<String, OsError> {
    let mut bytes = [0; 32];
    OsRng.try_fill_bytes(&mut bytes)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_known_by_its_cookie_and_writes_by_its_token() {
        let mut sessions = Sessions::default();
        let now = Instant::now();
        let session = sessions.begin(now).expect("random");
        let found = sessions.of(&session.cookie, now).expect("known");
        assert!(found.allows(&session.token) && !found.allows(&session.cookie) && !found.allows(""));
        assert!(sessions.of("", now).is_none() && sessions.of(&session.token, now).is_none());
        sessions.end(&session.cookie);
        assert!(sessions.of(&session.cookie, now).is_none());
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_in_any_case_after_half_a_day() {
        let mut sessions = Sessions::default();
        let begin = Instant::now();
        let idle = sessions.begin(begin).expect("random");
        assert!(sessions.of(&idle.cookie, begin + IDLE).is_none());
        let busy = sessions.begin(begin).expect("random");
        let mut now = begin;
        while now + IDLE / 2 < begin + LONGEST {
            now += IDLE / 2;
            assert!(sessions.of(&busy.cookie, now).is_some());
        }
        assert!(sessions.of(&busy.cookie, begin + LONGEST).is_none());
    }

    #[test]
    fn the_ninth_session_takes_the_place_of_the_one_least_used() {
        let mut sessions = Sessions::default();
        let now = Instant::now();
        let all: Vec<_> =
            (0..=MOST as u64).map(|s| sessions.begin(now + Duration::from_secs(s)).expect("random")).collect();
        let later = now + Duration::from_secs(60);
        assert!(sessions.of(&all[0].cookie, later).is_none());
        assert!(all[1..].iter().all(|session| sessions.of(&session.cookie, later).is_some()));
    }
}
