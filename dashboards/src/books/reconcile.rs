//! Whether the rows of an era say what the chain says: Σ Wh and Σ µ€ of every slot, and the REN that was minted.
//!
//! The rows are summed from single payments, never from the chain's own sums that an event carried: those are one more
//! thing to compare. Besides, each slot's clearing is worked out again and every fill's row compared. What differs is
//! written down, logged and counted, and nothing is corrected.

mod audit;
mod chain;
mod compare;
mod metrics;
mod sums;

pub use chain::{ChainError, ChainState};
pub use compare::{EraSums, differences};
pub use metrics::ReconciliationMetrics;

use super::{
    BooksError,
    rows::{bytes32, narrow},
};
use crate::markets::Markets;
use deren_primitives::Slot;
use sqlx::PgConnection;

/// The most slots that an era may have: a year of quarter-hours, and a bound on what is asked.
const MAX_SLOTS_PER_ERA: u32 = 40_000;
/// How much of what differs is written down.
const MAX_DIFFERENCES: usize = 20;

/// What came of comparing one era.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// The era.
    pub era: u32,
    /// Its first slot.
    pub first: Slot,
    /// Its last slot.
    pub through: Slot,
    /// What differs, in words; empty if rows and chain agree.
    pub differences: Vec<String>,
    /// With what the rows were compared.
    pub against: Against,
}

/// With what rows were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The chain's state at a finalised block.
    State,
    /// In part the sums that the chain's events carried, because its state has forgotten them: it keeps a week.
    Events,
}

impl Against {
    fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Events => "events",
        }
    }
}

impl Reconciliation {
    /// True if rows and chain say the same.
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }

    /// What differs in one text, cut to what a person reads; `None` if nothing does.
    pub fn difference(&self) -> Option<String> {
        let more = self.differences.len().saturating_sub(MAX_DIFFERENCES);
        let mut words: Vec<&str> = self.differences.iter().take(MAX_DIFFERENCES).map(String::as_str).collect();
        let rest = format!("and {more} more");
        if more > 0 {
            words.push(&rest);
        }
        (!self.agrees()).then(|| words.join("; "))
    }
}

/// Compares the finalised rows of a paid era with the chain's state. It takes the state at the finalised block that
/// paid, or at a later one whose state the node still has. It writes the result into `reconciliations`, logs and counts
/// it.
///
/// The rows of that block must be in the tables already.
pub async fn reconcile<C: ChainState>(
    connection: &mut PgConnection,
    chain: &C,
    metrics: &ReconciliationMetrics,
    era: u32,
    (block_number, block_hash): (u32, [u8; 32]),
) -> Result<Reconciliation, BooksError> {
    let (slots_per_era, markets): (i64, Option<String>) =
        sqlx::query_as("SELECT slots_per_era, markets FROM parameters").fetch_one(&mut *connection).await?;
    let markets = followed(markets.as_deref())?;
    let slots_per_era: u32 = narrow("parameters.slots_per_era", slots_per_era)?;
    let slots = slots_per_era.clamp(1, MAX_SLOTS_PER_ERA);
    let first = Slot(era.saturating_mul(slots_per_era));
    let through = first.plus(slots.saturating_sub(1));
    let compared = compare(connection, chain, &markets, (era, first, through), (block_number, block_hash)).await;
    let (differences, against) = match compared {
        // A row that cannot be is a row that differs; what is away now is another matter.
        Err(error @ BooksError::Row { .. }) => (vec![error.to_string()], Against::State),
        compared => compared?,
    };
    let result = Reconciliation { era, first, through, differences, against };

    sqlx::query(
        "INSERT INTO reconciliations
             (era, first_slot, through_slot, block_number, block_hash, agrees, difference, against)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (era) DO UPDATE SET first_slot = $2, through_slot = $3, block_number = $4, block_hash = $5,
             agrees = $6, difference = $7, against = $8",
    )
    .bind(i64::from(era))
    .bind(i64::from(first.0))
    .bind(i64::from(through.0))
    .bind(i64::from(block_number))
    .bind(block_hash.as_slice())
    .bind(result.agrees())
    .bind(result.difference())
    .bind(against.name())
    .execute(connection)
    .await?;
    metrics.count(&result);
    match result.difference() {
        None => tracing::debug!(era, %first, %through, block_number, "the era's rows agree with the chain"),
        Some(difference) => {
            tracing::error!(era, %first, %through, block_number, %difference, "the era's rows differ from the chain");
        }
    }
    Ok(result)
}

/// The markets whose rows are here.
fn followed(text: Option<&str>) -> Result<Markets, BooksError> {
    let wrong = |_| BooksError::Row { what: "parameters.markets", value: text.unwrap_or_default().to_owned() };
    Markets::of_text(text).map_err(wrong)
}

/// What differs, and from what.
async fn compare<C: ChainState>(
    connection: &mut PgConnection,
    chain: &C,
    markets: &Markets,
    (era, first, through): (u32, Slot, Slot),
    (block_number, block_hash): (u32, [u8; 32]),
) -> Result<(Vec<String>, Against), BooksError> {
    let mut state = sums::of_chain(chain, markets, (era, first, through), block_hash).await?;
    let rows = sums::of_rows(connection, markets, (era, first, through)).await?;
    let paid_in: Option<i64> = sqlx::query_scalar("SELECT max(block_number) FROM eras_paid WHERE era = $1")
        .bind(i64::from(era))
        .fetch_one(&mut *connection)
        .await?;
    // The block that paid the era knows all of it; a later one may have forgotten.
    let is_later = paid_in.is_some_and(|paid_in| i64::from(block_number) > paid_in);
    let forgotten = is_later && sums::complete(connection, &mut state, era, first, through).await?;
    let mut differences = differences(&rows, &state);
    differences.extend(audit::differences(connection, first, through).await?);
    Ok((differences, if forgotten { Against::Events } else { Against::State }))
}

/// The first eras that were paid in finalised blocks and are not compared yet, oldest first, each with the block that
/// paid it.
pub async fn outstanding(
    connection: &mut PgConnection,
    at_most: u32,
) -> Result<Vec<(u32, (u32, [u8; 32]))>, BooksError> {
    let question = sqlx::query_as::<_, (i64, i64, Vec<u8>)>(
        "SELECT e.era, b.number, b.hash FROM eras_paid e JOIN blocks b ON b.number = e.block_number
         WHERE NOT EXISTS (SELECT FROM reconciliations r WHERE r.era = e.era) ORDER BY e.era LIMIT $1",
    );
    let rows = question.bind(i64::from(at_most)).fetch_all(connection).await?;
    let row = |(era, number, hash): (i64, i64, Vec<u8>)| {
        Ok((narrow("eras_paid.era", era)?, (narrow("blocks.number", number)?, bytes32("blocks.hash", &hash)?)))
    };
    rows.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests;
