//! Blocks into the database. Rows and cursor change together, and only if the database is where we think it is.
//!
//! Nothing here decides what is final or best; whoever calls does. What is written twice is refused, never overwritten.

use super::{
    put::put,
    rows::{BlockId, BlockRows, TableRows},
    shard::without_strangers,
    sync_state::{Place, WriteError, expect, expect_parent},
};
use crate::{
    db::{CHANNEL, Notice, notify},
    markets::Markets,
};
use deren_primitives::Hex;
use sqlx::{Connection as _, PgConnection, Postgres, Transaction};
use std::{collections::BTreeMap, fmt::Write as _};

/// Writes blocks that are final, each the child of the one before and the first the child of `cursor`. Blocks of the
/// tail that they replace go; so does all of the tail if it does not continue them.
pub async fn finalize(
    connection: &mut PgConnection,
    cursor: Option<BlockId>,
    blocks: &[BlockRows],
) -> Result<(), WriteError> {
    finalize_of(connection, &Place { cursor, markets: &Markets::ALL }, blocks).await.map(|_| ())
}

/// The same in a database of some markets, and how many rows it wrote. Blocks have nothing left that names another
/// market.
pub(super) async fn finalize_of(
    connection: &mut PgConnection,
    place: &Place<'_>,
    blocks: &[BlockRows],
) -> Result<u64, WriteError> {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(0) };
    let mut transaction = connection.begin().await?;
    let written = write_final(&mut transaction, place, blocks, (first.head.id, last.head.id)).await;
    end(transaction, written).await
}

async fn write_final(
    transaction: &mut PgConnection,
    place: &Place<'_>,
    blocks: &[BlockRows],
    (first, last): (BlockId, BlockId),
) -> Result<u64, WriteError> {
    expect(transaction, place, "FOR UPDATE").await?;
    let rows = put_blocks(transaction, blocks, None, place.markets).await?;
    // Of a tail on another fork nothing is worth keeping; of ours, what is above the last.
    let hash = Hex(last.hash).to_string();
    let notice = Notice::Finalized { first: first.number, number: last.number, hash };
    sqlx::query(include_str!("finalize.sql"))
        .bind(i64::from(last.number))
        .bind(last.hash.as_slice())
        .bind(CHANNEL)
        .bind(notice.payload())
        .execute(transaction)
        .await?;
    Ok(rows)
}

/// Makes the tail end with `blocks`, each the child of the one before: what stands at their numbers or above goes.
pub async fn extend_tail(
    connection: &mut PgConnection,
    cursor: Option<BlockId>,
    forked_at: Option<u32>,
    blocks: &[BlockRows],
) -> Result<(), WriteError> {
    extend_tail_of(connection, &Place { cursor, markets: &Markets::ALL }, forked_at, blocks).await
}

/// The same in a database of some markets, as [`finalize_of`].
pub(super) async fn extend_tail_of(
    connection: &mut PgConnection,
    place: &Place<'_>,
    forked_at: Option<u32>,
    blocks: &[BlockRows],
) -> Result<(), WriteError> {
    let Some(number) = forked_at.or_else(|| blocks.first().map(|block| block.head.id.number)) else { return Ok(()) };
    let mut transaction = connection.begin().await?;
    let written = write_tail(&mut transaction, place, (forked_at, number), blocks).await;
    end(transaction, written).await
}

async fn write_tail(
    transaction: &mut PgConnection,
    place: &Place<'_>,
    (forked_at, first): (Option<u32>, u32),
    blocks: &[BlockRows],
) -> Result<(), WriteError> {
    // Nobody finalises between our look and our commit.
    expect(transaction, place, "FOR SHARE").await?;
    if let Some(block) = blocks.first() {
        expect_parent(transaction, place.cursor, block).await?;
    }
    sqlx::query("DELETE FROM tail_blocks WHERE number >= $1").bind(i64::from(first)).execute(&mut *transaction).await?;
    put_blocks(transaction, blocks, Some("tail_"), place.markets).await?;
    let newest = blocks.last().map(|block| block.head.id).or(place.cursor);
    if let Some(BlockId { number, hash }) = newest {
        let hash = Hex(hash).to_string();
        notify(transaction, &Notice::Best { number, hash, forked_at }).await?;
    }
    Ok(())
}

/// Commits what was written, or takes it back at once: no lock outlives an error.
async fn end<T>(transaction: Transaction<'_, Postgres>, written: Result<T, WriteError>) -> Result<T, WriteError> {
    match written {
        Ok(written) => transaction.commit().await.map(|()| written).map_err(WriteError::from),
        Err(error) => {
            // If this fails the connection is broken, and the database takes it back by itself.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}

/// Writes blocks and their rows into the tables, or into their twins, whose rows name their block by its hash. It gives
/// how many rows of events there were.
async fn put_blocks(
    connection: &mut PgConnection,
    blocks: &[BlockRows],
    twin: Option<&str>,
    markets: &Markets,
) -> Result<u64, sqlx::Error> {
    let blocks = without_strangers(connection, blocks, twin, markets).await?;
    let mut heads = TableRows { columns: BLOCK_COLUMNS.to_vec(), ..TableRows::default() };
    let mut tables: BTreeMap<&'static str, TableRows> = BTreeMap::new();
    for block in blocks.iter() {
        push_head(&mut heads, block);
        let hash = format!("\\\\x{}\t", hex::encode(block.head.id.hash));
        for (name, rows) in &block.tables {
            let table = tables.entry(name).or_default();
            table.rows += rows.rows;
            if table.columns.is_empty() {
                table.columns.extend(twin.map(|_| "block_hash"));
                table.columns.extend(&rows.columns);
            }
            match twin {
                None => table.text.push_str(&rows.text),
                Some(_) => table.text.extend(rows.text.split_inclusive('\n').flat_map(|line| [hash.as_str(), line])),
            }
        }
    }
    let prefix = twin.unwrap_or_default();
    put(connection, &format!("{prefix}blocks"), heads).await?;
    let mut written = 0u64;
    for (name, rows) in tables {
        written += u64::from(rows.rows);
        put(connection, &format!("{prefix}{name}"), rows).await?;
    }
    Ok(written)
}

const BLOCK_COLUMNS: [&str; 5] = ["number", "hash", "parent_hash", "at_unix_ms", "events"];

fn push_head(table: &mut TableRows, block: &BlockRows) {
    let head = &block.head;
    table.rows += 1;
    // Writing into a String cannot fail.
    let _ = writeln!(
        table.text,
        "{}\t\\\\x{}\t\\\\x{}\t{}\t{}",
        head.id.number,
        hex::encode(head.id.hash),
        hex::encode(head.parent),
        head.at_unix_ms,
        head.events
    );
}
