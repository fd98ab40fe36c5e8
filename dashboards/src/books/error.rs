//! What can be wrong with books. None of it is a client's fault but a question about a slot that is not there.

use deren_market::{ClearError, NetworkError, SettleError, file::FileError};
use deren_primitives::{MarketId, Slot};

/// Why the books cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The database refused something, or is away.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
    /// The chain was asked and did not answer.
    #[error("the chain: {0}")]
    Chain(#[from] super::reconcile::ChainError),
    /// A row says what cannot be.
    #[error("{what} = {value} in the database is impossible: rebuild it from the chain (`deren-dashboards rebuild`)")]
    Row {
        /// Table and column.
        what: &'static str,
        /// What is there.
        value: String,
    },
    /// The slot has no clearing: nothing was read in it, or it is not closed yet.
    #[error("market {market} has no cleared slot {slot}: it is not closed yet, or nothing was read in it")]
    NotCleared {
        /// The market.
        market: MarketId,
        /// The slot.
        slot: Slot,
    },
    /// The chain declared the clearing void, so it has no result.
    #[error("market {market}: the clearing of slot {slot} was voided by the chain, so it has no result")]
    Voided {
        /// The market.
        market: MarketId,
        /// The slot.
        slot: Slot,
    },
    /// The rows give other bytes than those that the chain cleared.
    #[error(
        "market {market}, slot {slot}: the {what} from the rows has the hash 0x{ours}, the chain's is 0x{chain}; rows are \
         missing or wrong: rebuild the database from the chain (`deren-dashboards rebuild`)"
    )]
    Differs {
        /// Input or outcome.
        what: &'static str,
        /// The market.
        market: MarketId,
        /// The slot.
        slot: Slot,
        /// From the rows.
        ours: String,
        /// From the chain.
        chain: String,
    },
    /// The zones of the rows are no tree.
    #[error("the zones in the database: {0}")]
    Network(#[from] NetworkError),
    /// The steps of the rows cannot be cleared.
    #[error("the orders in the database: {0}")]
    Clear(#[from] ClearError),
    /// The outcome cannot be settled.
    #[error("the settlement worked out from the database: {0}")]
    Settle(#[from] SettleError),
    /// The file could not be written.
    #[error("the file: {0}")]
    File(#[from] FileError),
    /// Work in the background ended early: the program is stopping.
    #[error("the work was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}
