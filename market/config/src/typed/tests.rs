use super::*;
use serde::Deserialize;
use std::net::SocketAddr;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Street {
    seed: u64,
    #[serde(default)]
    speed: f64,
    listen: Option<SocketAddr>,
    #[serde(default)]
    homes: Vec<Home>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Home {
    name: String,
    role: Role,
    roof: Option<Roof>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Roof {
    kwp: f64,
    #[serde(default)]
    tilt_deg: u8,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Role {
    Grid,
    Production,
    Limited(u32),
}

const GOOD: &str = r#"
seed = 0x2a
speed = 75
listen = "127.0.0.1:0"

[[homes]]
name = "one"
role = "grid"
roof = { kwp = 6.4, tilt_deg = 35 }

[[homes]]
name = "two"
role = { limited = 5 }
"#;

/// Each mistake as its line and what is said.
fn mistakes(text: &str) -> Vec<(usize, String)> {
    let said = read::<Street>("street.toml", text).expect_err("mistakes");
    let line = |place: &crate::Place| match place {
        crate::Place::Line { file, line, .. } if file == "street.toml" => *line,
        other => panic!("{other:?}"),
    };
    said.into_iter().map(|mistake| (line(&mistake.place), mistake.reason)).collect()
}

fn assert_mistakes(text: &str, expected: &[(usize, &str)]) {
    let said = mistakes(text);
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for ((line, reason), (at, words)) in said.iter().zip(expected) {
        assert!(line == at && reason.contains(words), "{at} {words}: {said:?}");
    }
}

#[test]
fn a_good_text_is_what_toml_itself_reads() {
    let read = read::<Street>("street.toml", GOOD).expect("good");
    assert_eq!(read, toml::from_str(GOOD).expect("good"));
    assert_eq!((read.seed, read.homes.len(), &read.homes[1].role), (42, 2, &Role::Limited(5)));
}

#[test]
fn every_mistake_is_found_with_its_line() {
    let text = GOOD
        .replace("seed = 0x2a", "seed = -1")
        .replace("speed", "sped")
        .replace("127.0.0.1:0", "localhost")
        .replace("\"grid\"", "\"gird\"")
        .replace("tilt_deg = 35", "tilt_deg = 350")
        .replace("name = \"two\"\n", "");
    assert_mistakes(
        &text,
        &[
            (2, "invalid value: integer `-1`, expected u64"),
            (3, "unknown field `sped`, expected one of `seed`, `speed`, `listen`, `homes`; did you mean `speed`?"),
            (4, "invalid socket address"),
            (8, "unknown variant `gird`, expected one of `grid`, `production`, `limited`; did you mean `grid`?"),
            (9, "invalid value: integer `350`, expected u8"),
            (11, "missing field `name`"),
        ],
    );
}

#[test]
fn all_that_is_missing_is_named() {
    assert_mistakes(
        "\n[[homes]]\n[[homes]]\nname = \"two\"\nroof = {}\n",
        &[
            (1, "missing field `seed`"),
            (2, "missing field `name`"),
            (2, "missing field `role`"),
            (3, "missing field `role`"),
            (5, "missing field `kwp`"),
        ],
    );
}

#[test]
fn what_follows_from_a_mistake_is_no_other() {
    assert_mistakes(&GOOD.replace("kwp", "kwpp"), &[(9, "did you mean `kwp`?")]);
    assert_mistakes(&GOOD.replace("kwp = 6.4", "kwp = \"x\""), &[(9, "expected f64")]);
    assert_mistakes(&GOOD.replace("seed", "sede"), &[(2, "did you mean `seed`?")]);
}

#[test]
fn beside_what_is_no_toml_other_mistakes_are_found_and_nothing_seems_missing() {
    let text = GOOD.replace("seed = 0x2a", "seed = x").replace("tilt_deg = 35", "tilt = 35");
    let said = mistakes(&text);
    assert!(said.iter().any(|(line, _)| *line == 2), "{said:?}");
    assert!(said.iter().any(|(line, reason)| *line == 9 && reason.contains("`tilt_deg`?")), "{said:?}");
    assert!(said.iter().all(|(_, reason)| !reason.contains("missing")), "{said:?}");
}

#[test]
fn a_key_that_somebody_else_reads_is_no_mistake() {
    let text = format!("kind = \"street\"\n{GOOD}");
    let parsed = Text::new("street.toml", &text);
    let word = parsed.word("kind").map(|(place, word)| (place.to_string(), word));
    assert_eq!(word, Some(("street.toml line 1".to_owned(), Some("street"))));
    assert!(parsed.read_without::<Street>(&["kind"]).is_ok());
    assert!(parsed.read_without::<Street>(&[]).is_err());
    assert_eq!(parsed.word("none"), None);
}

#[test]
fn a_text_that_is_something_else_ends() {
    for text in ["", "this is not toml", "seed = 1979-05-27", "homes = 5\nseed = []", "[homes]\n[seed]\n[[speed]]"] {
        assert!(!mistakes(text).is_empty(), "{text}");
    }
}
