//! The export's sums are what was measured and what was settled.

use crate::{
    books::setup::Setup,
    history::{MARKET, Plan},
};
use deren_dashboards::books::export::{Clock, HEADER, Scope, csv};
use deren_primitives::{MarketId, SiteId, Slot};
use futures::TryStreamExt;
use std::{collections::BTreeMap, num::NonZeroU32};

fn scope(setup: &Setup, sites: Option<Vec<u32>>) -> Scope {
    let plan = setup.history.plan;
    Scope {
        market: MarketId(MARKET),
        sites: sites.map(|sites| sites.into_iter().map(SiteId).collect()),
        slots: (Slot(plan.first_slot - 10), Slot(plan.first_slot + 10_000)),
        clock: Clock {
            slot_seconds: NonZeroU32::new(plan.slot_seconds).expect("not zero"),
            slot_energy_seconds: plan.slot_seconds,
        },
    }
}

async fn export(setup: &Setup, scope: Scope) -> (Vec<BTreeMap<&'static str, String>>, usize) {
    let pages: Vec<_> = csv(setup.pool.clone(), scope).try_collect().await.expect("an export");
    let text: String = pages.iter().map(|page| std::str::from_utf8(page).expect("text")).collect();
    let mut lines = text.split_terminator("\r\n");
    assert_eq!(lines.next(), Some(HEADER.trim_end()));
    let names: Vec<&'static str> = HEADER.trim_end().split(',').collect();
    let row = |line: &str| {
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        assert_eq!(cells.len(), names.len(), "{line}");
        names.iter().copied().zip(cells).collect()
    };
    (lines.map(row).collect(), pages.len())
}

fn number(row: &BTreeMap<&'static str, String>, name: &str) -> u128 {
    row[name].parse().unwrap_or_else(|_| panic!("{name} of {row:?}"))
}

#[tokio::test]
async fn sums_equal_what_was_settled_and_what_was_measured() {
    let setup = Setup::new(Plan::eventful(11), 110).await;
    let (rows, _) = export(&setup, scope(&setup, None)).await;
    let settled = |direction: &str, name: &str| -> u128 {
        let rows = rows.iter().filter(|row| row["direction"] == direction && !row["settlement_id"].is_empty());
        rows.map(|row| number(row, name)).sum()
    };
    let truth = &setup.history.truth;
    let sum = |part: fn(&deren_primitives::SlotSummary) -> u128| -> u128 {
        truth.slots.values().map(|slot| part(&slot.summary)).sum()
    };
    assert_eq!(settled("import", "energy_wh"), sum(|summary| summary.bought_wh.into()));
    assert_eq!(settled("export", "energy_wh"), sum(|summary| summary.sold_wh.into()));
    assert_eq!(settled("import", "amount_ueur"), sum(|summary| summary.paid_ueur));
    assert_eq!(settled("export", "amount_ueur"), sum(|summary| summary.received_ueur));
    assert_eq!(settled("network_fee", "amount_ueur"), sum(|summary| summary.network_fees_ueur));
    assert_eq!(settled("congestion_rent", "amount_ueur"), sum(|summary| summary.congestion_rent_ueur));
    assert_eq!(settled("protocol_fee", "amount_ueur"), sum(|summary| summary.protocol_fee_ueur));
    assert_eq!(settled("dust", "amount_ueur"), sum(|summary| summary.dust_ueur));
    let others: u128 = ["export", "network_fee", "congestion_rent", "protocol_fee", "dust"]
        .iter()
        .map(|direction| settled(direction, "amount_ueur"))
        .sum();
    assert!(others > 0 && settled("import", "amount_ueur") == others, "the table does not sum to zero");

    let measured = |direction: &str| -> u128 {
        rows.iter().filter(|row| row["direction"] == direction).map(|row| number(row, "energy_wh")).sum()
    };
    assert_eq!(measured("import"), truth.measured_wh.0.into());
    assert_eq!(measured("export"), truth.measured_wh.1.into());
}

#[tokio::test]
async fn columns_multiply_and_name_the_site_and_its_zone() {
    let setup = Setup::new(Plan::eventful(16), 110).await;
    let (rows, _) = export(&setup, scope(&setup, None)).await;
    let (mut bought, mut sold) = (0, 0);
    for row in rows.iter().filter(|row| !row["price_ueur_per_kwh"].is_empty()) {
        let amount = number(row, "price_ueur_per_kwh") * number(row, "energy_wh") / 1000;
        assert_eq!(number(row, "energy_amount_ueur"), amount, "{row:?}");
        assert_eq!(amount + number(row, "protocol_fee_ueur"), number(row, "amount_ueur"), "{row:?}");
        match row["direction"].as_str() {
            "import" => bought += 1,
            _ => {
                assert_eq!(row["protocol_fee_ueur"], "0");
                sold += 1;
            }
        }
    }
    assert!(bought > 50 && sold > 50, "{bought} bought and {sold} sold");
    // The fees in the rows of buyers are what the treasury gets, and what was rounded up.
    let fees: u128 = rows
        .iter()
        .filter(|row| row["direction"] == "import")
        .filter_map(|row| row["protocol_fee_ueur"].parse::<u128>().ok())
        .sum();
    let paid: u128 =
        rows.iter().filter(|row| row["direction"] == "protocol_fee").map(|row| number(row, "amount_ueur")).sum();
    assert!((paid..=paid + rows.len() as u128).contains(&fees), "{fees} are not {paid} and some rounding");
    for row in rows.iter().filter(|row| ["import", "export"].contains(&row["direction"].as_str())) {
        assert!(!row["site"].is_empty() && !row["zone"].is_empty(), "{row:?}");
    }
}

#[tokio::test]
async fn payments_are_named_once_and_rows_are_in_order() {
    let setup = Setup::new(Plan::eventful(12), 60).await;
    let (rows, _) = export(&setup, scope(&setup, None)).await;
    let mut names: Vec<&String> =
        rows.iter().map(|row| &row["settlement_id"]).filter(|name| !name.is_empty()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert!(count > 50 && names.len() == count, "{count} payments, {} names", names.len());
    assert!(rows.is_sorted_by_key(|row| row["interval_start_utc"].clone()));
    assert!(rows.iter().all(|row| row["finalized"] == "true" && row["block_hash"].len() == 66));
}

#[tokio::test]
async fn an_owner_gets_the_rows_of_its_sites_and_nothing_else() {
    let setup = Setup::new(Plan::eventful(13), 60).await;
    let (all, _) = export(&setup, scope(&setup, None)).await;
    let (own, _) = export(&setup, scope(&setup, Some(vec![1]))).await;
    let meters: std::collections::BTreeSet<&String> = own.iter().map(|row| &row["meter_pseudonym"]).collect();
    let expected: Vec<_> = all.iter().filter(|row| meters.contains(&row["meter_pseudonym"])).cloned().collect();
    assert!(!own.is_empty() && own == expected);
    assert!(own.iter().all(|row| ["import", "export"].contains(&row["direction"].as_str())));
    assert!(export(&setup, scope(&setup, Some(vec![]))).await.0.is_empty());
}

#[tokio::test]
async fn what_is_not_final_says_so() {
    let setup = Setup::new(Plan::eventful(14), 40).await;
    setup
        .tamper(
            "INSERT INTO tail_blocks SELECT number, hash, parent_hash, at_unix_ms, events FROM blocks
             WHERE number = (SELECT max(block_number) FROM fills)",
        )
        .await;
    setup
        .tamper(
            "INSERT INTO tail_fills SELECT b.hash, f.* FROM fills f JOIN tail_blocks b ON b.number = f.block_number",
        )
        .await;
    setup.tamper("DELETE FROM fills f USING tail_blocks b WHERE b.number = f.block_number").await;
    setup.tamper("DELETE FROM blocks b USING tail_blocks t WHERE b.number = t.number").await;
    let (rows, _) = export(&setup, scope(&setup, None)).await;
    let open: Vec<_> = rows.iter().filter(|row| row["finalized"] == "false").collect();
    let last = setup.history.truth.slots.values().rfind(|slot| slot.summary.bought_wh > 0).expect("a trade");
    let wh: u128 = open.iter().filter(|row| row["direction"] == "import").map(|row| number(row, "energy_wh")).sum();
    assert_eq!(wh, last.summary.bought_wh.into());
}

#[tokio::test]
async fn a_long_export_comes_in_pages() {
    let plan = Plan { sites: 60, eventful: false, ..Plan::eventful(15) };
    let setup = Setup::new(plan, 300).await;
    let (rows, pages) = export(&setup, scope(&setup, None)).await;
    assert!(rows.len() > 18_000 && pages > 3, "{} rows in {pages} pages", rows.len());
}
