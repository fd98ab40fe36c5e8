//! Where the database stands: which chain it holds, how far, and what has to be so before anything is written.

use super::{
    rows::{BlockId, BlockRows},
    source::ChainDescription,
};
use crate::markets::Markets;
use deren_primitives::Hex;
use sqlx::{Connection as _, PgConnection};

/// The fungible asset that stands for euros has this id in DeREN's runtime.
pub const EUR_ASSET_ID: u32 = 1;

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
    /// The database holds other markets than those that are followed.
    #[error(
        "the database holds {known}, and the settings follow {asked}: set `markets` as it was, or make it again for \
         these, with `deren-dashboards rebuild` from an archive node or `deren-dashboards snapshot import` from another \
         indexer"
    )]
    OtherMarkets {
        /// The database's.
        known: String,
        /// Those of the settings.
        asked: String,
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
pub struct SyncState {
    /// The newest finalised block; `None`: not even the first.
    pub cursor: Option<BlockId>,
    /// Blocks of the best chain above it, in order.
    pub tail: Vec<BlockId>,
}

/// What somebody who writes takes to be in the database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'m> {
    /// The newest finalised block.
    pub(super) cursor: Option<BlockId>,
    /// The markets that are followed.
    pub(super) markets: &'m Markets,
}

/// Notes what chain this is and which markets of it are followed, or makes sure that both are as they were noted.
pub(crate) async fn describe(
    connection: &mut PgConnection,
    chain: &ChainDescription,
    markets: &Markets,
) -> Result<(), WriteError> {
    let parameters = &chain.parameters;
    sqlx::query(
        "INSERT INTO parameters (genesis_hash, chain_name, slot_seconds, slot_energy_seconds, grace_seconds,
             grace_blocks, slots_per_era, development, ss58_prefix, eur_asset_id, markets)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
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
    .bind(i64::from(EUR_ASSET_ID))
    .bind(markets.text())
    .execute(&mut *connection)
    .await?;
    let known: (Vec<u8>, String, Option<String>) =
        sqlx::query_as("SELECT genesis_hash, chain_name, markets FROM parameters").fetch_one(connection).await?;
    if known.0 == chain.genesis {
        return expect_markets(known.2.as_deref(), markets);
    }
    Err(WriteError::OtherChain {
        known: known.1,
        known_genesis: known.0,
        other: chain.name.clone(),
        other_genesis: chain.genesis,
    })
}

/// Where the database stands now.
pub async fn sync_state(connection: &mut PgConnection) -> Result<SyncState, WriteError> {
    let mut transaction = connection.begin().await?;
    let cursor = cursor(&mut transaction).await?;
    let tail: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, hash FROM tail_blocks ORDER BY number").fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    let tail = tail.into_iter().map(|row| block_id("tail_blocks", row)).collect::<Result<_, _>>()?;
    Ok(SyncState { cursor, tail })
}

/// The newest finalised block in the tables.
pub(crate) async fn cursor(connection: &mut PgConnection) -> Result<Option<BlockId>, WriteError> {
    let row = sqlx::query_as("SELECT height, hash FROM cursor").fetch_optional(connection).await?;
    row.map(|row| block_id("cursor", row)).transpose()
}

/// A rebuild for other markets may have taken the place of the tables that we began with.
fn expect_markets(known: Option<&str>, markets: &Markets) -> Result<(), WriteError> {
    let corrupt = |error: crate::markets::MarketsError| WriteError::Corrupt {
        table: "parameters",
        value: format!("markets {known:?} ({error})"),
    };
    let known = Markets::of_text(known).map_err(corrupt)?;
    match known == *markets {
        true => Ok(()),
        false => Err(WriteError::OtherMarkets { known: known.words(), asked: markets.words() }),
    }
}

/// Makes sure that the database is where the caller thinks it is. By this lock it stays there until the end of the
/// transaction.
pub(super) async fn expect(connection: &mut PgConnection, place: &Place<'_>, lock: &str) -> Result<(), WriteError> {
    let statement = format!("SELECT height, hash, (SELECT markets FROM parameters) FROM cursor {lock}");
    let row: Option<(i64, Vec<u8>, Option<String>)> =
        sqlx::query_as(sqlx::AssertSqlSafe(statement)).fetch_optional(connection).await?;
    if let Some((_, _, markets)) = &row {
        expect_markets(markets.as_deref(), place.markets)?;
    }
    let found = row.map(|(height, hash, _)| block_id("cursor", (height, hash))).transpose()?;
    if found == place.cursor {
        return Ok(());
    }
    Err(WriteError::Moved { found: words(found), expected: words(place.cursor) })
}

/// Makes sure that the block's parent is in the tail, or is the cursor.
pub(super) async fn expect_parent(
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
    let corrupt = || WriteError::Corrupt { table, value: format!("block {number}, {}", Hex(&hash)) };
    let number = u32::try_from(number).map_err(|_| corrupt())?;
    let hash = hash.as_slice().try_into().map_err(|_| corrupt())?;
    Ok(BlockId { number, hash })
}
