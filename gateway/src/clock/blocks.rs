//! What the times of the chain's blocks say of this machine's clock. A block can reach us late, never early; so the
//! nearest of the last few counts.

use super::drift_ms;
use std::collections::VecDeque;

const BLOCKS_KEPT: usize = 16;
/// Fewer say nothing against a clock.
const BLOCKS_TO_DISPUTE: usize = 4;
/// Older ones say nothing any more against a clock.
const DISPUTE_WITHIN_MS: u64 = 600_000;
/// A block takes this long to reach us, and the clocks of those who make blocks differ by as much.
const ON_THE_WAY_MS: u64 = 2_000;

/// The newest blocks seen, oldest first.
#[derive(Debug, Default)]
pub(super) struct Blocks(VecDeque<Block>);

#[derive(Clone, Copy, Debug)]
struct Block {
    block_ms: u64,
    /// Between its time and ours when it came.
    distance_ms: u64,
    /// When it came, since the machine's start.
    boot_ms: u64,
}

impl Blocks {
    /// A block of this time came at these times by the wall clock and since the machine's start.
    pub(super) fn see(&mut self, block_ms: u64, wall_ms: u64, boot_ms: u64) {
        if self.0.len() == BLOCKS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Block { block_ms, distance_ms: wall_ms.abs_diff(block_ms), boot_ms });
    }

    /// Bound on the clock's error, if the chain's is right.
    pub(super) fn error_ms(&self, boot_ms: u64) -> Option<u64> {
        let bound = |block: &Block| block.distance_ms.saturating_add(drift_ms(boot_ms, block.boot_ms));
        self.0.iter().map(bound).min()
    }

    /// How far the clock is from all recent blocks, if that is more than its own error and the time between blocks.
    /// Blocks that come in a rush are of a node that is catching up: they are old, and no witnesses.
    pub(super) fn dispute(&self, own_error_ms: u64, boot_ms: u64) -> Option<u64> {
        let recent: Vec<&Block> =
            self.0.iter().filter(|block| boot_ms.saturating_sub(block.boot_ms) <= DISPUTE_WITHIN_MS).collect();
        let (first, last) = (recent.first()?, recent.last()?);
        let intervals = u64::try_from(recent.len().saturating_sub(1)).unwrap_or(u64::MAX);
        if recent.len() < BLOCKS_TO_DISPUTE {
            return None;
        }
        let (here_ms, there_ms) =
            (last.boot_ms.saturating_sub(first.boot_ms), last.block_ms.saturating_sub(first.block_ms));
        let in_step = there_ms > 0 && here_ms.abs_diff(there_ms) <= here_ms.max(there_ms) / 2;
        let interval_ms = there_ms.checked_div(intervals)?;
        let apart_ms = recent.iter().map(|block| block.distance_ms).min()?;
        let allowed_ms = own_error_ms.saturating_add(interval_ms).saturating_add(ON_THE_WAY_MS);
        (in_step && apart_ms > allowed_ms).then_some(apart_ms)
    }
}
