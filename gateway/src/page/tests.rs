//! The page over real sockets: who gets in, what they can do there, and who does not.

use super::*;
use crate::{
    files::{self, Readers},
    health::DeviceHealth,
    joined_chain::{ChainView, JoinedChain},
    keys::KeyUri,
    settings::DeviceSettings,
    setup::Setup,
    signer::Signer,
};
use deren_primitives::{Anchor, ChainParameters, GatewayId, LinkCode};
use serde_json::{Value, json};
use std::{sync::RwLock, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, watch},
};

const PIN: &str = "12345678";
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

/// A page with everything that belongs to it.
struct Served {
    address: SocketAddr,
    folder: tempfile::TempDir,
    changed: Arc<Notify>,
    settings: watch::Sender<SetupSettings>,
    health: watch::Sender<Vec<DeviceHealth>>,
    chain: watch::Sender<Option<ChainView>>,
    board: Arc<Board>,
    signer: Arc<RwLock<Signer>>,
    shutdown: CancellationToken,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// What came back.
struct Answer {
    code: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    fn cookie(&self) -> Option<&str> {
        let line = self.head.lines().find_map(|line| line.strip_prefix("set-cookie: "))?;
        line.split(';').next()
    }
}

/// Somebody who typed the PIN.
struct Inside {
    cookie: String,
    token: String,
}

impl Served {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        files::replace(&folder.path().join("page-pin"), PIN.as_bytes(), Readers::Owner).expect("written");
        let changed = Arc::new(Notify::new());
        let setup = Arc::new(Setup::open(folder.path(), changed.clone()).expect("open"));
        let key = KeyUri::parse("file:gateway.key", folder.path()).expect("a name");
        let signer = Signer::open(&key, folder.path()).expect("made");
        let board = Arc::new(Board::new(signer.gateway(), signer.public_key(), 0));
        let signer = Arc::new(RwLock::new(signer));
        let (settings, settings_seen) =
            watch::channel(SetupSettings { devices_are_picked: true, ..SetupSettings::default() });
        let (chain, chain_seen) = watch::channel(None);
        let (health, health_seen) = watch::channel(Vec::new());
        let setup_api = Arc::new(SetupApi {
            setup,
            signer: signer.clone(),
            chain: chain_seen,
            health: health_seen,
            settings: settings_seen,
        });
        let page = Page { listen: ([127, 0, 0, 1], 0).into(), board: board.clone(), setup_api };
        let listener = page.bind().await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let shutdown = CancellationToken::new();
        tokio::spawn(page.run(listener, shutdown.clone()));
        Self { address, folder, changed, settings, health, chain, board, signer, shutdown }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("\r\n{body}");
        let mut stream = TcpStream::connect(self.address).await.expect("connected");
        stream.write_all(text.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("read");
        let (head, body) = answer.split_once("\r\n\r\n").expect("HTTP");
        let code = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a code");
        Answer { code, head: head.to_owned(), body: body.to_owned() }
    }

    async fn type_pin(&self, pin: &str) -> Answer {
        let body = json!({ "pin": pin }).to_string();
        self.send("POST", "/api/session", &[("Content-Type", "application/json")], &body).await
    }

    async fn enter(&self) -> Inside {
        let entered = self.type_pin(PIN).await;
        assert_eq!(entered.code, 200, "{}", entered.body);
        let token = entered.json()["token"].as_str().expect("a token").to_owned();
        Inside { cookie: entered.cookie().expect("a cookie").to_owned(), token }
    }

    async fn as_owner(&self, inside: &Inside, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [
            ("Content-Type", "application/json"),
            ("Cookie", inside.cookie.as_str()),
            ("X-Deren-Token", inside.token.as_str()),
        ];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, &body).await
    }
}

fn choice() -> Value {
    let device = |name: &str, unit: u8, role: &str| json!({ "name": name, "uri": format!("sunspec+tcp://127.0.0.1:9?unit={unit}"), "role": role, "rated_power_w": 9_000 });
    json!({ "home_name": "<b>Mühle</b>", "devices": [device("grid", 1, "grid"), device("roof", 2, "production")] })
}

#[tokio::test]
async fn it_serves_the_page_the_status_and_the_metrics() {
    let served = Served::start().await;
    let address = served.address;
    assert!(ask(address, "/").await.expect("page").contains("<!doctype html>"));
    assert!(ask(address, "/main.js").await.expect("script").contains("import"));
    let status: Value = serde_json::from_str(&ask(address, "/api/status").await.expect("status")).expect("JSON");
    assert_eq!(status["chain"]["link"], "connecting");
    assert!(ask(address, "/metrics").await.expect("metrics").contains("deren_gateway_outbox_readings 0"));
    assert!(ask(address, "/nothing").await.is_err());
    let page = served.send("GET", "/", &[], "").await;
    assert!(page.head.contains("script-src 'self'") && page.head.contains("frame-ancestors 'none'"), "{}", page.head);
}

#[tokio::test]
async fn a_port_in_use_is_a_clear_error() {
    let served = Served::start().await;
    let error =
        Page { listen: served.address, board: served.board.clone(), setup_api: setup_api_of(&served) }.bind().await;
    let error = error.expect_err("in use").to_string();
    assert!(error.contains(&served.address.to_string()), "{error}");
}

fn setup_api_of(served: &Served) -> Arc<SetupApi> {
    let setup = Arc::new(Setup::open(served.folder.path(), served.changed.clone()).expect("open"));
    let (chain, settings) = (served.chain.subscribe(), served.settings.subscribe());
    let health = served.health.subscribe();
    Arc::new(SetupApi { setup, signer: served.signer.clone(), chain, health, settings })
}

#[tokio::test]
async fn nothing_behind_the_pin_answers_without_it() {
    let served = Served::start().await;
    let json_body = ("Content-Type", "application/json");
    for (method, path, body) in [
        ("GET", "/api/setup", Value::Null),
        ("GET", "/api/session", Value::Null),
        ("DELETE", "/api/session", Value::Null),
        ("POST", "/api/setup/search", json!({ "place": "127.0.0.1:9" })),
        ("DELETE", "/api/setup/search", Value::Null),
        ("PUT", "/api/setup/home", choice()),
        ("POST", "/api/setup/code", json!({ "owner": ALICE, "site": 0 })),
    ] {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let nobody = served.send(method, path, &[json_body], &body).await;
        assert_eq!(nobody.code, 401, "{method} {path}");
        let forged = [json_body, ("Cookie", "deren_gateway_session=00"), ("X-Deren-Token", "00")];
        assert_eq!(served.send(method, path, &forged, &body).await.code, 401, "{method} {path}");
    }
    assert!(!served.folder.path().join("devices.toml").exists());
}

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_cannot_read_and_ends_when_left() {
    let served = Served::start().await;
    let entered = served.type_pin("1234-5678").await;
    assert!(entered.head.contains("HttpOnly; SameSite=Strict; Path=/"), "{}", entered.head);
    let inside = served.enter().await;
    let again = served.as_owner(&inside, "GET", "/api/session", &Value::Null).await;
    assert_eq!(again.json()["token"], inside.token.as_str());
    assert_eq!(served.as_owner(&inside, "DELETE", "/api/session", &Value::Null).await.code, 204);
    assert_eq!(served.as_owner(&inside, "GET", "/api/setup", &Value::Null).await.code, 401);
}

#[tokio::test]
async fn wrong_pins_close_the_door_even_for_the_right_one() {
    let served = Served::start().await;
    for _ in 0..5 {
        let wrong = served.type_pin("00000000").await;
        assert_eq!((wrong.code, wrong.cookie()), (401, None));
    }
    let closed = served.type_pin(PIN).await;
    assert_eq!(closed.code, 429);
    assert!(closed.head.contains("retry-after: 6") && closed.json()["wait_s"].as_u64() >= Some(59), "{}", closed.head);
    assert!(closed.json()["problem"].as_str().expect("words").contains("Too many wrong PINs"));
}

#[tokio::test]
async fn a_cookie_alone_writes_nothing_nor_does_another_site() {
    let served = Served::start().await;
    let inside = served.enter().await;
    let body = choice().to_string();
    let json_body = ("Content-Type", "application/json");
    let (cookie, token) = (("Cookie", inside.cookie.as_str()), ("X-Deren-Token", inside.token.as_str()));
    let without_token = served.send("PUT", "/api/setup/home", &[json_body, cookie], &body).await;
    assert_eq!(without_token.code, 403);
    for elsewhere in [("Origin", "http://127.0.0.1:1"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
        let answer = served.send("PUT", "/api/setup/home", &[json_body, cookie, token, elsewhere], &body).await;
        assert_eq!(answer.code, 403, "{elsewhere:?}");
        let pin = json!({ "pin": PIN }).to_string();
        assert_eq!(served.send("POST", "/api/session", &[json_body, elsewhere], &pin).await.code, 403);
    }
    let form = [("Content-Type", "text/plain"), cookie, token];
    assert_eq!(served.send("PUT", "/api/setup/home", &form, &body).await.code, 415);
    let renamed = [json_body, cookie, token, ("Host", "rebound.example.org")];
    assert_eq!(served.send("PUT", "/api/setup/home", &renamed, &body).await.code, 403);
    assert_eq!(served.send("GET", "/api/status", &[("Host", "rebound.example.org")], "").await.code, 403);
    assert!(!served.folder.path().join("devices.toml").exists());
}

#[tokio::test]
async fn what_is_picked_is_written_and_the_gateway_told() {
    let served = Served::start().await;
    let inside = served.enter().await;
    let answer = served.as_owner(&inside, "PUT", "/api/setup/home", &choice()).await;
    assert_eq!(answer.code, 204, "{}", answer.body);
    tokio::time::timeout(Duration::from_secs(5), served.changed.notified()).await.expect("it was told");
    let text = std::fs::read_to_string(served.folder.path().join("devices.toml")).expect("written");
    assert!(text.contains("<b>Mühle</b>") && text.matches("[[device]]").count() == 2, "{text}");

    let mut wrong = choice();
    wrong["devices"][1]["role"] = "grid".into();
    let refused = served.as_owner(&inside, "PUT", "/api/setup/home", &wrong).await;
    assert_eq!(refused.code, 400);
    assert!(refused.json()["problem"].as_str().expect("words").contains("one device only"));
    wrong["more"] = true.into();
    assert_eq!(served.as_owner(&inside, "PUT", "/api/setup/home", &wrong).await.code, 422);
    let long = json!({ "home_name": "x".repeat(MAX_BODY_BYTES), "devices": [] });
    assert_eq!(served.as_owner(&inside, "PUT", "/api/setup/home", &long).await.code, 413);

    served.settings.send_modify(|settings| settings.devices_are_picked = false);
    let fixed = served.as_owner(&inside, "PUT", "/api/setup/home", &choice()).await;
    assert_eq!(fixed.code, 409, "{}", fixed.body);
}

#[tokio::test]
async fn a_search_stays_within_private_ranges_and_is_shown() {
    let served = Served::start().await;
    let inside = served.enter().await;
    for wrong in ["", " , ", "8.8.8.8", "0.0.0.0/0", "1 2 3 4 5 6 7 8 9", "http://8.8.8.8", "ftp://x"] {
        let answer = served.as_owner(&inside, "POST", "/api/setup/search", &json!({ "place": wrong })).await;
        assert_eq!(answer.code, 400, "{wrong}");
    }
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").port();
    let place = json!({ "place": format!("127.0.0.1:{port}") });
    assert_eq!(served.as_owner(&inside, "POST", "/api/setup/search", &place).await.code, 202);
    for _ in 0..500 {
        let shown = served.as_owner(&inside, "GET", "/api/setup", &Value::Null).await.json();
        if shown["search"]["is_running"] == false {
            assert_eq!(
                (&shown["search"]["parts"][0]["total"], &shown["search"]["parts"][0]["is_done"]),
                (&json!(1), &json!(true))
            );
            assert!(shown["search"]["troubles"][0].as_str().expect("words").contains("cannot connect"), "{shown}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the search never ends");
}

#[tokio::test]
async fn the_code_is_made_once_chain_and_devices_are_known() {
    let served = Served::start().await;
    let inside = served.enter().await;
    let ask_for = json!({ "owner": ALICE, "site": 7 });
    let early = served.as_owner(&inside, "POST", "/api/setup/code", &ask_for).await;
    assert!(early.code == 409 && early.body.contains("never reached the chain"), "{}", early.body);
    let parameters = ChainParameters {
        slot_seconds: 12,
        slot_energy_seconds: 900,
        grace_seconds: 3,
        grace_blocks: 1,
        slots_per_era: 1,
        development: true,
    };
    let anchor = Anchor { block_number: 0, block_hash: [7; 32] };
    served.chain.send_replace(JoinedChain::new([7; 32], parameters).map(|joined| ChainView {
        joined,
        anchor,
        lasting: anchor,
        heard: None,
    }));
    let none = served.as_owner(&inside, "POST", "/api/setup/code", &ask_for).await;
    assert!(none.code == 409 && none.body.contains("Pick the devices"), "{}", none.body);

    let device = DeviceSettings {
        name: "roof".into(),
        uri: "sunspec+tcp://127.0.0.1:9?unit=2".parse().expect("a URI"),
        role: deren_primitives::DeviceRole::Production,
        rated_power_w: Some(6_400),
        sample_interval: Duration::from_secs(10),
    };
    served.settings.send_modify(|settings| {
        settings.devices.push(device.clone());
        settings.home_name = Some("Mühle".into());
        settings.dashboard_url = "https://dashboard.example.org/".parse().ok();
    });
    let known = Some(deren_primitives::DeviceId([5; 32]));
    let register_step_mwh = Some(10_000);
    let health = DeviceHealth { device: known, register_step_mwh, ..DeviceHealth::unknown(device) };
    served.health.send_replace(vec![health]);
    let made = served.as_owner(&inside, "POST", "/api/setup/code", &ask_for).await;
    assert_eq!(made.code, 200, "{}", made.body);
    let made = made.json();
    let code = LinkCode::from_text(made["code"].as_str().expect("text")).expect("a code");
    let gateway: GatewayId = code.gateway;
    assert!(code.is_signed_by(&gateway.0) && code.genesis == [7; 32] && code.site.0 == 7);
    assert_eq!((code.devices.len(), code.home_name().as_deref()), (1, Some("Mühle")));
    let link = made["link"].as_str().expect("a link");
    assert_eq!(link, format!("https://dashboard.example.org/link#code={}", code.to_text()));
    assert!(made["qr"]["size"].as_u64() > Some(20));
    let wrong = served.as_owner(&inside, "POST", "/api/setup/code", &json!({ "owner": "me", "site": 7 })).await;
    assert!(wrong.code == 400 && wrong.body.contains("no account"), "{}", wrong.body);
}
