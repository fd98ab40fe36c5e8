//! Market files and results are the chain's, or are not given out.

use crate::{
    books::setup::Setup,
    history::{MARKET, Plan},
};
use deren_dashboards::books::{BooksError, market_file::ClearedSlot};
use deren_primitives::{MarketId, Slot};
use deren_testing::program;
use std::{fs, path::Path, process::Command};

async fn cleared(setup: &Setup, slot: u32) -> Result<ClearedSlot, BooksError> {
    let mut connection = setup.pool.acquire().await.expect("a connection");
    ClearedSlot::load(&mut connection, MarketId(MARKET), Slot(slot)).await
}

/// The slot in which most price steps took part.
fn busiest(setup: &Setup) -> u32 {
    let slots = &setup.history.truth.slots;
    *slots.iter().max_by_key(|(_, truth)| (truth.summary.bought_wh, truth.steps)).expect("a slot").0
}

#[tokio::test]
async fn every_slot_of_an_eventful_history_gives_the_bytes_that_were_cleared() {
    for seed in 1..=3 {
        let setup = Setup::new(Plan::eventful(seed), 110).await;
        let (mut traded, mut over_exports) = (0, 0);
        for (slot, truth) in &setup.history.truth.slots {
            let cleared = cleared(&setup, *slot).await.unwrap_or_else(|error| panic!("seed {seed}, {slot}: {error}"));
            assert_eq!(cleared.input.steps.len(), truth.steps);
            let outcome = cleared.outcome().expect("the chain's outcome");
            assert_eq!(outcome.volume_wh, truth.summary.bought_wh);
            traded += u32::from(outcome.volume_wh > 0);
            over_exports += truth.over_exports;
        }
        assert!(traded > 15 && over_exports > 0, "seed {seed}: too little happened to show anything: {traded}");
    }
}

#[tokio::test]
async fn the_program_clears_the_file_and_verifies_the_result() {
    let setup = Setup::new(Plan::eventful(7), 90).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (market, result) = (folder.path().join("market.json"), folder.path().join("result.json"));
    let cleared = cleared(&setup, busiest(&setup)).await.expect("a market file");
    fs::write(&market, cleared.market_json().expect("JSON")).expect("a file");
    let ours = cleared.result_json().expect("JSON");
    fs::write(&result, &ours).expect("a file");

    let printed = deren_market(&["clear", path(&market)]);
    assert_eq!(printed.trim_end(), ours);
    assert_eq!(deren_market(&["verify", path(&market), path(&result)]), "");
}

#[tokio::test]
async fn a_changed_reading_is_found_and_nothing_given_out() {
    let setup = Setup::new(Plan::eventful(7), 90).await;
    let slot = busiest(&setup);
    let statement = "UPDATE readings SET import_wh = import_wh + 1 WHERE role = 'grid'";
    setup.tamper(statement).await;
    let error = cleared(&setup, slot).await.expect_err("other bytes");
    assert!(matches!(error, BooksError::Differs { what: "market file", .. }), "{error}");
    assert!(error.to_string().contains("deren-dashboards rebuild"), "{error}");
}

#[tokio::test]
async fn a_lost_order_or_a_changed_fee_is_found() {
    for statement in ["DELETE FROM order_versions", "UPDATE edge_versions SET fee_ueur_per_kwh = fee_ueur_per_kwh + 1"]
    {
        let setup = Setup::new(Plan::eventful(7), 90).await;
        setup.tamper(statement).await;
        let error = cleared(&setup, busiest(&setup)).await.expect_err("other bytes");
        assert!(matches!(error, BooksError::Differs { .. }), "{statement}: {error}");
    }
}

#[tokio::test]
async fn a_result_with_another_hash_is_not_given_out() {
    let setup = Setup::new(Plan::eventful(7), 90).await;
    setup.tamper("UPDATE slots_cleared SET outcome_hash = input_hash").await;
    let cleared = cleared(&setup, busiest(&setup)).await.expect("the input is right");
    assert!(matches!(cleared.result_json(), Err(BooksError::Differs { what: "result", .. })));
}

#[tokio::test]
async fn a_voided_clearing_has_an_input_and_no_result() {
    let setup = Setup::new(Plan::eventful(7), 90).await;
    setup
        .tamper("INSERT INTO slots_voided SELECT block_number, event_index + 900, market, slot, 'NotVerified' FROM slots_cleared")
        .await;
    let cleared = cleared(&setup, busiest(&setup)).await.expect("the input");
    assert!(matches!(cleared.outcome(), Err(BooksError::Voided { .. })));
}

#[tokio::test]
async fn a_slot_that_is_not_cleared_has_no_file() {
    let setup = Setup::new(Plan::eventful(7), 5).await;
    let later = setup.history.plan.first_slot + 5;
    let error = cleared(&setup, later).await.expect_err("no file");
    assert!(matches!(error, BooksError::NotCleared { .. }), "{error}");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

/// What the program prints; it must succeed.
fn deren_market(arguments: &[&str]) -> String {
    let output = Command::new(program("deren-market")).args(arguments).output().expect("deren-market runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
