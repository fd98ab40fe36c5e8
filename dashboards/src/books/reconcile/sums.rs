//! The two sources: payments in finalised rows, and the chain's state at a block.

use super::{
    chain::{ChainState, ask},
    compare::EraSums,
};
use crate::{
    books::{
        BooksError,
        rows::{narrow, number},
    },
    markets::Markets,
};
use deren_primitives::{MarketId, Slot, SlotState, SlotSummary};
use sqlx::PgConnection;
use std::collections::{BTreeMap, btree_map::Entry};

/// More markets than a chain has.
const MAX_MARKETS: usize = 1024;

type SlotRow = (i64, bool, i64, i64, i64, i64, Vec<Option<String>>);

/// The answers of all markets to a question whose rows are as those of `slots.sql`.
async fn slots(
    connection: &mut PgConnection,
    question: &'static str,
    (first, through): (Slot, Slot),
) -> Result<BTreeMap<(MarketId, Slot), SlotSummary>, BooksError> {
    let mut slots = BTreeMap::new();
    let markets = sqlx::query_scalar("SELECT DISTINCT market FROM market_versions ORDER BY market");
    for market in markets.fetch_all(&mut *connection).await? {
        let question = sqlx::query_as::<_, SlotRow>(question);
        let question = question.bind(i64::from(first.0)).bind(i64::from(through.0)).bind(market);
        let market = MarketId(narrow("market_versions.market", market)?);
        for row in question.fetch_all(&mut *connection).await? {
            let slot = Slot(narrow("slots_settled.slot", row.0)?);
            slots.insert((market, slot), slot_sums(row)?);
        }
    }
    Ok(slots)
}

/// What finalised rows say of these slots, and of the era's rewards.
pub(super) async fn of_rows(
    connection: &mut PgConnection,
    markets: &Markets,
    (era, first, through): (u32, Slot, Slot),
) -> Result<EraSums, BooksError> {
    let mut sums =
        EraSums { slots: slots(connection, include_str!("slots.sql"), (first, through)).await?, ..EraSums::default() };
    // Without a row of EraPaid the era is not paid, whatever single rewards say. Of other markets a shard has only what
    // EraPaid says of all: in it, ours count as MarketEraPaid says.
    let minted: Option<String> = sqlx::query_scalar(
        "SELECT ((SELECT coalesce(sum(amount_ren), 0) FROM rewards WHERE era = $1)
                 + CASE WHEN $2 THEN 0 ELSE minted_ren
                     - (SELECT coalesce(sum(minted_ren), 0) FROM market_eras_paid WHERE era = $1) END)::text
         FROM eras_paid WHERE era = $1",
    )
    .bind(i64::from(era))
    .bind(markets.are_all())
    .fetch_optional(connection)
    .await?;
    sums.minted_ren = minted.map(|ren| number("rewards.amount_ren", &ren)).transpose()?;
    Ok(sums)
}

fn slot_sums(row: SlotRow) -> Result<SlotSummary, BooksError> {
    let (_, is_settled, cleared_in_block, settled_in_block, amounts_rounded, readings, amounts) = row;
    let amount = |place: usize| match amounts.get(place) {
        Some(Some(amount)) => number::<u128>("a sum of payments", amount),
        _ => Ok(0),
    };
    let wh = |place: usize| number::<u64>("a sum of fills", &amount(place)?.to_string());
    Ok(SlotSummary {
        state: if is_settled { SlotState::Settled } else { SlotState::Cleared },
        cleared_in_block: narrow("slots_settled.cleared_in_block", cleared_in_block)?,
        settled_in_block: narrow("slots_settled.settled_in_block", settled_in_block)?,
        readings: narrow("readings", readings)?,
        bought_wh: wh(0)?,
        sold_wh: wh(1)?,
        paid_ueur: amount(2)?,
        received_ueur: amount(3)?,
        network_fees_ueur: amount(4)?,
        congestion_rent_ueur: amount(5)?,
        protocol_fee_ueur: amount(6)?,
        dust_ueur: amount(7)?,
        amounts_rounded: narrow("slots_settled.amounts_rounded", amounts_rounded)?,
    })
}

/// Adds what the state has not any more from the sums that the chain's events carried; true if there was any.
pub(super) async fn complete(
    connection: &mut PgConnection,
    state: &mut EraSums,
    era: u32,
    first: Slot,
    through: Slot,
) -> Result<bool, BooksError> {
    let mut added = false;
    // What SlotSettled said of these slots.
    let question = "SELECT slot, true, cleared_in_block, settled_in_block, amounts_rounded, readings,
                           array[bought_wh, sold_wh, paid_ueur, received_ueur, network_fees_ueur, congestion_rent_ueur,
                                 protocol_fee_ueur, dust_ueur]::text[]
                    FROM slots_settled WHERE slot BETWEEN $1 AND $2 AND market = $3";
    for (key, noted) in slots(connection, question, (first, through)).await? {
        if let Entry::Vacant(forgotten) = state.slots.entry(key) {
            forgotten.insert(noted);
            added = true;
        }
    }
    if state.minted_ren.is_none() {
        added = true;
        let question = sqlx::query_scalar("SELECT minted_ren::text FROM eras_paid WHERE era = $1").bind(i64::from(era));
        let minted: Option<String> = question.fetch_optional(connection).await?;
        state.minted_ren = minted.map(|ren| number("eras_paid.minted_ren", &ren)).transpose()?;
    }
    Ok(added)
}

/// What the chain's state says of these markets at that block.
pub(super) async fn of_chain<C: ChainState>(
    chain: &C,
    followed: &Markets,
    (era, first, through): (u32, Slot, Slot),
    at: [u8; 32],
) -> Result<EraSums, BooksError> {
    let mut sums = EraSums { minted_ren: ask(chain, "MarketApi_minted", era, at).await?, ..EraSums::default() };
    let markets: Vec<MarketId> = ask(chain, "MarketApi_markets", (), at).await?;
    for market in markets.into_iter().take(MAX_MARKETS).filter(|market| followed.contain(market.0)) {
        for slot in (first.0..=through.0).map(Slot) {
            let summary: Option<SlotSummary> = ask(chain, "MarketApi_slot", (market, slot), at).await?;
            if let Some(summary) = summary {
                sums.slots.insert((market, slot), summary);
            }
        }
    }
    Ok(sums)
}
