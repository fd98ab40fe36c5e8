//! Logging in: who has the key gets in; forged, replayed, expired, another's and another chain's signatures do not.

use crate::helpers::{Answer, App, Client, spawn_street, ss58};
use deren_primitives::Hex;
use ed25519_dalek::Signer;
use reqwest::Method;
use serde_json::{Value, json};

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// An account with its key.
struct Wallet {
    account: [u8; 32],
    sign: Sign,
}

fn ed25519(seed: u8) -> Wallet {
    let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
    Wallet { account: key.verifying_key().to_bytes(), sign: Box::new(move |text| key.sign(text).to_vec()) }
}

fn sr25519(seed: u8) -> Wallet {
    let seed = schnorrkel::MiniSecretKey::from_bytes(&[seed; 32]).expect("a seed");
    let pair = seed.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
    let account = pair.public.to_bytes();
    Wallet { account, sign: Box::new(move |text| pair.sign_simple(b"substrate", text).to_bytes().to_vec()) }
}

impl Wallet {
    async fn challenge(&self, client: &Client) -> String {
        let answer = client.post("/api/v1/login/challenge", &json!({"address": ss58(self.account)})).await.ok();
        assert!(answer["expires_unix_s"].as_i64() > Some(0));
        answer["challenge"].as_str().expect("a text").to_owned()
    }

    fn request(&self, challenge: &str, signed: &[u8]) -> Value {
        let signature = Hex((self.sign)(signed)).to_string();
        json!({"address": ss58(self.account), "challenge": challenge, "signature": signature})
    }

    async fn log_in(&self, client: &Client, challenge: &str) -> Answer {
        client.post("/api/v1/login", &self.request(challenge, challenge.as_bytes())).await
    }
}

fn cookie(answer: &Answer) -> String {
    let cookie = answer.headers["set-cookie"].to_str().expect("text");
    cookie.split(';').next().expect("a pair").to_owned()
}

#[tokio::test]
async fn both_kinds_of_keys_log_in_and_out_again() {
    let app = spawn_street().await;
    for wallet in [ed25519(1), sr25519(2)] {
        let client = app.client();
        let challenge = wallet.challenge(&client).await;
        let answer = wallet.log_in(&client, &challenge).await;
        assert_eq!(answer.ok()["address"], ss58(wallet.account));
        let attributes = answer.headers["set-cookie"].to_str().expect("text").to_owned();
        for attribute in ["HttpOnly", "SameSite=Strict", "Path=/api"] {
            assert!(attributes.contains(attribute), "{attributes}");
        }
        let client = client.with_cookie(&cookie(&answer));
        assert_eq!(client.get("/api/v1/login").await.ok()["address"], ss58(wallet.account));
        client.request(Method::DELETE, "/api/v1/login").send().await.expect("an answer");
        client.get("/api/v1/login").await.is_problem(401, "login-required");
    }
}

#[tokio::test]
async fn an_extension_signs_the_text_between_tags() {
    let app = spawn_street().await;
    let (wallet, client) = (sr25519(3), app.client());
    let challenge = wallet.challenge(&client).await;
    let request = wallet.request(&challenge, format!("<Bytes>{challenge}</Bytes>").as_bytes());
    client.post("/api/v1/login", &request).await.ok();
}

#[tokio::test]
async fn a_forged_signature_is_refused_and_uses_the_challenge_up() {
    let app = spawn_street().await;
    let (wallet, thief, client) = (sr25519(4), sr25519(5), app.client());
    let challenge = wallet.challenge(&client).await;
    let mut forged = thief.request(&challenge, challenge.as_bytes());
    forged["address"] = json!(ss58(wallet.account));
    client.post("/api/v1/login", &forged).await.is_problem(401, "login-refused");
    wallet.log_in(&client, &challenge).await.is_problem(401, "login-refused");
}

#[tokio::test]
async fn a_replayed_login_is_refused() {
    let app = spawn_street().await;
    let (wallet, client) = (ed25519(6), app.client());
    let challenge = wallet.challenge(&client).await;
    wallet.log_in(&client, &challenge).await.ok();
    wallet.log_in(&client, &challenge).await.is_problem(401, "login-refused");
}

#[tokio::test]
async fn of_many_at_once_a_challenge_serves_one() {
    let app = spawn_street().await;
    let (wallet, client) = (ed25519(7), app.client());
    let challenge = wallet.challenge(&client).await;
    let attempts = (0..8).map(|_| wallet.log_in(&client, &challenge));
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.is_success()).count(), 1);
}

#[tokio::test]
async fn an_expired_challenge_is_refused() {
    let app = spawn_street().await;
    let (wallet, client) = (ed25519(8), app.client());
    let challenge = wallet.challenge(&client).await;
    app.sql("UPDATE local.challenges SET expires_unix_s = 1").await;
    wallet.log_in(&client, &challenge).await.is_problem(401, "login-refused");
}

#[tokio::test]
async fn a_challenge_serves_only_the_account_that_asked() {
    let app = spawn_street().await;
    let (wallet, other, client) = (ed25519(9), ed25519(10), app.client());
    let challenge = wallet.challenge(&client).await;
    other.log_in(&client, &challenge).await.is_problem(401, "login-refused");
    // The other did not use it up.
    wallet.log_in(&client, &challenge).await.ok();
}

#[tokio::test]
async fn a_challenge_of_another_chain_is_refused() {
    let app = spawn_street().await;
    let (wallet, client) = (ed25519(11), app.client());
    let challenge = wallet.challenge(&client).await;
    assert!(challenge.contains(&"11".repeat(32)), "it names the chain: {challenge}");
    let other_chain = challenge.replace(&"11".repeat(32), &"22".repeat(32));
    wallet.log_in(&client, &other_chain).await.is_problem(401, "login-refused");
    let request = wallet.request(&challenge, other_chain.as_bytes());
    client.post("/api/v1/login", &request).await.is_problem(401, "login-refused");
}

#[tokio::test]
async fn an_expired_session_is_none() {
    let app = spawn_street().await;
    let client = app.logged_in([1; 32]).await;
    client.get("/api/v1/login").await.ok();
    app.sql("UPDATE local.sessions SET expires_unix_s = 1").await;
    client.get("/api/v1/login").await.is_problem(401, "login-required");
}

#[tokio::test]
async fn an_ecdsa_account_is_told_why_it_cannot_log_in() {
    let app = spawn_street().await;
    let (wallet, client) = (ed25519(12), app.client());
    let challenge = wallet.challenge(&client).await;
    let mut request = wallet.request(&challenge, challenge.as_bytes());
    request["signature"] = json!(format!("0x02{}", "00".repeat(65)));
    let answer = client.post("/api/v1/login", &request).await;
    answer.is_problem(400, "bad-request");
    assert!(answer.text.contains("ECDSA"), "{}", answer.text);
}

#[tokio::test]
async fn challenges_and_sessions_of_an_account_are_bounded() {
    let app = spawn_street().await;
    let (wallet, client) = (ed25519(13), app.client());
    let first = wallet.challenge(&client).await;
    for _ in 0..20 {
        let challenge = wallet.challenge(&client).await;
        wallet.log_in(&client, &challenge).await.ok();
    }
    for _ in 0..10 {
        wallet.challenge(&client).await;
    }
    assert_eq!(count(&app, "sessions").await, 16);
    assert_eq!(count(&app, "challenges").await, 8);
    wallet.log_in(&client, &first).await.is_problem(401, "login-refused");
}

#[tokio::test]
async fn too_many_attempts_must_wait() {
    let app = spawn_street().await;
    let client = app.client();
    let mut last = None;
    for _ in 0..61 {
        let answer = client.post("/api/v1/login/challenge", &json!({"address": ss58([14; 32])})).await;
        last = Some(answer);
    }
    let last = last.expect("answers");
    last.is_problem(429, "too-many-requests");
    assert!(last.headers.contains_key("retry-after"));
    client.post("/api/v1/login/challenge", &json!({"address": ss58([15; 32])})).await.ok();
}

async fn count(app: &App, table: &str) -> i64 {
    let statement = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM local.{table}"));
    sqlx::query_scalar(statement).fetch_one(&app.db).await.expect("a number")
}
