//! Good and bad configurations; every complaint names the key and the line.

use super::*;

const GOOD: &str = r#"
node_urls = ["ws://127.0.0.1:9944", "wss://node.example.org"]
sample_interval_ms = 5000

[[device]]
name = "roof"
uri = "sunspec+tcp://192.0.2.7:502?unit=1"
role = "production"
rated_power_w = 5000

[[device]]
name = "grid"
uri = "modbus+tcp://192.0.2.8:502?template=eastron-sdm630&unit=2"
role = "grid"
sample_interval_ms = 1000
"#;

fn parse(text: &str) -> Result<Settings, GatewayError> {
    Settings::parse(Path::new("/etc/deren/gateway.toml"), text, std::iter::empty())
}

fn parse_with(text: &str, variables: &[(&str, &str)]) -> Result<Settings, GatewayError> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::parse(Path::new("/etc/deren/gateway.toml"), text, variables)
}

fn complaint(text: &str) -> String {
    parse(text).expect_err("bad").to_string()
}

#[test]
fn a_good_file_is_taken_with_its_defaults() {
    let settings = parse(GOOD).expect("good");
    assert_eq!(settings.data_folder, Path::new("/etc/deren/data"));
    assert_eq!(settings.key.to_string(), "file:/etc/deren/data/gateway.key");
    assert!(settings.page_listen.ip().is_loopback());
    assert_eq!(settings.node_urls.len(), 2);
    assert_eq!(settings.devices[0].sample_interval, Duration::from_secs(5));
    assert_eq!(settings.devices[1].sample_interval, Duration::from_secs(1));
    assert_eq!(settings.devices[0].rated_power_w, Some(5000));
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
    let text = GOOD.replace("sample_interval_ms = 5000", "sample_intervall_ms = 5000");
    assert_eq!(
        complaint(&text),
        "/etc/deren/gateway.toml line 3: the configuration has no key `sample_intervall_ms`; did you mean `sample_interval_ms`?"
    );
}

#[test]
fn a_key_without_its_unit_is_refused_with_the_one_that_has_it() {
    let said = complaint(&GOOD.replace("sample_interval_ms = 5000", "interval = 10"));
    assert!(said.contains("line 3") && said.contains("`interval`") && said.contains("`sample_interval_ms`"), "{said}");
}

#[test]
fn an_unknown_key_of_a_device_is_refused() {
    let said = complaint(&GOOD.replace("rated_power_w = 5000", "rated_power_kw = 5"));
    assert!(said.contains("line 9: device 1 has no key `rated_power_kw`; did you mean `rated_power_w`?"), "{said}");
}

#[test]
fn a_wrong_unit_is_refused_with_the_right_number() {
    let said = complaint(&GOOD.replace("sample_interval_ms = 5000", "sample_interval_ms = \"10s\""));
    assert!(said.ends_with("it should be a bare number in milliseconds: sample_interval_ms = 10000"), "{said}");
    let said = complaint(&GOOD.replace("rated_power_w = 5000", "rated_power_w = \"5 kW\""));
    assert!(said.contains("line 9") && said.contains("(watts)"), "{said}");
}

#[test]
fn numbers_out_of_range_are_refused() {
    for bad in ["0", "-10", "99999999", "123456789012345678901234567890", "5000.5"] {
        let said = complaint(&GOOD.replace("sample_interval_ms = 5000", &format!("sample_interval_ms = {bad}")));
        assert!(said.contains("line 3") && said.contains("`sample_interval_ms`"), "{bad}: {said}");
    }
    assert!(complaint(&GOOD.replace("_ms = 5000", "_ms = 0")).contains("it should be from 100 to 3600000"));
}

#[test]
fn a_value_of_another_type_is_refused() {
    let said = complaint(&GOOD.replace("name = \"roof\"", "name = 5"));
    assert!(said.contains("line 6: `name` is a whole number, it should be a text"), "{said}");
    let said = complaint(&format!("clock_trusted = \"yes\"\n{GOOD}"));
    assert!(said.contains("line 1: `clock_trusted`"), "{said}");
    let said = complaint(&GOOD.replace("[\"ws://127.0.0.1:9944\", \"wss://node.example.org\"]", "\"ws://x:1\""));
    assert!(said.contains("line 2: `node_urls` should be a list"), "{said}");
}

#[test]
fn a_syntax_error_names_its_line() {
    let said = complaint(&GOOD.replace("role = \"grid\"", "role = grid\""));
    assert!(said.contains("line 14"), "{said}");
}

#[test]
fn a_bad_device_uri_or_role_names_its_line() {
    let said = complaint(&GOOD.replace("sunspec+tcp://192.0.2.7:502", "http://192.0.2.7"));
    assert!(said.contains("line 7"), "{said}");
    let said = complaint(&GOOD.replace("\"production\"", "\"solar\""));
    assert!(said.contains("line 8: `role` is `solar`, it should be grid, production or storage"), "{said}");
}

#[test]
fn without_devices_those_count_that_the_owner_picks() {
    let none =
        parse("node_urls = [\"ws://127.0.0.1:1\"]\ndashboard_url = \"https://dashboard.example.org\"").expect("right");
    assert!(none.devices.is_empty() && none.devices_are_picked && none.dashboard_url.is_some());
    assert!(!parse(GOOD).expect("good").devices_are_picked);
    assert!(complaint(&format!("dashboard_url = \"javascript:x\"\n{GOOD}")).contains("like https://"));
}

#[test]
fn what_is_missing_is_named() {
    assert!(complaint(&GOOD.replace("node_urls", "# ")).contains("the configuration has no `node_urls`"));
    let said = complaint(&GOOD.replace("role = \"production\"\n", ""));
    assert!(said.contains("device 1 has no `role`: role = \"grid\""), "{said}");
}

#[test]
fn without_devices_a_gateway_waits_for_its_owner_to_pick_some() {
    assert!(parse("node_urls = [\"ws://127.0.0.1:1\"]").expect("good").devices.is_empty());
    let device = |n: usize| format!("[[device]]\nname=\"d{n}\"\nuri=\"sunspec+tcp://127.0.0.1:{n}\"\nrole=\"grid\"\n");
    let many: String = (1..=MAX_DEVICES + 1).map(device).collect();
    let said = complaint(&format!("node_urls = [\"ws://127.0.0.1:1\"]\n{many}"));
    assert!(said.contains("line 258: there are more than 64"), "{said}");
}

#[test]
fn every_mistake_is_named_with_its_line_in_one_run() {
    let text = r#"
sample_intervall_ms = 5000
page_listen = "8640"
log = "deren_gateway=loud"
outbox_max_mb = "1 GB"

[home_assistant]
broker = "mqtt://user:geheim@192.0.2.1"
node_id = "my home"
password = "geheim"

[[device]]
name = "roof of the house"
uri = "http://192.0.2.7"
role = "solar"

[[device]]
name = "grid"
uri = "mqtt://192.0.2.1/deren-gateway/home/device/grid/state?template=shelly-em"
rated_power_kw = 5
"#;
    let variables = [("DEREN_GATEWAY_CLOCK_TRUSTED", "perhaps"), ("DEREN_GATEWAY_HOME_ASSISTANT_NODEID", "x")];
    let error = parse_with(text, &variables).expect_err("bad").to_string();
    let said: Vec<&str> = error.lines().collect();
    let expected = [
        ("line 1:", "has no `node_urls`"),
        ("line 2:", "did you mean `sample_interval_ms`?"),
        ("line 3:", "like 127.0.0.1:8640"),
        ("line 4:", "`log` is `deren_gateway=loud`"),
        ("line 5:", "(megabytes)"),
        ("line 8:", "`broker` has a password in it"),
        ("line 9:", "`node_id` is `my home`"),
        ("line 10:", "did you mean `password_file`?"),
        ("line 13:", "`name` is `roof of the house`"),
        ("line 14:", "http"),
        ("line 15:", "`role` is `solar`"),
        ("line 17:", "device 2 has no `role`"),
        ("line 20:", "did you mean `rated_power_w`?"),
        ("DEREN_GATEWAY_CLOCK_TRUSTED:", "true or false"),
        ("DEREN_GATEWAY_HOME_ASSISTANT_NODEID:", "did you mean `node_id`?"),
    ];
    assert_eq!(said.len(), expected.len(), "{error}");
    for (line, (place, what)) in said.iter().zip(expected) {
        assert!(line.contains(place) && line.contains(what), "{place} {what}: {line}");
    }
    assert!(!error.contains("geheim"), "{error}");
}

#[test]
fn beside_a_syntax_error_other_mistakes_are_named_and_nothing_seems_missing() {
    let text = GOOD.replace("role = \"grid\"", "role = grid\"").replace("node_urls = [", "node_urls = [x");
    let said = complaint(&text.replace("rated_power_w = 5000", "rated_power_w = 0"));
    assert!(
        said.contains("line 2:") && said.contains("line 9: `rated_power_w`") && said.contains("line 14:"),
        "{said}"
    );
    assert!(!said.contains("has no `"), "{said}");
}

const HOME_ASSISTANT: &str =
    "\n[home_assistant]\nbroker = \"mqtt://deren%40home@[::1]:1884\"\npassword_file = \"mqtt\"\n";

#[test]
fn home_assistant_is_off_unless_there_is_a_table_for_it() {
    assert_eq!(parse(GOOD).expect("good").home_assistant, None);
    let settings = parse(&format!("{GOOD}{HOME_ASSISTANT}")).expect("good").home_assistant.expect("there");
    assert_eq!((settings.broker.host.as_str(), settings.broker.port), ("::1", 1884));
    assert_eq!(settings.broker.user.as_deref(), Some("deren@home"));
    assert_eq!(settings.broker.password_file.as_deref(), Some(Path::new("/etc/deren/mqtt")));
    assert_eq!((settings.discovery_prefix.as_str(), settings.node_id), ("homeassistant", None));
    let variables = [("DEREN_GATEWAY_HOME_ASSISTANT_BROKER", "mqtt://192.0.2.3"), ("DEREN_GATEWAY_LOG", "warn")];
    let settings = parse_with(GOOD, &variables).expect("good");
    assert_eq!(settings.home_assistant.expect("there").broker.address(), "192.0.2.3:1883");
}

#[test]
fn a_home_assistant_that_cannot_be_is_refused() {
    let with = |keys: &str| complaint(&format!("{GOOD}\n[home_assistant]\n{keys}\n"));
    assert!(with("").contains("line 17: [home_assistant] has no `broker`"), "{}", with(""));
    for bad in
        ["http://192.0.2.1", "mqtt://", "mqtt://192.0.2.1/topic", "mqtt://192.0.2.1:0", "192.0.2.1", "mqtt://ro%230"]
    {
        assert!(with(&format!("broker = \"{bad}\"")).contains("line 18: `broker`"), "{bad}");
    }
    assert!(with("broker = \"mqtt://192.0.2.1\"\npassword_file = \"x\"").contains("but no user"));
    let bad_prefix = with("broker = \"mqtt://192.0.2.1\"\ndiscovery_prefix = \"home/#\"");
    assert!(bad_prefix.contains("line 19: `discovery_prefix`"), "{bad_prefix}");
    assert!(complaint(&format!("home_assistant = true\n{GOOD}")).contains("line 1: `home_assistant` is a table"));
}

#[test]
fn devices_are_told_apart_by_name_and_address() {
    let said = complaint(&GOOD.replace("\"grid\"\nuri", "\"roof\"\nuri"));
    assert!(said.contains("line 11: a second device is named `roof`"), "{said}");
    let twice =
        GOOD.replace("modbus+tcp://192.0.2.8:502?template=eastron-sdm630&unit=2", "sunspec+tcp://192.0.2.7:502?unit=1");
    assert!(complaint(&twice).contains("are the same device"));
}

#[test]
fn a_key_is_named_by_uri_and_never_with_its_pin() {
    let key = |uri: &str| format!("key = \"{uri}\"\n{GOOD}");
    let token = "pkcs11:token=deren;object=gateway?module-path=/p11.so&pin-source=file:/pin";
    assert!(matches!(parse(&key(token)).expect("good").key, KeyUri::Token(_)));
    assert_eq!(parse(&key("file:my.key")).expect("good").key.to_string(), "file:/etc/deren/my.key");
    let said = complaint(&key(&token.replace("pin-source=file:/pin", "pin-value=98765")));
    assert!(said.contains("line 1: `key`") && !said.contains("98765"), "{said}");
    assert!(complaint(&format!("key_file = \"a\"\n{GOOD}")).contains("has no key `key_file`"));
}

#[test]
fn announcements_need_an_address_that_is_named() {
    assert_eq!(parse(GOOD).expect("good").announce_to, None);
    let to = format!("announce_to = \"192.0.2.255:8641\"\n{GOOD}");
    assert_eq!(parse(&to).expect("good").announce_to.map(|to| to.port()), Some(8641));
    assert!(complaint(&format!("announce_to = \"lan\"\n{GOOD}")).contains("line 1: `announce_to`"));
}

#[test]
fn a_page_for_the_network_must_be_meant() {
    let open = format!("page_listen = \"0.0.0.0:8640\"\n{GOOD}");
    assert!(complaint(&open).contains("page_open_to_network"));
    assert!(parse(&format!("page_open_to_network = true\n{open}")).is_ok());
    assert!(complaint(&format!("page_listen = \"8640\"\n{GOOD}")).contains("like 127.0.0.1:8640"));
}

#[test]
fn variables_stand_for_keys() {
    let variables = [
        ("DEREN_GATEWAY_NODE_URLS", "ws://127.0.0.1:1, ws://127.0.0.1:2"),
        ("DEREN_GATEWAY_OUTBOX_MAX_MB", "7"),
        ("DEREN_GATEWAY_CLOCK_TRUSTED", "true"),
        ("DEREN_INDEXER_ELSE", "x"),
    ];
    let settings = parse_with(GOOD, &variables).expect("good");
    assert_eq!((settings.node_urls.len(), settings.outbox.max_mb, settings.clock_trusted), (2, 7, true));
    let said = parse_with(GOOD, &[("DEREN_GATEWAY_OUTBOX_MB", "7")]).expect_err("unknown").to_string();
    assert!(
        said.starts_with("environment variable DEREN_GATEWAY_OUTBOX_MB") && said.contains("outbox_max_mb"),
        "{said}"
    );
    let said = parse_with(GOOD, &[("DEREN_GATEWAY_OUTBOX_MAX_MB", "7 GB")]).expect_err("unit").to_string();
    assert!(said.contains("megabytes"), "{said}");
}

#[test]
fn a_node_address_is_a_websocket() {
    let said = complaint(&GOOD.replace("wss://node.example.org", "http://node.example.org"));
    assert!(said.contains("line 2") && said.contains("ws://host:port"), "{said}");
    assert!(complaint(&GOOD.replace("\"ws://127.0.0.1:9944\", \"wss://node.example.org\"", "")).contains("1 to 8"));
}

#[test]
fn the_readmes_example_is_good() {
    let readme = include_str!("../../README.md");
    let example = readme.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let settings = parse(example).expect("good");
    assert!(settings.devices.len() >= 2);
    let table = readme.split("```toml").nth(2).and_then(|rest| rest.split("```").next()).expect("a table");
    let settings = parse(&format!("{example}{table}")).expect("good");
    assert_eq!(settings.home_assistant.and_then(|settings| settings.node_id).as_deref(), Some("home"));
}

/// The package's configuration is right as it is, and with all that it has behind `#` for its owner to take.
#[test]
fn the_packaged_configuration_is_good() {
    let packaged = include_str!("../../packaging/gateway.toml");
    let settings = parse(packaged).expect("good");
    assert_eq!((settings.devices.len(), settings.data_folder.as_path()), (0, Path::new("/var/lib/deren-gateway")));
    let all: String = packaged
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned() + "\n")
        .collect();
    let settings = parse(&all).expect("good");
    assert_eq!((settings.devices.len(), settings.home_assistant.is_some()), (1, true));
    assert_eq!(settings.templates_folder.as_deref(), Some(Path::new("/etc/deren-gateway/templates")));
}

#[test]
fn the_units_data_folder_and_configuration_are_the_packages() {
    let unit = include_str!("../../packaging/deren-gateway.service");
    assert!(unit.contains("\nExecStart=/usr/bin/deren-gateway run --config /etc/deren-gateway/gateway.toml\n"));
    assert!(unit.contains("\nStateDirectory=deren-gateway\n") && unit.contains("\nUser=deren-gateway\n"));
}
