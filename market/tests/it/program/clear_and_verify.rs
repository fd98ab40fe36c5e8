//! What the program prints and how it exits.

use super::runner::{MARKET, clear, verify, with_input};

const RESULT: &str = concat!(
    r#"{"zones":[{"id":0,"price":188000,"net_export_wh":0},{"id":1,"price":200000,"net_export_wh":-1500},"#,
    r#"{"id":2,"price":180000,"net_export_wh":1500}],"#,
    r#""fills":[{"id":3,"quantity_wh":1000},{"id":5,"quantity_wh":500},{"id":7,"quantity_wh":1500}],"#,
    r#""welfare_nano":140000000,"volume_wh":1500}"#
);

#[test]
fn clear_prints_the_result() {
    let answer = clear(MARKET);
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    assert_eq!(answer.stdout.trim_end(), RESULT);
}

#[test]
fn verify_accepts_the_result() {
    assert_eq!(verify(MARKET, RESULT).code, Some(0));
}

#[test]
fn verify_names_the_first_violation() {
    let answer = verify(MARKET, &RESULT.replace("\"price\":200000", "\"price\":200001"));
    assert_eq!(answer.code, Some(1));
    assert!(answer.stderr.contains("zone 1"), "{}", answer.stderr);
    assert_eq!(answer.stderr.lines().count(), 1);
}

#[test]
fn verify_refuses_the_result_of_another_market() {
    let answer = verify(&MARKET.replace("\"id\": 7", "\"id\": 8"), RESULT);
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(1), "fill 7: there is no such order\n"));
}

#[test]
fn verify_cannot_read_a_result_that_is_none() {
    let answer = verify(MARKET, "{\"zones\":[],\"fills\":[]}");
    assert_eq!(answer.code, Some(2));
    assert!(answer.stderr.contains("result.json") && answer.stderr.contains("welfare_nano"), "{}", answer.stderr);
}

#[test]
fn a_dash_is_standard_input() {
    let answer = with_input(&["clear", "-"], MARKET);
    assert_eq!((answer.code, answer.stdout.trim_end()), (Some(0), RESULT));
    let answer = with_input(&["clear", "-"], "[]");
    assert_eq!(answer.code, Some(2));
    assert!(answer.stderr.starts_with("standard input: "), "{}", answer.stderr);
}

#[test]
fn both_files_cannot_be_standard_input() {
    let answer = with_input(&["verify", "-", "-"], MARKET);
    assert_eq!(answer.code, Some(2));
    assert!(answer.stderr.contains("not both"), "{}", answer.stderr);
}

#[test]
fn a_missing_file_is_bad_input() {
    let answer = with_input(&["clear", "/nowhere/market.json"], "");
    assert_eq!(answer.code, Some(2));
    assert!(answer.stderr.starts_with("/nowhere/market.json: cannot be read"), "{}", answer.stderr);
}

#[test]
fn a_market_without_orders_has_no_prices() {
    let answer = clear(r#"{"zones": [{"id": 4, "parent": null}], "orders": []}"#);
    let expected = r#"{"zones":[{"id":4,"price":null,"net_export_wh":0}],"fills":[],"welfare_nano":0,"volume_wh":0}"#;
    assert_eq!((answer.code, answer.stdout.trim_end()), (Some(0), expected));
}

#[test]
fn welfare_beyond_64_bits_is_printed_and_read() {
    let order = |id: u32, side: &str, limit: u32| {
        format!(r#"{{"id":{id},"zone":0,"side":"{side}","limit":{limit},"quantity_wh":4294967295}}"#)
    };
    let orders: Vec<_> = (0..4).flat_map(|id| [order(id, "buy", u32::MAX), order(id + 10, "sell", 0)]).collect();
    let market = format!(r#"{{"zones":[{{"id":0,"parent":null}}],"orders":[{}]}}"#, orders.join(","));
    let answer = clear(&market);
    assert!(answer.stdout.contains("\"welfare_nano\":73786976260478468100,"), "{}", answer.stdout);
    assert_eq!(verify(&market, &answer.stdout).code, Some(0));
}
