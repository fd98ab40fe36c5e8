//! How authors wait while finality lags. Blocks that nobody finalises help nobody. Each is one more to vote on, to
//! keep, and to lose if the other side of a split wins.

use deren_runtime::BlockNumber;
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;

/// Unfinalised blocks before anyone waits: two and a half minutes, longer than any validator's restart.
const SLACK_BLOCKS: BlockNumber = 50;
/// How many blocks later the wait grows by one slot.
const BLOCKS_PER_STEP: BlockNumber = 10;
/// The longest wait: a block comes every 15 slots then, which is 45 seconds.
const LONGEST_WAIT_SLOTS: BlockNumber = 14;

/// There is no wait up to 50 unfinalised blocks. Then it is one slot more every 10 blocks, up to 14 slots at 190
/// blocks, some 55 minutes after finality stopped. Six hours without finality (7 200 slots) make 596 blocks instead of
/// 7 200, and 1 200 blocks take thirteen and a half hours. A reading that names a block of before as its anchor stays
/// good for that time. Twenty blocks still come within each quarter of an hour. They have room for some 100 000
/// readings, more than the largest chain measures in it. The 40 blocks after which a slot closes take half an hour.
///
/// A chain with one validator finalises each block before the next one, so it never waits.
pub fn waits() -> BackoffAuthoringOnFinalizedHeadLagging<BlockNumber> {
    BackoffAuthoringOnFinalizedHeadLagging {
        max_interval: LONGEST_WAIT_SLOTS,
        unfinalized_slack: SLACK_BLOCKS,
        authoring_bias: BLOCKS_PER_STEP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_runtime::units::{BLOCK_MS, BLOCKS_PER_HOUR};
    use sc_consensus_slots::BackoffAuthoringBlocksStrategy;

    /// How many blocks are made in so many slots, each of which has an author. `finalised` gives the newest final one
    /// of each best block.
    fn blocks(slots: u64, finalised: impl Fn(BlockNumber) -> BlockNumber) -> BlockNumber {
        let strategy = waits();
        let (mut best, mut best_slot) = (0, 0u64);
        for slot in 1..=slots {
            if !strategy.should_backoff(best, best_slot.into(), finalised(best), slot.into(), "test") {
                (best, best_slot) = (best + 1, slot);
            }
        }
        best
    }

    const SLOTS_PER_HOUR: u64 = 3_600_000 / BLOCK_MS;

    #[test]
    fn six_hours_without_finality_keep_anchors_good() {
        assert_eq!(blocks(6 * SLOTS_PER_HOUR, |_| 0), 596);
        assert!(blocks(13 * SLOTS_PER_HOUR, |_| 0) < BLOCKS_PER_HOUR);
    }

    #[test]
    fn the_chain_never_stands_still() {
        let day = blocks(24 * SLOTS_PER_HOUR, |_| 0);
        assert_eq!(blocks(25 * SLOTS_PER_HOUR, |_| 0) - day, 80);
    }

    #[test]
    fn nobody_waits_while_blocks_are_finalised() {
        for lag in [0, 1, 10, 50] {
            assert_eq!(
                u64::from(blocks(SLOTS_PER_HOUR, |best| best.saturating_sub(lag))),
                SLOTS_PER_HOUR,
                "{lag} behind"
            );
        }
    }
}
