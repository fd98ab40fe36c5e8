//! Settlement data: everything for the operator, one's own for an owner, nothing for anyone else.

use crate::{
    fixture::{ANNA, BEN, OPERATOR, STRANGER, hour},
    helpers::spawn_street,
};

fn path(rest: &str) -> String {
    format!("/api/v1/settlement/export?market=0&{}{rest}", hour())
}

/// Sums of `amount_ueur` by direction.
fn amounts(csv: &str, direction: &str) -> i64 {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let column = |name: &str| header.iter().position(|found| *found == name).expect("a column");
    let (of, amount) = (column("direction"), column("amount_ueur"));
    lines.filter(|line| line[of] == direction).filter_map(|line| line[amount].parse::<i64>().ok()).sum()
}

#[tokio::test]
async fn the_operator_gets_everything_and_it_sums_to_what_was_paid() {
    let app = spawn_street().await;
    let export = app.logged_in(OPERATOR).await.get(&path("&format=csv")).await;
    assert_eq!(export.status, 200, "{}", export.text);
    assert_eq!(export.headers["content-type"], "text/csv; charset=utf-8; header=present");
    assert!(export.headers["content-disposition"].to_str().expect("text").contains(".csv"));
    let header = "interval_start_utc,duration_s,metered_s,market,zone,site,meter_pseudonym,direction,energy_wh,\
                  price_ueur_per_kwh,energy_amount_ueur,protocol_fee_ueur,amount_ueur,quality,settlement_id,\
                  block_number,block_hash,finalized";
    assert_eq!(export.text.lines().next(), Some(header));
    assert_eq!(amounts(&export.text, "import"), 107_060);
    assert!(export.text.contains("2024-03-09T16:00:00"), "{}", export.text);
}

#[tokio::test]
async fn an_owner_gets_only_what_is_its_own() {
    let app = spawn_street().await;
    let export = app.logged_in(BEN).await.get(&path("")).await;
    assert_eq!(amounts(&export.text, "import"), 66_660);
    // Neither Anna's meter nor Clara's.
    for device in [100, 101, 120] {
        assert!(!export.text.contains(&format!("{device:064x}")), "{}", export.text);
    }
}

#[tokio::test]
async fn strangers_get_nothing_and_other_formats_are_not_there_yet() {
    let app = spawn_street().await;
    app.client().get(&path("")).await.is_problem(401, "login-required");
    app.logged_in(STRANGER).await.get(&path("")).await.is_problem(403, "forbidden");
    let operator = app.logged_in(OPERATOR).await;
    let answer = operator.get(&path("&format=parquet")).await;
    answer.is_problem(501, "not-implemented");
    assert!(answer.text.contains("csv"), "{}", answer.text);
    operator.get(&path("&format=xlsx")).await.is_problem(400, "bad-request");
}

#[tokio::test]
async fn gaps_are_for_the_operator() {
    let app = spawn_street().await;
    let path = format!("/api/v1/markets/0/gaps?{}", hour());
    app.logged_in(ANNA).await.get(&path).await.is_problem(403, "forbidden");
    let gaps = app.logged_in(OPERATOR).await.get(&path).await.ok();
    let kinds: Vec<_> = gaps["gaps"].as_array().expect("gaps").iter().map(|gap| (&gap["site"], &gap["kind"])).collect();
    let expected = serde_json::json!([[0, "estimated"], [1, "late"], [2, "missing"]]);
    assert_eq!(serde_json::to_value(kinds).expect("JSON"), expected);
}
