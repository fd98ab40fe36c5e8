//! An indexer that is far behind: it catches up within bounds, loses nothing, and is in nobody's way.

use super::{
    super::support::rows::{all, assert_same, connect, fresh},
    markets,
};
use deren_dashboards::indexer::{
    BlockHead, BlockId, BlockRows, ChainDescription, Follower, IndexerMetrics, Source, SourceError,
};
use deren_primitives::ChainParameters;
use sqlx::postgres::PgConnectOptions;
use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering::SeqCst},
};
use tokio::sync::Notify;

/// How far it is behind. What bounds memory holds for each block, so more of them would show nothing new.
const BEHIND: u32 = 6_000;
/// Blocks that a transaction takes, and that are asked for at once (`indexer/follow.rs`).
const MAX_HELD: u32 = 500 + 8;
const MAX_ASKED: u32 = 8;
/// How many markets there are; each block has a reading of one of them, and says that slots closed.
const MARKETS: u32 = 50;

/// A chain of which any block can be worked out, as one indexer's node shows it.
struct Long {
    description: ChainDescription,
    finalized: Arc<AtomicU32>,
    seen: Arc<Seen>,
    metrics: IndexerMetrics,
}

/// What the indexer asked of its node.
#[derive(Default)]
struct Seen {
    asked: AtomicU32,
    most_asked: AtomicU32,
    most_held: AtomicU32,
    blocks: AtomicU64,
    /// This block never comes.
    waits_at: AtomicU32,
    waits: Notify,
}

fn id(number: u32) -> BlockId {
    let mut hash = [7; 32];
    hash[..4].copy_from_slice(&number.to_le_bytes());
    BlockId { number, hash }
}

fn block(number: u32) -> BlockRows {
    let parent = number.checked_sub(1).map_or([0; 32], |parent| id(parent).hash);
    let head = BlockHead { id: id(number), parent, at_unix_ms: 6_000 * u64::from(number), events: 2 };
    let mut block = BlockRows::new(head);
    let row = block.row("over_exports", 0).number("market", number % MARKETS).number("site", number);
    drop(row.number("slot", number).number("surplus_wh", 9).number("uncorroborated_wh", 7));
    drop(block.row("slots_closed", 1).number("first_slot", number).number("through_slot", number));
    block
}

impl Source for Long {
    fn description(&self) -> &ChainDescription {
        &self.description
    }

    async fn finalized(&self) -> Result<BlockId, SourceError> {
        Ok(id(self.finalized.load(SeqCst)))
    }

    async fn best(&self) -> Result<BlockId, SourceError> {
        self.finalized().await
    }

    async fn hash(&self, number: u32) -> Result<Option<[u8; 32]>, SourceError> {
        Ok((number <= self.finalized.load(SeqCst)).then(|| id(number).hash))
    }

    async fn parent(&self, block: BlockId) -> Result<[u8; 32], SourceError> {
        Ok(id(block.number.saturating_sub(1)).hash)
    }

    async fn block(&self, of: BlockId) -> Result<BlockRows, SourceError> {
        let seen = &self.seen;
        let asked = seen.asked.fetch_add(1, SeqCst) + 1;
        seen.most_asked.fetch_max(asked, SeqCst);
        // Written is what the indexer counts as such; all from there to this block may be in memory.
        let written = u32::try_from(self.metrics.height.get()).unwrap_or_default();
        seen.most_held.fetch_max(of.number.saturating_sub(written), SeqCst);
        seen.blocks.fetch_add(1, SeqCst);
        if seen.waits_at.load(SeqCst) == of.number {
            seen.waits.notify_one();
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
        seen.asked.fetch_sub(1, SeqCst);
        Ok(block(of.number))
    }

    async fn changed(&mut self) -> Result<(), SourceError> {
        Ok(())
    }
}

/// An indexer of one market, and what it asks of its node.
async fn begin(
    finalized: &Arc<AtomicU32>,
    database: &PgConnectOptions,
    market: &str,
    from: u32,
) -> (Follower<Long>, Arc<Seen>) {
    let parameters = ChainParameters {
        slot_seconds: 12,
        slot_energy_seconds: 900,
        grace_seconds: 3,
        grace_blocks: 1,
        slots_per_era: 1,
        development: true,
    };
    let description = ChainDescription { genesis: id(0).hash, name: "long".into(), parameters, ss58_prefix: 42 };
    let (seen, metrics) = (Arc::new(Seen::default()), IndexerMetrics::default());
    metrics.height.set(from.into());
    seen.waits_at.store(u32::MAX, SeqCst);
    let long = Long { description, finalized: finalized.clone(), seen: seen.clone(), metrics: metrics.clone() };
    let connection = connect(database).await;
    (Follower::begin_shard(long, connection, metrics, markets(market)).await.expect("begun"), seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_indexer_far_behind_catches_up_within_bounds_while_others_follow() {
    let finalized = Arc::new(AtomicU32::new(100));
    let (late, other) = (fresh().await, fresh().await);
    begin(&finalized, &late, "7", 0).await.0.step().await.expect("a step");
    let (mut of_other, _) = begin(&finalized, &other, "8", 0).await;
    of_other.step().await.expect("a step");

    // One is away; the other follows.
    finalized.store(100 + BEHIND, SeqCst);
    of_other.step().await.expect("a step");

    // In the middle of its way it stands still, and the other has each new block all the same.
    let (mut follower, seen) = begin(&finalized, &late, "7", 100).await;
    seen.waits_at.store(BEHIND / 2, SeqCst);
    let meanwhile = async {
        seen.waits.notified().await;
        for new in 1..=5 {
            finalized.store(100 + BEHIND + new, SeqCst);
            of_other.step().await.expect("a step");
            assert_eq!(of_other.state().cursor, Some(id(100 + BEHIND + new)));
        }
    };
    tokio::select! {
        done = follower.step() => panic!("it did not stand still: {done:?}"),
        () = meanwhile => {}
    }
    // It is cut off there, and begins again where the database stands.
    drop(follower);
    let height: i64 =
        sqlx::query_scalar("SELECT height FROM cursor").fetch_one(&mut connect(&late).await).await.expect("a height");
    let from = u32::try_from(height).expect("a height");
    let (mut follower, again) = begin(&finalized, &late, "7", from).await;
    assert!(from > 100 && from < BEHIND / 2, "what was written before stays: {from}");
    follower.step().await.expect("a step");
    assert_eq!(follower.state().cursor, Some(id(105 + BEHIND)));
    assert_eq!(again.blocks.load(SeqCst), u64::from(105 + BEHIND - from), "no block is asked for twice");
    for seen in [seen, again] {
        let (asked, held) = (seen.most_asked.load(SeqCst), seen.most_held.load(SeqCst));
        assert!(asked <= MAX_ASKED && held <= MAX_HELD, "{asked} asked at once, {held} blocks held");
    }

    // Nothing is lost, and the other has what it would have had alone.
    for (market, database) in [("7", &late), ("8", &other)] {
        let clean = fresh().await;
        begin(&finalized, &clean, market, 0).await.0.step().await.expect("a step");
        assert_same(&all(&clean).await, &all(database).await);
        assert_eq!(all(&clean).await["over_exports"].len() as u32, (105 + BEHIND - 8) / MARKETS + 1);
    }
}
