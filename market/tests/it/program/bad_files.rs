//! Bad market files: exit 2, nothing on stdout, one line on stderr that says what and where.

use super::runner::{MARKET, clear};

/// The one line that the program says of this file.
fn refusal(market: &str) -> String {
    let answer = clear(market);
    assert_eq!((answer.code, answer.stdout.as_str()), (Some(2), ""), "{}", answer.stderr);
    assert_eq!(answer.stderr.lines().count(), 1, "{}", answer.stderr);
    let (file, what) = answer.stderr.trim_end().split_once("market.json: ").expect("the file's name");
    assert!(!file.contains(' '));
    what.to_owned()
}

fn with_zones(zones: &str) -> String {
    format!(r#"{{"zones": [{zones}], "orders": []}}"#)
}

#[test]
fn a_cycle_is_refused() {
    let zones =
        r#"{"id":0,"parent":null},{"id":1,"parent":3},{"id":2,"parent":1},{"id":3,"parent":2},{"id":4,"parent":2}"#;
    assert_eq!(refusal(&with_zones(zones)), "cycle: zone 1 is its own ancestor");
    let own_parent = r#"{"id":0,"parent":null},{"id":9,"parent":9}"#;
    assert_eq!(refusal(&with_zones(own_parent)), "cycle: zone 9 is its own ancestor");
}

#[test]
fn no_root_is_refused() {
    assert_eq!(refusal(&with_zones("")), "no root: exactly one zone has no parent");
    let each_others = r#"{"id":0,"parent":1},{"id":1,"parent":0}"#;
    assert_eq!(refusal(&with_zones(each_others)), "no root: exactly one zone has no parent");
}

#[test]
fn two_roots_are_refused() {
    let zones = r#"{"id":3,"parent":null},{"id":1,"parent":null}"#;
    assert_eq!(refusal(&with_zones(zones)), "two roots, zones 1 and 3: exactly one zone has no parent");
}

#[test]
fn an_unknown_zone_is_refused() {
    assert_eq!(
        refusal(&MARKET.replace("\"zone\": 1", "\"zone\": 77")),
        "order 7: its zone 77 is not a zone of this market"
    );
    assert_eq!(
        refusal(&MARKET.replace("\"parent\": 0, \"fee\": 8000", "\"parent\": 6")),
        "zone 2: its parent 6 is not a zone"
    );
}

#[test]
fn duplicate_ids_are_refused() {
    assert_eq!(
        refusal(&MARKET.replace("\"id\": 5, \"zone\"", "\"id\": 7, \"zone\"")),
        "order 7 is there twice: give each order its own id"
    );
    assert_eq!(
        refusal(&MARKET.replace("\"id\": 2, \"parent\"", "\"id\": 1, \"parent\"")),
        "zone 1 is there twice: give each zone its own id"
    );
}

#[test]
fn a_negative_number_is_refused() {
    for (good, bad) in [
        ("\"limit\": 240000", "\"limit\": -240000"),
        ("\"quantity_wh\": 1500", "\"quantity_wh\": -1"),
        ("\"fee\": 12000", "\"fee\": -12000"),
        ("\"capacity_up_wh\": 50000", "\"capacity_up_wh\": -50000"),
        ("\"id\": 7", "\"id\": -7"),
    ] {
        let what = refusal(&MARKET.replace(good, bad));
        let number = bad.rsplit(' ').next().expect("a number");
        assert!(what.contains(&format!("integer `{number}`")) && what.contains(" line "), "{what}");
    }
}

#[test]
fn an_overflowing_number_is_refused() {
    for (good, bad) in [
        ("\"limit\": 240000", "\"limit\": 4294967296"),
        ("\"quantity_wh\": 1500", "\"quantity_wh\": 4294967296"),
        ("\"fee\": 12000", "\"fee\": 4294967296"),
        ("\"capacity_up_wh\": 50000", "\"capacity_up_wh\": 18446744073709551616"),
        ("\"id\": 7", "\"id\": 99999999999999999999999999999999999999999"),
    ] {
        let what = refusal(&MARKET.replace(good, bad));
        assert!(what.contains("invalid") && what.contains(" line "), "{what}");
    }
}

#[test]
fn a_fraction_is_refused() {
    let what = refusal(&MARKET.replace("\"quantity_wh\": 1500", "\"quantity_wh\": 1500.5"));
    assert!(what.contains("floating point `1500.5`, expected u32 at line 8"), "{what}");
}

#[test]
fn an_unknown_field_is_refused() {
    let what = refusal(&MARKET.replace("\"fee\": 12000", "\"fees\": 12000"));
    assert!(what.contains("unknown field `fees`") && what.contains("line 4"), "{what}");
    let what = refusal(r#"{"zones": [], "orders": [], "of\n\u001btwo lines": 0}"#);
    assert!(what.contains("unknown field `of  two lines`"), "{what}");
}

#[test]
fn a_missing_field_is_refused() {
    let what = refusal(&MARKET.replace("\"side\": \"buy\", ", ""));
    assert!(what.contains("missing field `side`") && what.contains("line 8"), "{what}");
}

#[test]
fn another_side_than_buy_or_sell_is_refused() {
    let what = refusal(&MARKET.replace("\"buy\"", "\"hold\""));
    assert!(what.contains("unknown variant `hold`, expected `buy` or `sell`"), "{what}");
}

#[test]
fn a_root_with_a_fee_is_refused() {
    let what = refusal(&with_zones(r#"{"id":0,"parent":null,"fee":3}"#));
    assert!(what.starts_with("zone 0 has no parent, so no edge"), "{what}");
}

#[test]
fn what_is_not_json_is_refused() {
    for text in ["", "{", "zones", "\0", "[[[[", "{\"zones\":[]}{"] {
        assert!(refusal(text).contains("line 1"), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(refusal(&format!(r#"{{"zones": {deep}"#)).contains("line 1"));
}

#[test]
fn a_tree_that_is_too_deep_or_too_wide_is_refused() {
    let zone = |id: u32, parent: u32| format!(r#"{{"id":{id},"parent":{parent}}}"#);
    let root = r#"{"id":0,"parent":null}"#.to_owned();
    let deep: Vec<_> = std::iter::once(root.clone()).chain((1..=9).map(|id| zone(id, id - 1))).collect();
    assert_eq!(refusal(&with_zones(&deep.join(","))), "zone 9 is more than 8 edges below the root");
    let wide: Vec<_> = std::iter::once(root).chain((1..=1024).map(|id| zone(id, 0))).collect();
    assert_eq!(refusal(&with_zones(&wide.join(","))), "1025 zones: a market has at most 1024");
}
