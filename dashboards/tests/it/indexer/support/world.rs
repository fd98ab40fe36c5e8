//! A chain without a node, which forks and becomes final at will.

use super::rows::connect;
use deren_dashboards::indexer::{
    BlockHead, BlockId, BlockRows, ChainDescription, Follower, IndexerMetrics, Source, SourceError,
};
use deren_primitives::ChainParameters;
use sqlx::postgres::PgConnectOptions;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// One thing that happens to the chain or to the indexer.
#[derive(Clone, Debug)]
pub enum Happening {
    /// The best chain grows by blocks with so many rows each.
    Grow(Vec<u8>),
    /// The newest blocks that are not final are replaced by others, and one more comes. The number says how many are.
    Fork(u8),
    /// This many more of its blocks become final.
    Finalize(u8),
    /// The indexer makes a step.
    Step,
    /// The indexer is cut off in the middle of a step, after so many microseconds, and begins again.
    Crash(u16),
}

/// The best chain, and how much of it is final.
#[derive(Debug)]
pub struct World {
    pub chain: Vec<BlockRows>,
    pub finalized: usize,
    made: u64,
}

impl World {
    pub fn new() -> Self {
        let mut world = Self { chain: Vec::new(), finalized: 0, made: 0 };
        world.grow(0);
        world
    }

    pub fn grow(&mut self, rows: u8) {
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
            } else if index % 3 == 1 {
                reading(&mut block, index, made);
            } else {
                let row = block.row("purse_changes", index).bytes("account", &hash).text("change", "filled");
                drop(row.number("amount_ueur", made));
            }
        }
        self.chain.push(block);
    }

    pub fn apply(&mut self, happening: &Happening) {
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
pub struct Shown(Arc<Mutex<World>>, ChainDescription);

impl Shown {
    pub fn new(world: &Arc<Mutex<World>>) -> Self {
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

/// An indexer of this world, where the database stands.
pub async fn begin(
    world: &Arc<Mutex<World>>,
    database: &PgConnectOptions,
    metrics: &IndexerMetrics,
) -> Follower<Shown> {
    Follower::begin(Shown::new(world), connect(database).await, metrics.clone()).await.expect("begun")
}

fn reading(block: &mut BlockRows, index: u32, made: u64) {
    let row = block.row("readings", index).moment("starts_at", 1_789_000_000 + 900 * made).number("market", 0);
    let row = row.number("site", index).bytes("gateway", &[1; 32]).bytes("device", &[index as u8; 32]);
    let row = row.text("role", "grid").number("first_slot", made).number("slot_count", 1).number("sequence", made);
    let row = row.number("register_epoch", 0).number("import_open_mwh", 0).number("import_close_mwh", made);
    let row = row.number("export_open_mwh", 0).number("export_close_mwh", u64::MAX).number("import_wh", made);
    let row = row.number("export_wh", 7).number("quality", index % 4).number("verdict", index % 5);
    drop(row.number("clock_error_ms", 1).number("samples", 9).number("max_gap_ms", 3).bytes("hash", &[2; 32]));
}
