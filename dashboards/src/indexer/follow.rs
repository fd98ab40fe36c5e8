//! One step after another along the chain: first everything that is final, then the best chain above it.
//!
//! It keeps no truth of its own: after any error the caller begins again with what the database says.

use super::{
    head::NodeHead,
    metrics::IndexerMetrics,
    rows::{BlockId, BlockRows},
    shard,
    source::{Source, SourceError},
    sync_state::{Place, SyncState, WriteError, describe, sync_state},
    write,
};
use crate::markets::Markets;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use sqlx::PgConnection;
use std::collections::VecDeque;

/// Number of blocks that are asked for at once while catching up.
const FETCH_AHEAD: usize = 8;
/// A transaction takes blocks until it has so many of them, or of their rows, or of their bytes.
const MAX_BLOCKS: usize = 500;
const MAX_ROWS: usize = 20_000;
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The unfinalised chain is shown so far above the cursor; if finality stands still, it is not followed for ever.
const MAX_TAIL: u32 = 256;
/// Maximum number of blocks of the tail that are written at once.
const TAIL_BLOCKS: usize = 16;
/// Blocks of the tail that are remembered until they are final, so that they need not be read twice.
const MAX_RECENT: usize = 32;

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The node.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The database.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// What was final is not any more: this is another chain, or the same one started anew.
    #[error(
        "the database's {indexed} is not on the node's finalised chain: if the chain was started anew, use another \
         database, or `deren-dashboards rebuild`"
    )]
    Diverged {
        /// The cursor.
        indexed: BlockId,
    },
}

/// Follows one source into one database.
#[derive(Debug)]
pub struct Follower<S> {
    source: S,
    connection: PgConnection,
    markets: Markets,
    state: SyncState,
    recent: VecDeque<BlockRows>,
    metrics: IndexerMetrics,
    head: NodeHead,
}

impl<S: Source> Follower<S> {
    /// Begins where the database stands. The connection finds the tables without their schema.
    pub async fn begin(source: S, connection: PgConnection, metrics: IndexerMetrics) -> Result<Self, FollowError> {
        Self::begin_shard(source, connection, metrics, Markets::ALL).await
    }

    /// The same for some markets only. The database must hold these and no others, or nothing yet.
    pub async fn begin_shard(
        source: S,
        mut connection: PgConnection,
        metrics: IndexerMetrics,
        markets: Markets,
    ) -> Result<Self, FollowError> {
        describe(&mut connection, source.description(), &markets).await?;
        let state = sync_state(&mut connection).await?;
        let head = NodeHead::default();
        Ok(Self { source, connection, markets, state, recent: VecDeque::new(), metrics, head })
    }

    /// Tells `head` of each newer block that the source names.
    #[must_use]
    pub fn telling(self, head: NodeHead) -> Self {
        Self { head, ..self }
    }

    /// The chain, for those who ask more of it.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// The chain and the database between two steps.
    pub fn parts(&mut self) -> (&S, &mut PgConnection) {
        (&self.source, &mut self.connection)
    }

    /// Where the database stands.
    pub fn state(&self) -> &SyncState {
        &self.state
    }

    /// Waits until there may be something new.
    pub async fn changed(&mut self) -> Result<(), FollowError> {
        Ok(self.source.changed().await?)
    }

    /// Brings the database to where the node is now.
    pub async fn step(&mut self) -> Result<(), FollowError> {
        let finalized = self.source.finalized().await?;
        self.head.heard(finalized.number);
        self.finalize_through(finalized).await?;
        self.follow_best().await?;
        let best = self.state.tail.last().copied().or(self.state.cursor);
        self.metrics.best.set(best.map_or(0, |block| block.number.into()));
        Ok(())
    }

    async fn finalize_through(&mut self, finalized: BlockId) -> Result<(), FollowError> {
        let first = match self.state.cursor {
            None => 0,
            // A node that was restarted, or still has to catch up itself.
            Some(cursor) if finalized.number < cursor.number => return Ok(()),
            Some(cursor) if finalized.number == cursor.number => {
                return if finalized == cursor { Ok(()) } else { Err(FollowError::Diverged { indexed: cursor }) };
            }
            Some(cursor) => cursor.number.saturating_add(1),
        };
        self.metrics.lag_blocks.set((finalized.number - first + 1).into());
        let (source, recent, markets) = (&self.source, &self.recent, &self.markets);
        let mut blocks = stream::iter(first..=finalized.number)
            .map(|number| async move {
                let hash = if number == finalized.number { Some(finalized.hash) } else { source.hash(number).await? };
                let hash = hash.ok_or_else(|| SourceError::Gone(number.to_string()))?;
                match recent.iter().find(|block| block.head.id.hash == hash) {
                    Some(block) => Ok(block.clone()),
                    None => of_markets(source, BlockId { number, hash }, markets).await,
                }
            })
            .buffered(FETCH_AHEAD);
        let mut batch = Batch::default();
        while let Some(block) = blocks.try_next().await? {
            let before = batch.blocks.last().map(|block| block.head.id).or(self.state.cursor);
            match before {
                Some(before) if block.head.parent != before.hash => {
                    return Err(FollowError::Diverged { indexed: before });
                }
                _ => {}
            }
            let last = block.head.id.number == finalized.number;
            batch.push(block);
            if last || batch.is_full() {
                let place = Place { cursor: self.state.cursor, markets };
                let rows = write::finalize_of(&mut self.connection, &place, &batch.blocks).await?;
                self.state.finalized(&batch.blocks);
                self.metrics.rows.inc_by(rows);
                self.metrics.height.set(block_number(self.state.cursor));
                self.metrics.lag_blocks.set(i64::from(finalized.number) - block_number(self.state.cursor));
                batch = Batch::default();
            }
        }
        drop(blocks);
        self.recent.retain(|block| block.head.id.number > finalized.number);
        Ok(())
    }

    async fn follow_best(&mut self) -> Result<(), FollowError> {
        let Some(cursor) = self.state.cursor else { return Ok(()) };
        let mut best = self.source.best().await?;
        self.head.heard(best.number);
        let highest = cursor.number.saturating_add(MAX_TAIL);
        if best.number > highest {
            let Some(hash) = self.source.hash(highest).await? else { return Ok(()) };
            best = BlockId { number: highest, hash };
        }
        if best.number <= cursor.number || self.state.tail.last() == Some(&best) {
            return Ok(());
        }
        // From the best block down to one that we have.
        let mut new = vec![best];
        let mut block = best;
        let kept = loop {
            let parent = self.source.parent(block).await?;
            let number = block.number.saturating_sub(1);
            if number <= cursor.number {
                if parent != cursor.hash {
                    // The node's best chain does not continue what it has finalised since we asked: next time.
                    return Ok(());
                }
                break 0;
            }
            block = BlockId { number, hash: parent };
            if let Some(place) = self.state.tail.iter().position(|known| *known == block) {
                break place + 1;
            }
            new.push(block);
        };
        let replaced = self.state.tail.split_off(kept);
        let mut forked_at = replaced.first().map(|block| block.number);
        self.metrics.forked_blocks.inc_by(replaced.len() as u64);
        new.reverse();
        for some in new.chunks(TAIL_BLOCKS) {
            let (source, markets) = (&self.source, &self.markets);
            let blocks = stream::iter(some).map(|id| of_markets(source, *id, markets)).buffered(FETCH_AHEAD);
            let blocks: Vec<BlockRows> = blocks.try_collect().await?;
            let place = Place { cursor: self.state.cursor, markets };
            write::extend_tail_of(&mut self.connection, &place, forked_at.take(), &blocks).await?;
            self.state.tail.extend(some);
            self.remember(blocks);
        }
        Ok(())
    }

    fn remember(&mut self, blocks: Vec<BlockRows>) {
        self.recent.extend(blocks);
        let bytes = |recent: &VecDeque<BlockRows>| recent.iter().map(BlockRows::bytes).sum::<usize>();
        while self.recent.len() > MAX_RECENT || bytes(&self.recent) > MAX_BYTES {
            self.recent.pop_front();
        }
    }
}

/// A block without what names other markets: no more than this is held.
async fn of_markets<S: Source>(source: &S, id: BlockId, markets: &Markets) -> Result<BlockRows, SourceError> {
    let mut block = source.block(id).await?;
    shard::leave_out_others(&mut block, markets);
    Ok(block)
}

impl SyncState {
    /// What [`write::finalize`] made of it.
    fn finalized(&mut self, blocks: &[BlockRows]) {
        let Some(last) = blocks.last().map(|block| block.head.id) else { return };
        match self.tail.iter().position(|block| *block == last) {
            Some(place) => drop(self.tail.drain(..=place)),
            None => self.tail.clear(),
        }
        self.cursor = Some(last);
    }
}

/// Blocks that go into one transaction.
#[derive(Debug, Default)]
struct Batch {
    blocks: Vec<BlockRows>,
    rows: usize,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, block: BlockRows) {
        self.rows += block.count();
        self.bytes += block.bytes();
        self.blocks.push(block);
    }

    fn is_full(&self) -> bool {
        self.blocks.len() >= MAX_BLOCKS || self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES
    }
}

fn block_number(block: Option<BlockId>) -> i64 {
    block.map_or(-1, |block| block.number.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indexer::rows::BlockHead;

    fn id(number: u32, fork: u8) -> BlockId {
        BlockId { number, hash: [fork; 32] }
    }

    fn block(id: BlockId, rows: u32) -> BlockRows {
        let mut block = BlockRows::new(BlockHead { id, parent: [0; 32], at_unix_ms: 0, events: rows });
        (0..rows).for_each(|index| drop(block.row("purse_changes", index).number("amount_ueur", 1)));
        block
    }

    #[test]
    fn what_is_final_leaves_the_tail_and_what_is_above_stays() {
        let mut state = SyncState { cursor: None, tail: vec![id(1, 1), id(2, 1), id(3, 1)] };
        state.finalized(&[block(id(1, 1), 0), block(id(2, 1), 0)]);
        assert_eq!(state, SyncState { cursor: Some(id(2, 1)), tail: vec![id(3, 1)] });
    }

    #[test]
    fn a_tail_on_another_fork_goes_as_a_whole() {
        let mut state = SyncState { cursor: Some(id(0, 1)), tail: vec![id(1, 1), id(2, 1)] };
        state.finalized(&[block(id(1, 9), 0)]);
        assert_eq!(state, SyncState { cursor: Some(id(1, 9)), tail: Vec::new() });
    }

    #[test]
    fn a_transaction_is_bounded_in_blocks_and_in_rows() {
        let mut batch = Batch::default();
        (0..499).for_each(|number| batch.push(block(id(number, 1), 1)));
        assert!(!batch.is_full());
        batch.push(block(id(499, 1), 0));
        assert!(batch.is_full(), "500 blocks");
        let mut batch = Batch::default();
        batch.push(block(id(0, 1), 20_000));
        assert!(batch.is_full(), "20 000 rows");
    }
}
