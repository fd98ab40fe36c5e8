//! Settlement data for a grid operator, to the Wh and to the µ€. It says what each grid meter measured, which part of
//! it was traded at which price, and which part is left to its supplier.
//!
//! The energies of all rows of a meter and direction add up to what it measured. Rows with a `settlement_id` add up to
//! what the chain settled: `import` amounts are what buyers paid, and all others together are the same sum. A stream
//! holds one page in memory, and no connection while its reader is slow.

mod csv;
mod load;
mod page;

pub use csv::HEADER;
pub use page::{Clock, Direction, Fill, GridReading, Page, Payment, PaymentKind, Row, rows};

use super::BooksError;
use bytes::Bytes;
use deren_primitives::{MarketId, SiteId, Slot};
use futures::{Stream, stream};
use sqlx::PgPool;

/// How many rows a page should have; a single slot may have more.
const ROWS_A_PAGE: usize = 8_000;
/// The most slots of a page, at first and ever.
const FIRST_SLOTS: u32 = 4;
const MOST_SLOTS: u32 = 2_000;

/// What is exported.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The market.
    pub market: MarketId,
    /// Only these sites, and no payments but theirs; `None`: everything.
    pub sites: Option<Vec<SiteId>>,
    /// The first slot, and the first that is not exported any more.
    pub slots: (Slot, Slot),
    /// How long a slot is.
    pub clock: Clock,
}

struct Reader {
    pool: PgPool,
    scope: Scope,
    next: u32,
    slots: u32,
}

/// The whole export as CSV (RFC 4180), page by page, beginning with the header.
pub fn csv(pool: PgPool, scope: Scope) -> impl Stream<Item = Result<Bytes, BooksError>> + Send + 'static {
    let next = scope.slots.0.0;
    let reader = Reader { pool, scope, next, slots: FIRST_SLOTS };
    let header = stream::once(async { Ok(Bytes::from_static(HEADER.as_bytes())) });
    futures::StreamExt::chain(header, stream::try_unfold(reader, next_page))
}

async fn next_page(mut reader: Reader) -> Result<Option<(Bytes, Reader)>, BooksError> {
    let end = reader.scope.slots.1.0;
    while reader.next < end {
        let to = reader.next.saturating_add(reader.slots).min(end);
        let page = load::page(&reader.pool, &reader.scope, (Slot(reader.next), Slot(to))).await?;
        let rows = rows(page);
        reader.next = to;
        reader.slots = slots_of_next_page(reader.slots, rows.len());
        if !rows.is_empty() {
            return Ok(Some((csv::write(&rows, reader.scope.clock).into(), reader)));
        }
    }
    Ok(None)
}

/// How many slots would have given a full page, within bounds and at most four times as many as before.
fn slots_of_next_page(slots: u32, rows: usize) -> u32 {
    let most = slots.saturating_mul(4).min(MOST_SLOTS);
    let full = u64::from(slots).saturating_mul(ROWS_A_PAGE as u64).checked_div(rows as u64);
    full.map_or(most, |full| u32::try_from(full).unwrap_or(u32::MAX).clamp(1, most))
}

#[cfg(test)]
mod tests;
