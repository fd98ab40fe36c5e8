//! Random chains that fork, with crashes at random moments, through the real writer into a real database.

use crate::support::rows::{all, assert_same, connect, fresh};
use deren_dashboards::indexer::{
    BlockHead, BlockId, BlockRows, ChainDescription, Follower, IndexerMetrics, Source, SourceError,
};
use deren_primitives::ChainParameters;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// One thing that happens to the chain or to the indexer.
#[derive(Clone, Debug)]
enum Happening {
    /// The best chain grows by blocks with so many rows each.
    Grow(Vec<u8>),
    /// So many of its newest blocks that are not final are replaced by others, and one more.
    Fork(u8),
    /// So many more of its blocks become final.
    Finalize(u8),
    /// The indexer makes a step.
    Step,
    /// The indexer is cut off in the middle of a step, after so many microseconds, and begins again.
    Crash(u16),
}

/// The best chain, and how much of it is final.
#[derive(Debug)]
struct World {
    chain: Vec<BlockRows>,
    finalized: usize,
    made: u64,
}

impl World {
    fn new() -> Self {
        let mut world = Self { chain: Vec::new(), finalized: 0, made: 0 };
        world.grow(0);
        world
    }

    fn grow(&mut self, rows: u8) {
        self.made += 1;
        let parent = self.chain.last().map_or([0; 32], |block| block.head.id.hash);
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.made.to_le_bytes());
        let number = self.chain.len() as u32;
        let head =
            BlockHead { id: BlockId { number, hash }, parent, at_unix_ms: 3_000 * self.made, events: rows.into() };
        let mut block = BlockRows::new(head);
        for index in 0..u32::from(rows) {
            let made = self.made;
            if index % 3 == 0 {
                let row =
                    block.row("over_exports", index).number("market", 0).number("site", index).number("slot", made);
                drop(row.number("surplus_wh", 9).number("uncorroborated_wh", 7));
            } else {
                let row = block.row("claims", index).bytes("account", &hash);
                drop(row.number("amount_ueur", made));
            }
        }
        self.chain.push(block);
    }

    fn apply(&mut self, happening: &Happening) {
        match happening {
            Happening::Grow(blocks) => blocks.iter().for_each(|rows| self.grow(*rows)),
            Happening::Fork(depth) => {
                let open = self.chain.len() - 1 - self.finalized;
                let replaced = usize::from(*depth).min(open);
                self.chain.truncate(self.chain.len() - replaced);
                (0..=replaced).for_each(|block| self.grow(block as u8));
            }
            Happening::Finalize(more) => {
                self.finalized = (self.finalized + usize::from(*more)).min(self.chain.len() - 1);
            }
            Happening::Step | Happening::Crash(_) => {}
        }
    }
}

/// The world as a node shows it.
struct Shown(Arc<Mutex<World>>, ChainDescription);

impl Shown {
    fn new(world: &Arc<Mutex<World>>) -> Self {
        let genesis = world.lock().expect("ours").chain[0].head.id.hash;
        let parameters = ChainParameters {
            slot_seconds: 12,
            slot_energy_seconds: 900,
            grace_seconds: 3,
            grace_blocks: 1,
            slots_per_era: 1,
            development: true,
        };
        Self(world.clone(), ChainDescription { genesis, name: "random".into(), parameters, ss58_prefix: 42 })
    }

    fn at(&self, number: usize) -> Option<BlockId> {
        self.0.lock().expect("ours").chain.get(number).map(|block| block.head.id)
    }

    async fn find(&self, id: BlockId) -> Result<BlockRows, SourceError> {
        // A place at which a step can be cut off.
        tokio::time::sleep(Duration::from_micros(50)).await;
        let world = self.0.lock().expect("ours");
        let block = world.chain.get(id.number as usize).filter(|block| block.head.id == id);
        block.cloned().ok_or_else(|| SourceError::Gone(id.to_string()))
    }
}

impl Source for Shown {
    fn description(&self) -> &ChainDescription {
        &self.1
    }

    async fn finalized(&self) -> Result<BlockId, SourceError> {
        let number = self.0.lock().expect("ours").finalized;
        Ok(self.at(number).expect("it is in the chain"))
    }

    async fn best(&self) -> Result<BlockId, SourceError> {
        let length = self.0.lock().expect("ours").chain.len();
        Ok(self.at(length - 1).expect("it is in the chain"))
    }

    async fn hash(&self, number: u32) -> Result<Option<[u8; 32]>, SourceError> {
        Ok(self.at(number as usize).map(|block| block.hash))
    }

    async fn parent(&self, block: BlockId) -> Result<[u8; 32], SourceError> {
        Ok(self.find(block).await?.head.parent)
    }

    async fn block(&self, block: BlockId) -> Result<BlockRows, SourceError> {
        self.find(block).await
    }

    async fn changed(&mut self) -> Result<(), SourceError> {
        Ok(())
    }
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let happening = prop_oneof![
        3 => prop::collection::vec(0..6u8, 1..6).prop_map(Happening::Grow),
        2 => (1..5u8).prop_map(Happening::Fork),
        3 => (1..6u8).prop_map(Happening::Finalize),
        3 => Just(Happening::Step),
        3 => (0..12_000u16).prop_map(Happening::Crash),
    ];
    prop::collection::vec(happening, 5..40)
}

async fn begin(world: &Arc<Mutex<World>>, database: &sqlx::postgres::PgConnectOptions) -> Follower<Shown> {
    let metrics = IndexerMetrics::default();
    Follower::begin(Shown::new(world), connect(database).await, metrics).await.expect("begun")
}

async fn survives(happenings: Vec<Happening>) {
    let world = Arc::new(Mutex::new(World::new()));
    let database = fresh().await;
    let mut follower = begin(&world, &database).await;
    for happening in &happenings {
        world.lock().expect("ours").apply(happening);
        match happening {
            Happening::Step => follower.step().await.expect("a step"),
            Happening::Crash(after_us) => {
                // Dropped at any of its waits: its connection ends in the middle of whatever it was in.
                let _ = tokio::time::timeout(Duration::from_micros((*after_us).into()), follower.step()).await;
                drop(follower);
                follower = begin(&world, &database).await;
            }
            _ => {}
        }
    }
    follower.step().await.expect("the last step");

    let clean = fresh().await;
    begin(&world, &clean).await.step().await.expect("a clean run");
    assert_same(&all(&clean).await, &all(&database).await);
    let shown = Shown::new(&world);
    let (finalized, best) = (shown.finalized().await.expect("known"), shown.best().await.expect("known"));
    let standing = follower.standing();
    assert_eq!(standing.cursor, Some(finalized));
    assert_eq!(standing.tail.last().copied().unwrap_or(finalized), best);
}

#[test]
fn forks_crashes_and_replays_leave_what_a_clean_run_leaves() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 16, max_shrink_iters: 40, ..Config::default() });
    runner
        .run(&happenings(), |happenings| {
            runtime.block_on(survives(happenings));
            Ok(())
        })
        .expect("every history");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_tail_is_cut_where_finality_stands_still() {
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![1; 400]));
    let database = fresh().await;
    let mut follower = begin(&world, &database).await;
    follower.step().await.expect("a step");
    assert_eq!(follower.standing().tail.len(), 256);
    world.lock().expect("ours").apply(&Happening::Finalize(200));
    follower.step().await.expect("a step");
    assert_eq!(follower.standing().tail.last().map(|block| block.number), Some(400));
    world.lock().expect("ours").apply(&Happening::Finalize(200));
    follower.step().await.expect("a step");
    assert!(follower.standing().tail.is_empty());
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM over_exports")
        .fetch_one(&mut connect(&database).await)
        .await
        .expect("rows");
    assert_eq!(rows, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_takes_back_what_was_final_is_refused() {
    let world = Arc::new(Mutex::new(World::new()));
    world.lock().expect("ours").apply(&Happening::Grow(vec![1; 5]));
    world.lock().expect("ours").apply(&Happening::Finalize(4));
    let database = fresh().await;
    let mut follower = begin(&world, &database).await;
    follower.step().await.expect("a step");
    let before = all(&database).await;
    {
        let mut world = world.lock().expect("ours");
        world.chain.truncate(2);
        (0..9).for_each(|_| world.grow(1));
        world.finalized = 8;
    }
    let error = follower.step().await.expect_err("refused").to_string();
    assert!(error.contains("block 4") && error.contains("rebuild"), "{error}");
    assert_same(&before, &all(&database).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_indexers_on_one_database_do_not_write_twice() {
    let world = Arc::new(Mutex::new(World::new()));
    let database = fresh().await;
    let (mut one, mut other) = (begin(&world, &database).await, begin(&world, &database).await);
    world.lock().expect("ours").apply(&Happening::Grow(vec![3; 9]));
    world.lock().expect("ours").apply(&Happening::Finalize(5));
    one.step().await.expect("the first writes");
    let error = other.step().await.expect_err("the second is told");
    assert!(error.to_string().contains("the database is at block 5"), "{error}");
    let mut other = begin(&world, &database).await;
    world.lock().expect("ours").apply(&Happening::Finalize(2));
    other.step().await.expect("it goes on from there");
    assert!(one.step().await.is_err());
}
