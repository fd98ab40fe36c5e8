//! `POST login/challenge`: a text to sign.

use super::session::Token;
use crate::api::{
    address::Address,
    extract::Json,
    problem::{Problem, Result},
    state::Api,
};
use axum::extract::{ConnectInfo, State};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;

/// How long a challenge can be used.
pub const CHALLENGE_S: i64 = 5 * 60;
/// How many unused challenges an account has at most: the oldest goes when another comes.
const MAX_CHALLENGES_OF_ACCOUNT: i64 = 8;
/// How many unused challenges there are at most.
const MAX_CHALLENGES: i64 = 10_000;

/// Who wants to log in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The account.
    pub address: Address,
}

/// What is to be signed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChallengeView {
    /// The text, to be signed as it is or between `<Bytes>` and `</Bytes>`.
    pub challenge: String,
    /// Until when it can be used, in seconds since 1970.
    pub expires_unix_s: i64,
}

/// A text that the account's key is to sign, good for one login within five minutes.
#[utoipa::path(post, path = "/login/challenge", tag = "login", request_body = ChallengeRequest, responses(
    (status = 200, body = ChallengeView)))]
pub async fn challenge(
    State(api): State<Api>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json(request): Json<ChallengeRequest>,
) -> Result<axum::Json<ChallengeView>> {
    api.login_limits().attempt(peer.ip(), request.address)?;
    let now = chrono::Utc::now();
    let expires_unix_s = now.timestamp().saturating_add(CHALLENGE_S);
    let challenge = text(request.address, api.parameters().await?.genesis_hash, Token::random()?, expires_unix_s);
    let mut transaction = api.db().begin().await?;
    sqlx::query(
        "DELETE FROM local.challenges
         WHERE expires_unix_s <= $1
            OR challenge IN (
                SELECT challenge FROM local.challenges
                WHERE account = $2 ORDER BY number DESC OFFSET $3 - 1)",
    )
    .bind(now.timestamp())
    .bind(request.address.0)
    .bind(MAX_CHALLENGES_OF_ACCOUNT)
    .execute(&mut *transaction)
    .await?;
    let inserted = sqlx::query(
        "INSERT INTO local.challenges (challenge, account, expires_unix_s)
         SELECT $1, $2, $3 WHERE (SELECT count(*) FROM local.challenges) < $4",
    )
    .bind(&challenge)
    .bind(request.address.0)
    .bind(expires_unix_s)
    .bind(MAX_CHALLENGES)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    if inserted.rows_affected() == 0 {
        return Err(Problem::unavailable("Too many people are logging in at once. Try again in a minute."));
    }
    Ok(axum::Json(ChallengeView { challenge, expires_unix_s }))
}

/// Says to a person what the signature is for, and to this server which challenge it is.
fn text(address: Address, genesis_hash: [u8; 32], nonce: Token, expires_unix_s: i64) -> String {
    let until = chrono::DateTime::from_timestamp(expires_unix_s, 0).map(|time| time.to_rfc3339()).unwrap_or_default();
    format!(
        "Log in to DeREN. This signature moves no money.\nAccount: {address}\nChain: 0x{}\nNonce: {}\nUntil: {until}",
        hex::encode(genesis_hash),
        nonce.digits(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_names_its_account_and_chain_and_is_never_the_same() {
        let token = || Token::random().expect("random bytes");
        let first = text(Address([1; 32]), [2; 32], token(), 1_800_000_000);
        assert!(first.contains(&Address([1; 32]).to_string()));
        assert!(first.contains(&"02".repeat(32)));
        assert!(first.ends_with("Until: 2027-01-15T08:00:00+00:00"), "{first}");
        assert_ne!(first, text(Address([1; 32]), [2; 32], token(), 1_800_000_000));
    }
}
