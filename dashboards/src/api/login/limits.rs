//! How often login may be tried.

use crate::api::{
    address::Address,
    problem::{Problem, Result},
    rate_limit::RateLimit,
};
use std::{net::IpAddr, time::Duration};

/// Attempts of one machine a minute; a challenge and a login are two.
const ATTEMPTS_OF_PEER: u32 = 120;
/// Attempts for one account a minute.
const ATTEMPTS_OF_ACCOUNT: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);

/// How often login may be tried, by machine and by account.
#[derive(Debug)]
pub struct LoginLimits {
    peers: RateLimit<IpAddr>,
    accounts: RateLimit<Address>,
}

impl Default for LoginLimits {
    fn default() -> Self {
        Self { peers: RateLimit::new(ATTEMPTS_OF_PEER, MINUTE), accounts: RateLimit::new(ATTEMPTS_OF_ACCOUNT, MINUTE) }
    }
}

impl LoginLimits {
    /// Counts an attempt; 429 if it is one too many.
    pub fn attempt(&self, peer: IpAddr, account: Address) -> Result<()> {
        self.peers.attempt(peer).and_then(|()| self.accounts.attempt(account)).map_err(Problem::too_many)
    }
}
