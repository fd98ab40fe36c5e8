//! Follows the chain into the database: finalised blocks for good, the best chain above them until it is finalised or
//! forked away.
//!
//! A crash anywhere, a replay and a fork leave what a clean run leaves. Rows and cursor change in one transaction,
//! which names the cursor that it starts from. It never writes what is not on chain, and never sends anything to it.

mod events;
mod follow;
mod head;
mod metrics;
mod node;
mod put;
mod rows;
mod session;
pub mod shard;
mod source;
mod sync_state;
mod write;

pub use events::{Cell, ColumnValue, DECLARED_EVENTS, Declaration, DecodeError, EventReader, Kind};
pub use follow::{FollowError, Follower};
pub use head::NodeHead;
pub use metrics::IndexerMetrics;
pub use node::Node;
pub use put::put;
pub use rows::{BlockHead, BlockId, BlockRows, Row, TableRows};
pub use session::{Indexer, IndexerError};
pub use source::{ChainDescription, Source, SourceError};
pub use sync_state::{EUR_ASSET_ID, SyncState, WriteError};
pub(crate) use sync_state::{cursor, describe};
pub use write::{extend_tail, finalize};
