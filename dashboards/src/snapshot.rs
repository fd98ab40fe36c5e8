//! What one indexer has made of the chain, carried to another in a file. It has the finalised rows of some markets, and
//! the block up to which they go. So an indexer can begin although its node has old states no more.
//!
//! The importer's node says whether the last block is the chain's own; the rows are the word of whoever made the file.
//! Era by era the books are compared with the chain afterwards, as always. The other's comparisons stay with it.

mod export;
mod file;
mod import;

pub use export::export;
pub use file::{Reader, Writer};
pub use import::import;

use crate::indexer::{BlockId, SourceError, WriteError, shard::event_tables};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The form of the file; another number is another form.
const FORM: u32 = 1;
/// The blocks themselves; every other table is one of events.
const BLOCKS: (&str, [&str; 5]) = ("blocks", ["number", "hash", "parent_hash", "at_unix_ms", "events"]);

/// What stands at the beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The form of what follows.
    deren_snapshot: u32,
    /// Which chain, for people.
    pub chain: String,
    /// Its first block's hash, in hexadecimal.
    pub genesis_hash: String,
    /// The markets whose rows are there, as 3,7,20-40; none: all.
    pub markets: Option<String>,
    /// The last block.
    pub block: u32,
    /// Its hash, in hexadecimal.
    pub block_hash: String,
    /// The tables with their columns: rows come as the tables were.
    tables: BTreeMap<String, Vec<String>>,
}

/// What was carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The last block.
    pub through: BlockId,
    /// Rows of events.
    pub rows: u64,
}

/// Why nothing was carried.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The database refused something, or is away.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables could not be made or put in place.
    #[error(transparent)]
    Tables(#[from] crate::db::DbError),
    /// The node was asked and did not answer.
    #[error(transparent)]
    Node(#[from] SourceError),
    /// The chain cannot be noted.
    #[error(transparent)]
    Describe(#[from] WriteError),
    /// The file cannot be read or written.
    #[error("the snapshot's file: {0}")]
    File(#[from] std::io::Error),
    /// There is nothing to carry.
    #[error("the database holds no finalised block yet: nothing can be exported")]
    Empty,
    /// Markets that are not there.
    #[error("the database holds {known}, and not all of {asked}: name some of those that it holds with --markets")]
    NotHere {
        /// The database's.
        known: String,
        /// Those that were asked for.
        asked: String,
    },
    /// It ends too early.
    #[error("the snapshot is cut off: copy it again; nothing was changed")]
    Cut,
    /// It is not what was written.
    #[error("the snapshot is damaged, or is none ({0}): copy it again; nothing was changed")]
    Damaged(String),
    /// Rows of other tables.
    #[error(
        "the snapshot was made by another version of this program ({0}): export it with the version that imports it; \
         nothing was changed"
    )]
    OtherVersion(String),
    /// Another chain's.
    #[error(
        "the snapshot is of the chain {theirs} (genesis {their_genesis}), and the node's is {ours} (genesis \
         {our_genesis}); nothing was changed"
    )]
    OtherChain {
        /// The file's.
        theirs: String,
        /// Its first block.
        their_genesis: String,
        /// The node's.
        ours: String,
        /// Its first block.
        our_genesis: String,
    },
    /// Other markets than the settings follow.
    #[error(
        "the snapshot has {theirs}, and the settings follow {ours}: export it with --markets, or change `markets`; \
         nothing was changed"
    )]
    OtherMarkets {
        /// The file's.
        theirs: String,
        /// Those of the settings.
        ours: String,
    },
    /// The node has not come so far.
    #[error(
        "the snapshot goes up to {last}, and the node has finalised block {finalized} only: wait until it has caught \
         up; nothing was changed"
    )]
    Ahead {
        /// The file's last block.
        last: BlockId,
        /// The node's.
        finalized: u32,
    },
    /// Its last block was never final on the node's chain.
    #[error(
        "the snapshot's last {0} is not on the node's chain: take one of an indexer of this chain; nothing was changed"
    )]
    Foreign(BlockId),
}

/// All tables of a snapshot with their columns, in the order in which they come.
fn tables() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let (blocks, columns) = BLOCKS;
    std::iter::once((blocks, columns.to_vec())).chain(event_tables())
}

/// The tables as a header names them.
fn named_tables() -> BTreeMap<String, Vec<String>> {
    tables().map(|(table, columns)| (table.to_owned(), columns.into_iter().map(str::to_owned).collect())).collect()
}

/// Lets values be written and read alike on both sides, and a table take as long as it takes.
async fn prepare(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let settings =
        "SET statement_timeout = 0; SET TIME ZONE 'UTC'; SET datestyle = 'ISO, YMD'; SET bytea_output = 'hex'";
    sqlx::raw_sql(settings).execute(connection).await.map(|_| ())
}
