use super::*;

const WHOLE: &str = r#"
listen = "127.0.0.1:0"
database_url = "postgres://deren:geheim@127.0.0.1:5432/deren"
node_url = "ws://127.0.0.1:9944"
retail_ueur_per_kwh = 300000

[[development.accounts]]
name = "Visitor 1"
role = "neighbour"
derivation = "//Visitor1"
"#;

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse("dashboards.toml", text, std::iter::empty())
}

fn with(variable: &str, value: &str) -> Result<Settings, SettingsError> {
    Settings::parse("dashboards.toml", WHOLE, [(variable.to_owned(), value.to_owned())].into_iter())
}

#[test]
fn a_whole_file_is_understood() {
    let settings = parse(WHOLE).expect("good settings");
    assert_eq!(settings.retail_ueur_per_kwh, 300_000);
    assert_eq!(settings.public_node_url, settings.node_url);
    assert_eq!(settings.development_accounts[0].role, DevelopmentRole::Neighbour);
}

#[test]
fn what_is_left_out_has_a_default() {
    let settings =
        parse("database_url = \"postgres:///deren\"\nnode_url = \"ws://[::1]:9944\"").expect("good settings");
    assert_eq!(settings.retail_ueur_per_kwh, 320_000);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert!(settings.development_accounts.is_empty());
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
    let error = parse(&format!("zzz = 1{WHOLE}")).expect_err("unknown");
    assert!(
        error.to_string().starts_with("dashboards.toml line 1: the settings have no key `zzz`; known are listen"),
        "{error}"
    );
    let error = parse(&WHOLE.replace("node_url", "nod_url")).expect_err("unknown");
    assert_eq!(
        error.to_string(),
        "dashboards.toml line 4: the settings have no key `nod_url`; did you mean `node_url`?"
    );
    let error = parse(&WHOLE.replace("derivation", "derivate")).expect_err("unknown");
    assert!(
        error.to_string().contains("line 10: an account has no key `derivate`; did you mean `derivation`?"),
        "{error}"
    );
}

#[test]
fn variables_stand_before_the_file() {
    let settings = with("DEREN_DASHBOARDS_NODE_URL", "wss://node.example").expect("good settings");
    assert_eq!(settings.node_url.as_str(), "wss://node.example/");
    assert!(with("DEREN_GATEWAY_NODE", "other").is_ok());
}

#[test]
fn markets_are_a_list_in_the_file_or_in_a_variable_and_else_all() {
    assert!(parse(WHOLE).expect("good settings").markets.are_all());
    let some = parse(&format!("markets = \"7, 3,20-40\"{WHOLE}")).expect("good settings").markets;
    assert_eq!(some.to_string(), "3,7,20-40");
    assert_eq!(with("DEREN_DASHBOARDS_MARKETS", "5-6").expect("good settings").markets.to_string(), "5-6");
    let error = parse(&format!("markets = \"3,x\"{WHOLE}")).expect_err("wrong").to_string();
    assert!(error.starts_with("dashboards.toml line 1: `markets`: `x` is no market"), "{error}");
    let error = with("DEREN_DASHBOARDS_MARKETS", "9-5").expect_err("wrong").to_string();
    assert!(error.contains("DEREN_DASHBOARDS_MARKETS: `markets`: `9-5` goes backwards: write 5-9"), "{error}");
}

#[test]
fn an_unknown_variable_of_ours_is_refused() {
    let error = with("DEREN_DASHBOARDS_LISTN", "x").expect_err("unknown");
    let said = error.to_string();
    assert!(said.contains("variable DEREN_DASHBOARDS_LISTN") && said.contains("`listen`"), "{said}");
}

#[test]
fn values_of_the_wrong_kind_are_refused_with_their_line() {
    let said = |text: String| parse(&text).expect_err("wrong").to_string();
    assert!(said(WHOLE.replace("300000", "\"much\"")).starts_with("dashboards.toml line 5: "));
    assert!(parse(&WHOLE.replace("\"127.0.0.1:0\"", "\"here\"")).is_err());
    assert!(said(WHOLE.replace("ws://127", "http://127")).contains("ws://"));
    assert!(said(WHOLE.replace("//Visitor1", "Visitor1")).contains("//Alice"));
}

#[test]
fn what_is_missing_is_named_with_an_example() {
    let error = parse("node_url = \"ws://127.0.0.1:9944\"").expect_err("no database");
    assert!(error.to_string().contains("database_url = \"postgres://"), "{error}");
}

#[test]
fn no_message_shows_the_password() {
    let settings = parse(WHOLE).expect("good settings");
    assert!(!format!("{settings:?}").contains("geheim"));
    let error = parse(&WHOLE.replace("postgres://deren", "post://deren")).expect_err("no address");
    assert!(!error.to_string().contains("geheim"), "{error}");
}

#[test]
fn every_mistake_is_named_with_its_line_in_one_run() {
    let text = r#"
listen = "here"
nod_url = "ws://127.0.0.1:9944"
node_url = "http://127.0.0.1:9944"
retail_ueur_per_kwh = -1

[development.market_clock]
real_unix_ms = -1
speed_permille = 0

[[development.accounts]]
name = "Visitor 1"
role = "guest"
derivation = "Visitor1"

[[development.accounts]]
name = ""
role = "owner"
"#;
    let variables = [("DEREN_DASHBOARDS_PUBLIC_NODE_URL".to_owned(), "x".to_owned())];
    let error = Settings::parse("dashboards.toml", text, variables.into_iter()).expect_err("wrong").to_string();
    let said: Vec<&str> = error.lines().collect();
    let expected = [
        ("line 1:", "no `database_url`"),
        ("line 2:", "like 127.0.0.1:8080"),
        ("line 3:", "did you mean `node_url`?"),
        ("line 4:", "ws://"),
        ("line 5:", "from 0 to 4294967295"),
        ("line 7:", "no `market_unix_s`"),
        ("line 8:", "`real_unix_ms` is -1"),
        ("line 9:", "`speed_permille` is 0"),
        ("line 13:", "`role` is `guest`"),
        ("line 14:", "//Alice"),
        ("line 16:", "no `derivation`"),
        ("line 17:", "`name`"),
        ("DEREN_DASHBOARDS_PUBLIC_NODE_URL:", "not a node's address"),
    ];
    assert_eq!(said.len(), expected.len(), "{error}");
    for (line, (place, what)) in said.iter().zip(expected) {
        assert!(line.contains(place) && line.contains(what), "{place} {what}: {line}");
    }
}

#[test]
fn two_accounts_of_one_name_are_refused() {
    let second = "[[development.accounts]]\nname = \"Visitor 1\"\nrole = \"owner\"\nderivation = \"//Two\"\n";
    let error = parse(&format!("{WHOLE}\n{second}")).expect_err("wrong").to_string();
    assert_eq!(error, "dashboards.toml line 13: two accounts are called Visitor 1");
}
