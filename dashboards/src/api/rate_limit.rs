//! How often something may be tried in a minute, in bounded memory.
//!
//! Time is cut into windows. When more keys show up in a window than there is room for, all further ones share one
//! count. So an attacker with many addresses uses up a common allowance, and not this machine's memory.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How many keys are counted one by one in a window.
const MAX_KEYS: usize = 4096;
/// How many times the allowance of one key all keys beyond [`MAX_KEYS`] share.
const SHARED_ALLOWANCES: u32 = 16;

/// Counts attempts by key.
#[derive(Debug)]
pub struct RateLimit<K> {
    allowance: u32,
    window: Duration,
    state: Mutex<Window<K>>,
}

#[derive(Debug)]
struct Window<K> {
    since: Instant,
    counts: HashMap<K, u32>,
    others: u32,
}

impl<K: Eq + Hash> RateLimit<K> {
    /// `allowance` attempts of each key in each window.
    pub fn new(allowance: u32, window: Duration) -> Self {
        let state = Window { since: Instant::now(), counts: HashMap::new(), others: 0 };
        Self { allowance, window, state: Mutex::new(state) }
    }

    /// Counts an attempt. `Err` with the seconds to wait if it is one too many.
    pub fn attempt(&self, key: K) -> Result<(), u64> {
        self.attempt_at(key, Instant::now())
    }

    fn attempt_at(&self, key: K, now: Instant) -> Result<(), u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(state.since) >= self.window {
            *state = Window { since: now, counts: HashMap::new(), others: 0 };
        }
        let has_room = state.counts.len() < MAX_KEYS || state.counts.contains_key(&key);
        let (count, allowance) = if has_room {
            (state.counts.entry(key).or_default(), self.allowance)
        } else {
            (&mut state.others, self.allowance.saturating_mul(SHARED_ALLOWANCES))
        };
        if *count < allowance {
            *count = count.saturating_add(1);
            return Ok(());
        }
        let left = self.window.saturating_sub(now.saturating_duration_since(state.since));
        Err(left.as_secs().saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn each_key_has_its_own_allowance_and_gets_a_new_one() {
        let limit = RateLimit::new(2, MINUTE);
        let start = Instant::now();
        assert!(limit.attempt_at("a", start).is_ok() && limit.attempt_at("a", start).is_ok());
        assert!(limit.attempt_at("a", start).is_err_and(|seconds| (1..=61).contains(&seconds)));
        assert!(limit.attempt_at("b", start).is_ok());
        assert!(limit.attempt_at("a", start + MINUTE).is_ok());
    }

    #[test]
    fn memory_stays_bounded_under_endless_new_keys() {
        let limit = RateLimit::new(3, MINUTE);
        let start = Instant::now();
        let passed = (0..100_000u32).filter(|key| limit.attempt_at(*key, start).is_ok()).count();
        assert_eq!(passed, MAX_KEYS + 3 * SHARED_ALLOWANCES as usize);
        assert_eq!(limit.state.lock().expect("not poisoned").counts.len(), MAX_KEYS);
    }
}
