//! Blocks into the database. Rows and cursor change together, and only if the database is where we think it is.
//!
//! Nothing here decides what is final or best; whoever calls does. What is written twice is refused, never overwritten.

use super::{
    rows::{BlockId, BlockRows, TableRows},
    source::ChainDescription,
};
use crate::db::{Notice, notify};
use sqlx::{Connection, PgConnection};
use std::{collections::BTreeMap, fmt::Write as _};

/// The fungible asset that stands for euros has this id in DeREN's runtime.
const EUR_ASSET_ID: i64 = 1;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database is away, or refused.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// Somebody else has written meanwhile, or a commit arrived of which we heard nothing: read the cursor again.
    #[error("the database is at {found}, not at {expected}")]
    Moved {
        /// Where it is.
        found: String,
        /// Where it should be.
        expected: String,
    },
    /// The database holds another chain.
    #[error(
        "the database holds the chain {known} (genesis 0x{}), the node's is {other} (genesis 0x{}): use another database, \
         or `deren-dashboards rebuild`",
        hex::encode(known_genesis),
        hex::encode(other_genesis)
    )]
    OtherChain {
        /// The database's.
        known: String,
        /// Its first block.
        known_genesis: Vec<u8>,
        /// The node's.
        other: String,
        /// Its first block.
        other_genesis: [u8; 32],
    },
    /// A row holds something impossible.
    #[error("{table} holds {value}, which cannot be: `deren-dashboards rebuild` makes it again")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// What it holds.
        value: String,
    },
}

/// Where the database stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The newest finalised block; `None`: not even the first.
    pub cursor: Option<BlockId>,
    /// Blocks of the best chain above it, in order.
    pub tail: Vec<BlockId>,
}

/// Notes what chain this is, or makes sure that it is the one that was noted.
pub async fn describe(connection: &mut PgConnection, chain: &ChainDescription) -> Result<(), WriteError> {
    let parameters = &chain.parameters;
    sqlx::query(
        "INSERT INTO parameters (genesis_hash, chain_name, slot_seconds, slot_energy_seconds, grace_seconds,
             grace_blocks, slots_per_era, development, ss58_prefix, eur_asset_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(chain.genesis.as_slice())
    .bind(&chain.name)
    .bind(i64::from(parameters.slot_seconds))
    .bind(i64::from(parameters.slot_energy_seconds))
    .bind(i64::from(parameters.grace_seconds))
    .bind(i64::from(parameters.grace_blocks))
    .bind(i64::from(parameters.slots_per_era))
    .bind(parameters.development)
    .bind(i64::from(chain.ss58_prefix))
    .bind(EUR_ASSET_ID)
    .execute(&mut *connection)
    .await?;
    let known: (Vec<u8>, String) =
        sqlx::query_as("SELECT genesis_hash, chain_name FROM parameters").fetch_one(connection).await?;
    if known.0 == chain.genesis {
        return Ok(());
    }
    Err(WriteError::OtherChain {
        known: known.1,
        known_genesis: known.0,
        other: chain.name.clone(),
        other_genesis: chain.genesis,
    })
}

/// Where the database stands now.
pub async fn standing(connection: &mut PgConnection) -> Result<Standing, WriteError> {
    let mut transaction = connection.begin().await?;
    let cursor = cursor(&mut transaction, "").await?;
    let tail: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, hash FROM tail_blocks ORDER BY number").fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    let tail = tail.into_iter().map(|row| block_id("tail_blocks", row)).collect::<Result<_, _>>()?;
    Ok(Standing { cursor, tail })
}

/// Writes blocks that are final, each the child of the one before and the first the child of `cursor`. Blocks of the
/// tail that they replace go; so does all of the tail if it does not continue them.
pub async fn finalize(
    connection: &mut PgConnection,
    cursor: Option<BlockId>,
    blocks: &[BlockRows],
) -> Result<(), WriteError> {
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(()) };
    let last = last.head.id;
    let mut transaction = connection.begin().await?;
    expect_cursor(&mut transaction, cursor, "FOR UPDATE").await?;
    let mut tables: BTreeMap<&'static str, TableRows> = BTreeMap::new();
    let mut heads = TableRows { columns: BLOCK_COLUMNS.to_vec(), ..TableRows::default() };
    for block in blocks {
        push_head(&mut heads, block);
        for (name, rows) in &block.tables {
            let table = tables.entry(name).or_default();
            table.columns.clone_from(&rows.columns);
            table.text.push_str(&rows.text);
        }
    }
    copy(&mut transaction, "blocks", &heads.columns, heads.text.into_bytes()).await?;
    for (name, rows) in tables {
        copy(&mut transaction, name, &rows.columns, rows.text.into_bytes()).await?;
    }
    // Of a tail on another fork nothing is worth keeping; of ours, what is above the last.
    sqlx::query(
        "DELETE FROM tail_blocks WHERE number <= $1
             OR NOT EXISTS (SELECT FROM tail_blocks WHERE number = $1 AND hash = $2)",
    )
    .bind(i64::from(last.number))
    .bind(last.hash.as_slice())
    .execute(&mut *transaction)
    .await?;
    sqlx::query(
        "INSERT INTO cursor (height, hash) VALUES ($1, $2)
         ON CONFLICT (only_one) DO UPDATE SET height = $1, hash = $2",
    )
    .bind(i64::from(last.number))
    .bind(last.hash.as_slice())
    .execute(&mut *transaction)
    .await?;
    let notice = Notice::Finalized {
        first: first.head.id.number,
        number: last.number,
        hash: format!("0x{}", hex::encode(last.hash)),
    };
    notify(&mut transaction, &notice).await?;
    Ok(transaction.commit().await?)
}

/// Makes the tail end with `blocks`, each the child of the one before: what stands at their numbers or above goes.
pub async fn extend_tail(
    connection: &mut PgConnection,
    cursor: Option<BlockId>,
    forked_at: Option<u32>,
    blocks: &[BlockRows],
) -> Result<(), WriteError> {
    let Some(number) = forked_at.or_else(|| blocks.first().map(|block| block.head.id.number)) else { return Ok(()) };
    let mut transaction = connection.begin().await?;
    // Nobody finalises between our look and our commit.
    expect_cursor(&mut transaction, cursor, "FOR SHARE").await?;
    if let Some(first) = blocks.first() {
        expect_parent(&mut transaction, cursor, first).await?;
    }
    sqlx::query("DELETE FROM tail_blocks WHERE number >= $1")
        .bind(i64::from(number))
        .execute(&mut *transaction)
        .await?;
    for block in blocks {
        let mut head = TableRows { columns: BLOCK_COLUMNS.to_vec(), ..TableRows::default() };
        push_head(&mut head, block);
        copy(&mut transaction, "tail_blocks", &head.columns, head.text.into_bytes()).await?;
        let hash = format!("\\\\x{}\t", hex::encode(block.head.id.hash));
        for (name, rows) in &block.tables {
            let columns: Vec<&str> = ["block_hash"].into_iter().chain(rows.columns.iter().copied()).collect();
            let text: String = rows.text.split_inclusive('\n').flat_map(|line| [hash.as_str(), line]).collect();
            copy(&mut transaction, &format!("tail_{name}"), &columns, text.into_bytes()).await?;
        }
    }
    let newest = blocks.last().map(|block| block.head.id).or(cursor);
    if let Some(BlockId { number, hash }) = newest {
        let hash = format!("0x{}", hex::encode(hash));
        notify(&mut transaction, &Notice::Best { number, hash, forked_at }).await?;
    }
    Ok(transaction.commit().await?)
}

const BLOCK_COLUMNS: [&str; 5] = ["number", "hash", "parent_hash", "at_unix_ms", "events"];

fn push_head(table: &mut TableRows, block: &BlockRows) {
    let head = &block.head;
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

async fn copy(connection: &mut PgConnection, table: &str, columns: &[&str], text: Vec<u8>) -> Result<(), sqlx::Error> {
    let mut copy = connection.copy_in_raw(&format!("COPY {table} ({}) FROM STDIN", columns.join(", "))).await?;
    match copy.send(text).await {
        Ok(_) => copy.finish().await.map(|_| ()),
        // The connection is broken then, and says why.
        Err(error) => Err(error),
    }
}

async fn cursor(connection: &mut PgConnection, lock: &str) -> Result<Option<BlockId>, WriteError> {
    let statement = format!("SELECT height, hash FROM cursor {lock}");
    let row = sqlx::query_as(sqlx::AssertSqlSafe(statement)).fetch_optional(connection).await?;
    row.map(|row| block_id("cursor", row)).transpose()
}

async fn expect_cursor(connection: &mut PgConnection, expected: Option<BlockId>, lock: &str) -> Result<(), WriteError> {
    let found = cursor(connection, lock).await?;
    if found == expected {
        return Ok(());
    }
    Err(WriteError::Moved { found: words(found), expected: words(expected) })
}

/// Makes sure that the block's parent is in the tail, or is the cursor.
async fn expect_parent(
    connection: &mut PgConnection,
    cursor: Option<BlockId>,
    block: &BlockRows,
) -> Result<(), WriteError> {
    let expected = BlockId { number: block.head.id.number.saturating_sub(1), hash: block.head.parent };
    if cursor == Some(expected) {
        return Ok(());
    }
    let row = sqlx::query_as("SELECT number, hash FROM tail_blocks WHERE number = $1")
        .bind(i64::from(expected.number))
        .fetch_optional(connection)
        .await?;
    match row.map(|row| block_id("tail_blocks", row)).transpose()? {
        Some(found) if found == expected => Ok(()),
        found => Err(WriteError::Moved { found: words(found), expected: expected.to_string() }),
    }
}

fn words(block: Option<BlockId>) -> String {
    block.map_or_else(|| "nothing".to_owned(), |block| block.to_string())
}

fn block_id(table: &'static str, (number, hash): (i64, Vec<u8>)) -> Result<BlockId, WriteError> {
    let corrupt = || WriteError::Corrupt { table, value: format!("block {number}, 0x{}", hex::encode(&hash)) };
    let number = u32::try_from(number).map_err(|_| corrupt())?;
    let hash = hash.as_slice().try_into().map_err(|_| corrupt())?;
    Ok(BlockId { number, hash })
}
