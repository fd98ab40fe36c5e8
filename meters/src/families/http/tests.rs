//! Every built-in template for HTTP: a device that serves its fixture is read by it, and found by it alone. Over HTTPS
//! only the device whose certificate the URI names is told the token.

use crate::{
    DeviceUri, Library, MeterError, Record, Template,
    discover::{Event, discover},
    open,
    sample::unix_ms,
    template::payload::MqttTemplate,
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ALL_VERSIONS, ServerConfig, SupportedProtocolVersion,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
        sign::{CertifiedKey, SingleCertAndKey},
        version::{TLS12, TLS13},
    },
};

type Documents = BTreeMap<String, String>;

/// Answers one request; gives what was asked.
async fn answer(client: &mut (impl AsyncRead + AsyncWrite + Unpin), documents: &Documents) -> String {
    let mut request = vec![0; 4_096];
    let length = client.read(&mut request).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default();
    let answer = match documents.get(path) {
        Some(body) => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        None => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into(),
    };
    let _ = client.write_all(answer.as_bytes()).await;
    let _ = client.flush().await;
    text
}

/// Serves documents by path; what it does not have is not found.
async fn serve(documents: Documents) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let task = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            answer(&mut client, &documents).await;
        }
    });
    (port, task)
}

/// The templates for HTTP, by name.
fn templates() -> impl Iterator<Item = (&'static str, &'static MqttTemplate)> {
    let all = Library::builtin().expect("templates").iter();
    all.filter_map(|(name, template)| match template {
        Template::Mqtt(payload) if template.kind() == "http" => Some((name, payload)),
        _ => None,
    })
}

/// What the device of the fixture shows now.
fn shown(template: &MqttTemplate) -> Documents {
    let now_ms = unix_ms().to_string();
    let payloads = template.fixture.payloads.iter();
    payloads.map(|(path, text)| (path.clone(), text.replace("1784887423000", &now_ms))).collect()
}

/// A URI of the device of the fixture, whose channels are called as the template calls them.
fn uri(name: &str, template: &MqttTemplate, port: u16) -> DeviceUri {
    let names: String = template.named().map(|what| format!("&{what}={what}")).collect();
    format!("json+http://127.0.0.1:{port}?template={name}{names}").parse().expect(name)
}

#[tokio::test]
async fn every_built_in_template_reads_the_device_of_its_fixture() {
    let mut count = 0;
    for (name, template) in templates() {
        count += 1;
        let (port, server) = serve(shown(template)).await;
        let mut driver = open(&uri(name, template, port)).await.expect(name);
        let identity = driver.identify().await.expect(name);
        let sample = driver.sample().await.expect(name);
        let expected = &template.fixture.expect;
        assert_eq!((sample.import_mwh, sample.export_mwh), (expected.import_mwh, expected.export_mwh), "{name}");
        assert_eq!(sample.power_w, expected.power_w, "{name}");
        assert_eq!(identity.has_serial.then_some(identity.serial), expected.serial, "{name}");
        server.abort();
    }
    assert!(count >= 10, "{count} templates");
}

/// What a search finds at a port of this machine, and what it is told beside that.
async fn found(port: u16) -> (Vec<Record>, Vec<String>) {
    let troubles = Mutex::new(Vec::new());
    let tell = |event| {
        if let Event::Trouble(error) = event {
            troubles.lock().expect("not poisoned").push(error.to_string());
        }
    };
    let target = format!("http://127.0.0.1:{port}").parse().expect("a target");
    let records = discover(&target, Library::builtin().expect("templates"), &tell).await.expect("searched");
    (records, troubles.into_inner().expect("not poisoned"))
}

#[tokio::test]
async fn a_search_finds_each_device_by_its_own_template_alone() {
    let one_box = |name: &str| name.split('-').next().map(str::to_owned);
    for (name, template) in templates() {
        assert!(!template.fingerprint.is_empty(), "{name} has no fingerprint");
        let served = template.encode(&template.fixture.expect, "");
        let served = served.into_iter().map(|(path, text)| (path, String::from_utf8_lossy(&text).into_owned()));
        for documents in [shown(template), served.collect()] {
            let (port, server) = serve(documents).await;
            let (records, troubles) = found(port).await;
            server.abort();
            let drivers: Vec<&str> = records.iter().map(|record| record.driver.as_str()).collect();
            if template.named().next().is_some() {
                let told = format!("template={name}`: names no channel");
                assert!(drivers.is_empty() && troubles.iter().any(|it| it.contains(&told)), "{name}: {troubles:?}");
                continue;
            }
            assert!(drivers.contains(&name), "{name}: {drivers:?}, {troubles:?}");
            assert!(drivers.iter().all(|driver| one_box(driver) == one_box(name)), "{name}: {drivers:?}");
            let record = records.iter().find(|record| record.driver == name).expect(name);
            let expected = &template.fixture.expect;
            assert_eq!((record.import_mwh, record.export_mwh), (expected.import_mwh, expected.export_mwh), "{name}");
        }
    }
}

#[tokio::test]
async fn each_channel_is_found_and_a_web_server_that_is_no_meter_is_not() {
    let clamp = |id: u8| {
        (
            format!("/rpc/EM1Data.GetStatus?id={id}"),
            format!(r#"{{"total_act_energy":{id}.5,"total_act_ret_energy":0}}"#),
        )
    };
    let (port, _server) = serve((0..2).map(clamp).collect()).await;
    let (records, _) = found(port).await;
    let uris: Vec<String> = records.iter().map(|record| record.uri.to_string()).collect();
    let at = format!("json+http://127.0.0.1:{port}?template=shelly-em1-http");
    assert_eq!(uris, [at.clone(), at + "&channel=1"]);
    let (port, _server) = serve(BTreeMap::from([("/".into(), "<html>".into()), ("/status".into(), "[]".into())])).await;
    assert_eq!(found(port).await.0, []);
}

/// A certificate that a device signed itself, and its key.
struct Own {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Own {
    /// Of X.509 version 3.
    fn new() -> Self {
        let own = rcgen::generate_simple_self_signed(vec!["envoy.local".into()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(own.serialize_private_key_der()).into();
        Self { certificate: own.serialize_der().expect("encoded").into(), key }
    }

    /// Of X.509 version 1.
    fn of_version_1() -> Self {
        let pem = include_bytes!("../../../tests/certificates/version-1.pem");
        let certificate = CertificateDer::from_pem_slice(pem).expect("a certificate");
        Self { certificate, key: PrivateKeyDer::from_pem_slice(pem).expect("a key") }
    }
}

/// A device with that certificate; gives the fingerprint, and what it is asked.
async fn serve_encrypted(
    documents: Documents,
    own: Own,
    versions: &[&'static SupportedProtocolVersion],
) -> (u16, String, Arc<Mutex<Vec<String>>>) {
    let fingerprint = hex::encode(Sha256::digest(&own.certificate));
    let key = ring::sign::any_supported_type(&own.key).expect("a key");
    let shown = SingleCertAndKey::from(CertifiedKey::new(vec![own.certificate], key));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(shown));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            if let Ok(mut client) = acceptor.accept(client).await {
                let text = answer(&mut client, &documents).await;
                log.lock().expect("not poisoned").push(text);
            }
        }
    });
    (port, fingerprint, asked)
}

#[tokio::test]
async fn certificates_of_x509_versions_1_and_3_are_known_by_their_fingerprints() {
    let template = Library::builtin().expect("templates").http("enphase-grid").expect("there");
    for versions in [&[&TLS12], &[&TLS13]] {
        for own in [Own::new(), Own::of_version_1()] {
            let (port, fingerprint, _) = serve_encrypted(shown(template), own, versions).await;
            let text = format!("json+https://127.0.0.1:{port}?template=enphase-grid&certificate={fingerprint}");
            let sample = open(&text.parse().expect("a URI")).await.expect("a driver").sample().await;
            assert_eq!(sample.expect("read").import_mwh, template.fixture.expect.import_mwh, "{versions:?}");
        }
    }
}

#[tokio::test]
async fn whoever_shows_a_devices_certificate_without_its_key_is_told_nothing() {
    let template = Library::builtin().expect("templates").http("enphase-grid").expect("there");
    for versions in [&[&TLS12], &[&TLS13]] {
        for certificate in [Own::new().certificate, Own::of_version_1().certificate] {
            let copied = Own { certificate, ..Own::new() };
            let (port, fingerprint, asked) = serve_encrypted(shown(template), copied, versions).await;
            let text = format!("json+https://127.0.0.1:{port}?template=enphase-grid&certificate={fingerprint}");
            let refused = open(&text.parse().expect("a URI")).await.expect("a driver").sample().await;
            assert!(matches!(refused, Err(MeterError::BadReply { .. })), "{refused:?}");
            assert!(asked.lock().expect("not poisoned").is_empty(), "{versions:?}");
        }
    }
}

#[tokio::test]
async fn a_token_is_told_to_the_device_with_the_certificate_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "eyJ0.c2VjcmV0.c2ln\n").expect("written");
    let template = Library::builtin().expect("templates").http("enphase-grid").expect("there");
    let (port, fingerprint, asked) = serve_encrypted(shown(template), Own::new(), ALL_VERSIONS).await;
    let at = format!("json+https://127.0.0.1:{port}?template=enphase-grid");
    let file = format!("token_file={}", token.display());
    let read = async |text: &str| open(&text.parse().expect(text)).await.expect(text).sample().await;

    let unknown = read(&format!("{at}&{file}")).await.expect_err("whose?").to_string();
    assert!(unknown.contains(&format!("&certificate={fingerprint}")), "{unknown}");
    let other = read(&format!("{at}&certificate={}&{file}", "ab".repeat(32))).await.expect_err("another's").to_string();
    assert!(other.contains(&fingerprint) && !other.contains("secret"), "{other}");
    assert!(asked.lock().expect("not poisoned").is_empty(), "nobody was told anything");

    let sample = read(&format!("{at}&certificate={fingerprint}&{file}")).await.expect("read");
    assert_eq!(sample.import_mwh, template.fixture.expect.import_mwh);
    let all = asked.lock().expect("not poisoned").clone();
    assert!(
        !all.is_empty() && all.iter().all(|it| it.contains("\r\nAuthorization: Bearer eyJ0.c2VjcmV0.c2ln\r\n")),
        "{all:?}"
    );
    std::fs::remove_file(&token).expect("removed");
    let without = read(&format!("{at}&certificate={fingerprint}&{file}")).await.expect_err("no token");
    assert!(matches!(without, MeterError::File { .. }), "{without}");
}

#[tokio::test]
async fn a_meter_that_is_not_in_use_or_not_at_the_grid_is_refused() {
    let template = Library::builtin().expect("templates").http("enphase-grid").expect("there");
    for (what, with, reason) in [
        ("\"net-consumption\"", "\"total-consumption\"", "total-consumption"),
        ("\"eid\":704643584,\"state\":\"enabled\"", "\"eid\":704643584,\"state\":\"disabled\"", "disabled"),
        (
            "\"measurementType\":\"net-consumption\",\"phaseMode\":\"three\",\"phaseCount\":3,\"meteringStatus\":\"normal\"",
            "\"measurementType\":\"net-consumption\",\"meteringStatus\":\"check-wiring\"",
            "check-wiring",
        ),
    ] {
        let documents = shown(template).into_iter().map(|(path, text)| (path, text.replace(what, with))).collect();
        let (port, _server) = serve(documents).await;
        let error = open(&uri("enphase-grid", template, port)).await.expect("a driver").sample().await.expect_err(with);
        assert!(matches!(error, MeterError::Invalid { .. }) && error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn channels_of_ones_own_names_are_read_as_far_as_they_are_named_and_fresh() {
    let template = Library::builtin().expect("templates").http("vzlogger").expect("there");
    let (port, _server) = serve(shown(template)).await;
    let read = async |text: String| open(&text.parse().expect("a URI")).await.expect("a driver").sample().await;
    let sample = read(format!("json+http://127.0.0.1:{port}?template=vzlogger&import=import")).await.expect("read");
    assert_eq!((sample.import_mwh, sample.export_mwh, sample.power_w), (Some(2_687_368_700), None, None));
    let error = read(format!("json+http://127.0.0.1:{port}?template=vzlogger-d0&import=import")).await;
    let error = error.expect_err("in other units").to_string();
    assert!(error.contains("`sml` where valid values come with `d0`"), "{error}");
    let (port, _server) = serve(template.fixture.payloads.clone()).await;
    let old = read(format!("json+http://127.0.0.1:{port}?template=vzlogger&import=import")).await.expect_err("old");
    assert!(matches!(&old, MeterError::Invalid { reason, .. } if reason.contains(" s old")), "{old}");
}

#[tokio::test]
async fn a_meter_in_another_place_is_refused_and_what_is_missing_is_told() {
    let library = Library::builtin().expect("templates");
    let fixture = &library.http("fronius-solar-api").expect("there").fixture;
    let moved: BTreeMap<String, String> = fixture
        .payloads
        .iter()
        .map(|(path, text)| {
            (path.clone(), text.replace("\"Meter_Location_Current\":0", "\"Meter_Location_Current\":1"))
        })
        .collect();
    let (port, _server) = serve(moved).await;
    let uri: DeviceUri = format!("json+http://127.0.0.1:{port}?template=fronius-solar-api").parse().expect("a URI");
    let error = open(&uri).await.expect("a driver").sample().await.expect_err("in the load's path");
    assert!(matches!(error, MeterError::Invalid { .. }), "{error}");
    let (port, _server) = serve(BTreeMap::new()).await;
    let uri: DeviceUri = format!("json+http://127.0.0.1:{port}?template=tasmota-http").parse().expect("a URI");
    let error = open(&uri).await.expect("a driver").sample().await.expect_err("nothing there");
    assert!(matches!(error, MeterError::BadReply { .. }), "{error}");
}

#[tokio::test]
async fn a_uri_names_a_template_for_http_and_a_channel_where_there_are_some() {
    for text in [
        "json+http://10.0.0.5?template=tasmota-http",
        "json+http://[::1]:8080?template=x&channel=2&timeout_ms=9",
        "json+http://10.0.0.5:8080?template=vzlogger&export=b-2&import=a_1",
        "json+https://envoy.local?template=enphase-grid",
        &format!(
            "json+https://10.0.0.5:8443?template=x&certificate={}&token_file=/etc/a%20b&timeout_ms=9",
            "0a".repeat(32)
        ),
    ] {
        assert_eq!(text.parse::<DeviceUri>().expect(text).to_string(), text);
    }
    for (text, reason) in [
        ("json+http://10.0.0.5", "names no `template=`"),
        ("json+http://10.0.0.5/status?template=tasmota-http", "a path"),
        ("json+http://10.0.0.5?template=x&token_file=/etc/token", "parameter `token_file` is unknown"),
        ("json+https://10.0.0.5?template=x&token=hunter2", "`token_file=`"),
        ("json+https://10.0.0.5?template=x&certificate=ab", "64 hex digits"),
        ("json+http://10.0.0.5?template=x&import=a/b", "is no name"),
    ] {
        let error = text.parse::<DeviceUri>().expect_err(text).to_string();
        assert!(error.contains(reason) && !error.contains("hunter2"), "{text}: {error}");
    }
    for (text, reason) in [
        ("json+http://10.0.0.5?template=tasmota", "no http template"),
        ("json+http://10.0.0.5?template=tasmota-http&channel=1", "no channels"),
        ("json+http://10.0.0.5?template=tasmota-http&import=a", "no name for `import`"),
        ("json+http://10.0.0.5?template=vzlogger&power=a", "names no channel"),
        ("json+http://10.0.0.5?template=e3dc", "RSCP"),
    ] {
        let error = open(&text.parse().expect(text)).await.err().expect(text).to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    let mqtt: DeviceUri = "mqtt://broker/x?template=tasmota-http".parse().expect("a URI");
    assert!(open(&mqtt).await.is_err(), "for another kind of wire");
}
