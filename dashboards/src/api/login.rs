//! Login: an account proves that it has its key by signing a text that this server has just made.
//!
//! A challenge is used up by the first attempt, right or wrong. Nothing here ever sees a secret key.

pub mod challenge;
pub mod create;
pub mod delete;
pub mod session;
pub mod show;
pub mod signature;

use super::{
    address::Address,
    problem::{Problem, Result},
    rate_limit::RateLimit,
    state::Api,
};
use serde::Serialize;
use std::{net::IpAddr, time::Duration};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Attempts of one machine a minute; a challenge and a login are two.
const ATTEMPTS_OF_PEER: u32 = 120;
/// Attempts for one account a minute.
const ATTEMPTS_OF_ACCOUNT: u32 = 60;
const MINUTE: Duration = Duration::from_secs(60);

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(challenge::challenge)).routes(routes!(
        create::create,
        show::show,
        delete::delete
    ))
}

/// Who is logged in, and for how long.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoginView {
    /// The account.
    pub address: Address,
    /// When the session ends, in seconds since 1970.
    pub expires_unix_s: i64,
}

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
