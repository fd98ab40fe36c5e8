//! Where blocks come from. The follower knows a chain only through this, so that tests can give it one that forks at
//! will.

use super::{
    events::DecodeError,
    rows::{BlockId, BlockRows},
};
use deren_primitives::ChainParameters;
use std::future::Future;

/// A chain's description of itself; it never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainDescription {
    /// The first block's hash.
    pub genesis: [u8; 32],
    /// The chain's name.
    pub name: String,
    /// What was set at genesis.
    pub parameters: ChainParameters,
    /// The first bytes of its addresses.
    pub ss58_prefix: u16,
}

/// Why a source gave no block.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The node is away, or refused.
    #[error("the node did not answer {what}: {reason}")]
    Node {
        /// What was asked.
        what: String,
        /// Why there is no answer.
        reason: String,
    },
    /// The node does not keep old states, and an old one is needed.
    #[error(
        "the node has no state of block {block} any more ({reason}){}: follow a node that runs with \
         --state-pruning=archive, or import another indexer's snapshot that ends where this node has states \
         (`deren-dashboards snapshot import`)",
        from.map_or_else(String::new, |from| format!("; it has states from block {from} on"))
    )]
    Pruned {
        /// Which block.
        block: u32,
        /// The first block of which it has a state; `None` if it did not say.
        from: Option<u32>,
        /// What the node said.
        reason: String,
    },
    /// A block that was named a moment ago is unknown now: it was on a fork that is gone, or the node was restarted.
    #[error("the node does not know block {0} any more")]
    Gone(String),
    /// The block's contents cannot be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// A chain as one node sees it.
pub trait Source: Sync {
    /// What the chain says of itself.
    fn description(&self) -> &ChainDescription;

    /// The newest finalised block.
    fn finalized(&self) -> impl Future<Output = Result<BlockId, SourceError>> + Send;

    /// The newest block of the best chain.
    fn best(&self) -> impl Future<Output = Result<BlockId, SourceError>> + Send;

    /// The hash of a block of the best chain; `None` if it is not as long.
    fn hash(&self, number: u32) -> impl Future<Output = Result<Option<[u8; 32]>, SourceError>> + Send;

    /// The hash of a block's parent.
    fn parent(&self, block: BlockId) -> impl Future<Output = Result<[u8; 32], SourceError>> + Send;

    /// A block with all its rows.
    fn block(&self, block: BlockId) -> impl Future<Output = Result<BlockRows, SourceError>> + Send;

    /// Waits until there may be something new.
    fn changed(&mut self) -> impl Future<Output = Result<(), SourceError>> + Send;
}
