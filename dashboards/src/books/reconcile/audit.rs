//! Every single row of a slot's clearing and settlement, worked out again: sums can agree where rows do not.
//!
//! The input that follows from the rows must have the hash that the chain noted, and so must the outcome of clearing
//! it. Each fill's row must say what that outcome and the market's arithmetic give.

use crate::books::{
    BooksError,
    market_file::ClearedSlot,
    rows::{narrow, number},
};
use deren_market::{FillAmount, settle};
use deren_primitives::{MarketId, OrderStepId, Slot, ZoneId};
use sqlx::PgConnection;
use std::collections::BTreeMap;

type FillRow = (String, i64, i64, i64, i64, bool);

/// What a fill's row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Settled {
    zone: ZoneId,
    quantity_wh: u32,
    price_ueur_per_kwh: i64,
    amount_ueur: u128,
    is_sound: bool,
}

impl From<&FillAmount> for Settled {
    fn from(fill: &FillAmount) -> Self {
        Self {
            zone: fill.zone,
            quantity_wh: fill.quantity_wh,
            price_ueur_per_kwh: fill.price_ueur_per_kwh,
            amount_ueur: fill.amount_ueur,
            is_sound: true,
        }
    }
}

/// What is wrong with rows of these slots, in words; of each slot at most one thing.
pub(super) async fn differences(
    connection: &mut PgConnection,
    first: Slot,
    through: Slot,
) -> Result<Vec<String>, BooksError> {
    // Settled slots whose clearing stands.
    let question = sqlx::query_as::<_, (i64, i64)>(
        "SELECT c.market, c.slot FROM slots_cleared c
         JOIN slots_settled s ON s.market = c.market AND s.slot = c.slot
         WHERE c.slot BETWEEN $1 AND $2
           AND NOT EXISTS (SELECT FROM slots_voided v WHERE v.market = c.market AND v.slot = c.slot)
         ORDER BY c.market, c.slot",
    );
    let question = question.bind(i64::from(first.0)).bind(i64::from(through.0));
    let mut differences = Vec::new();
    for (market, slot) in question.fetch_all(&mut *connection).await? {
        let market = MarketId(narrow("slots_cleared.market", market)?);
        let slot = Slot(narrow("slots_cleared.slot", slot)?);
        let wrong = match of_slot(connection, market, slot).await {
            // Rows that cannot be read or cleared are wrong rows; a database that is away is not.
            Err(error @ (BooksError::Sql(_) | BooksError::Interrupted(_))) => return Err(error),
            Err(error) => Some(error.to_string()),
            Ok(wrong) => wrong.map(|wrong| format!("market {market}, slot {slot}: {wrong}")),
        };
        differences.extend(wrong);
    }
    Ok(differences)
}

async fn of_slot(connection: &mut PgConnection, market: MarketId, slot: Slot) -> Result<Option<String>, BooksError> {
    let cleared = ClearedSlot::load(connection, market, slot).await?;
    let input = &cleared.input;
    let amounts = settle(&input.network, &input.steps, &cleared.outcome()?, input.protocol_fee_bp)?;
    let expected: BTreeMap<OrderStepId, Settled> =
        amounts.fills.iter().map(|fill| (fill.id, Settled::from(fill))).collect();
    let rows = fills(connection, market, slot).await?;
    Ok(first_difference(&rows, &expected))
}

async fn fills(
    connection: &mut PgConnection,
    market: MarketId,
    slot: Slot,
) -> Result<Vec<(OrderStepId, Settled)>, BooksError> {
    let question =
        sqlx::query_as::<_, FillRow>(include_str!("fills.sql")).bind(i64::from(market.0)).bind(i64::from(slot.0));
    let row = |(step, zone, quantity_wh, price_ueur_per_kwh, amount_ueur, is_sound): FillRow| {
        let settled = Settled {
            zone: ZoneId(narrow("fills.zone", zone)?),
            quantity_wh: narrow("fills.quantity_wh", quantity_wh)?,
            price_ueur_per_kwh,
            amount_ueur: narrow("fills.amount_ueur", amount_ueur)?,
            is_sound,
        };
        Ok((OrderStepId(number("fills.step_id", &step)?), settled))
    };
    question.fetch_all(connection).await?.into_iter().map(row).collect()
}

fn first_difference(rows: &[(OrderStepId, Settled)], expected: &BTreeMap<OrderStepId, Settled>) -> Option<String> {
    let ours: BTreeMap<OrderStepId, Settled> = rows.iter().copied().collect();
    if ours.len() < rows.len() {
        return Some("a fill is in the rows twice".to_owned());
    }
    for (id, settled) in expected {
        match ours.get(id) {
            None => return Some(format!("fill {id} has no row")),
            Some(row) if !row.is_sound => return Some(format!("fill {id} has the row of another site, step or owner")),
            Some(row) if row != settled => {
                return Some(format!("fill {id}: {} in its row, {} by the clearing", words(row), words(settled)));
            }
            Some(_) => {}
        }
    }
    let more = ours.keys().find(|id| !expected.contains_key(id))?;
    Some(format!("fill {more} is in the rows, and the clearing has none"))
}

fn words(fill: &Settled) -> String {
    let Settled { zone, quantity_wh, price_ueur_per_kwh, amount_ueur, .. } = fill;
    format!("{quantity_wh} Wh at {price_ueur_per_kwh} µ€/kWh in zone {zone} for {amount_ueur} µ€")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(amount_ueur: u128) -> Settled {
        Settled { zone: ZoneId(1), quantity_wh: 10, price_ueur_per_kwh: 100_000, amount_ueur, is_sound: true }
    }

    fn found(rows: &[(u64, Settled)], expected: &[(u64, Settled)]) -> Option<String> {
        let rows: Vec<_> = rows.iter().map(|(id, fill)| (OrderStepId(*id), *fill)).collect();
        first_difference(&rows, &expected.iter().map(|(id, fill)| (OrderStepId(*id), *fill)).collect())
    }

    #[test]
    fn equal_rows_have_no_difference() {
        assert_eq!(found(&[(2, fill(5)), (1, fill(4))], &[(1, fill(4)), (2, fill(5))]), None);
        assert_eq!(found(&[], &[]), None);
    }

    #[test]
    fn exchanged_amounts_are_found_though_sums_agree() {
        let words = found(&[(1, fill(5)), (2, fill(4))], &[(1, fill(4)), (2, fill(5))]).expect("a difference");
        assert!(words.contains("fill 1") && words.contains("for 5 µ€") && words.contains("for 4 µ€"), "{words}");
    }

    #[test]
    fn a_fill_too_many_too_few_or_twice_is_found() {
        assert_eq!(found(&[], &[(1, fill(4))]).as_deref(), Some("fill 1 has no row"));
        assert!(found(&[(1, fill(4))], &[]).is_some_and(|words| words.contains("has none")));
        assert!(found(&[(1, fill(4)), (1, fill(4))], &[(1, fill(4))]).is_some_and(|words| words.contains("twice")));
    }

    #[test]
    fn a_row_of_another_owner_is_found() {
        let other = Settled { is_sound: false, ..fill(4) };
        assert!(found(&[(1, other)], &[(1, fill(4))]).is_some_and(|words| words.contains("owner")));
    }
}
