//! A chain with very many homes: how many of their readings one node takes and finalises a second, with all of them in
//! its state.
//!
//! The homes' first state is made once and kept. Their gateways are one program here, but each signs with a key of its
//! own, and sends batches of its own.

mod fleet;
mod pulse;
mod state;

use crate::{
    NeighbourhoodError, Result, Watcher, binaries,
    chain::{Account, Head, Rpc, Until, Wallet},
    node::Node,
};
use codec::Encode;
use deren_primitives::{ChainParameters, Slot, SlotClock};
use deren_runtime::RuntimeCall;
use deren_testing::unix_ms;
use fleet::HomesFleet;
use futures::{StreamExt, stream};
use pulse::Pulse;
use serde::Serialize;
use sp_crypto_hashing::twox_128;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Homes with which the load says anything, and the most that the node writes.
pub const HOMES: std::ops::RangeInclusive<u32> = 100..=2_048_000;
/// Batches that are in the node's pool at once, as long as there are homes enough: what a few blocks take.
const IN_POOL: usize = 12_288;
/// Batches on their way to the pool at once.
const AT_ONCE: usize = 64;
/// How often the chain is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Slots of a second give each home a backlog soon, and the grace is longer than the run: no reading is late.
const SLOT_SECONDS: u32 = 1;
const GRACE_SECONDS: u32 = 7_200;
/// More than a backlog takes to grow, and a node to start on a large state.
const DEADLINE: Duration = Duration::from_secs(900);

/// What to measure.
#[derive(Clone)]
pub struct HomesConfig {
    /// Number of homes.
    pub homes: u32,
    /// For how long the pool is kept full, in seconds.
    pub seconds: u32,
    /// Is told what is being waited for.
    pub watcher: Arc<dyn Watcher>,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct HomesReport {
    /// Homes in the chain's state.
    pub homes: u32,
    /// Their devices.
    pub devices: u32,
    /// Their markets.
    pub markets: u32,
    /// Readings that were accepted, in finalised blocks.
    pub readings: u64,
    /// How long that took.
    pub seconds: f64,
    /// Readings accepted and finalised a second, while the pool was never empty.
    pub readings_per_s: f64,
    /// Weight of what blocks did, against what a block may weigh: the mean.
    pub block_weight_share: f64,
    /// Time that making a block took, against the weight that it declared: the mean.
    pub execution_share: f64,
    /// Blocks that took longer than the weight that they declared.
    pub blocks_above_weight: u32,
    /// Bytes of the first state's keys and values, for each home.
    pub state_bytes_per_home: f64,
    /// Bytes of the database on disk at the end.
    pub database_bytes: u64,
    /// Memory of the node at its most, in MB.
    pub rss_mb: f64,
    /// What was full first.
    pub saturates: &'static str,
}

/// Measures it. The first state comes from the cache folder, or is made and put there.
pub async fn run(config: HomesConfig) -> Result<HomesReport> {
    if !HOMES.contains(&config.homes) {
        let (least, most) = (HOMES.start(), HOMES.end());
        return Err(NeighbourhoodError::Configuration(format!("the load takes from {least} to {most} homes")));
    }
    let program = binaries::ours("deren-node")?;
    let folder = tempfile::tempdir().map_err(NeighbourhoodError::file(std::env::temp_dir()))?;
    let watcher = config.watcher.as_ref();
    let written = state::copy(&program, config.homes, folder.path(), watcher).await?;
    let chain = written.chain.display().to_string();
    let mut node = Node::start_alone(&program, &chain, folder.path(), folder.path())?;
    node.reaches(1, watcher).await?;
    let rpc = node.rpc().clone();
    let clock = set_times(&rpc, SLOT_SECONDS, GRACE_SECONDS).await?;

    let mut fleet = HomesFleet::new(config.homes, written.genesis);
    let first = clock.slot_at(unix_ms()).plus(1);
    // A node that is twice as fast as any before still has enough to do.
    let rounds = (u64::from(config.seconds) * 8_000).div_ceil(u64::from(fleet.devices())).max(1);
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
    passes(&rpc, clock, first.plus(rounds), watcher).await?;
    let pulse = keep_full(&mut node, &rpc, &mut fleet, (first, rounds), &config).await?;
    let taken = pulse.taken(&rpc, node.program.log()).await?;
    let process = node.program.process().map(|process| process.id());
    Ok(HomesReport {
        homes: config.homes,
        devices: fleet.devices(),
        markets: written.markets,
        readings: taken.readings,
        seconds: taken.seconds,
        readings_per_s: taken.readings as f64 / taken.seconds,
        block_weight_share: taken.weight_share,
        execution_share: taken.execution_share,
        blocks_above_weight: taken.blocks_above_weight,
        state_bytes_per_home: written.state_bytes as f64 / f64::from(config.homes),
        database_bytes: state::bytes_below(folder.path())?,
        rss_mb: process.map_or(Ok(0.0), pulse::peak_memory_mb)?,
        saturates: taken.saturates,
    })
}

/// Gives the chain other times: the first state is the same for all of them.
async fn set_times(rpc: &Rpc, slot_seconds: u32, grace_seconds: u32) -> Result<SlotClock> {
    let before = rpc.parameters(rpc.best().await?.hash).await?;
    let times = ChainParameters { slot_seconds, grace_seconds, grace_blocks: 1, ..before };
    let key = [twox_128(b"Metering"), twox_128(b"Parameters")].concat();
    let set = RuntimeCall::System(frame_system::Call::set_storage { items: vec![(key, times.encode())] });
    let wallet = Wallet::new(rpc, Until::InBlock).await?;
    let alice = Account::derived("Alice", "//Alice")?;
    let sudo = RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(set) });
    wallet.send(&alice, "setting the chain's times", sudo).await?;
    Ok(times.clock())
}

/// Waits until the chain's own time is in this slot or later.
async fn passes(rpc: &Rpc, clock: SlotClock, slot: Slot, watcher: &dyn Watcher) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < DEADLINE {
        if clock.slot_at(rpc.timestamp_ms(rpc.best().await?.hash).await?) >= slot {
            return Ok(());
        }
        watcher.waiting("a backlog of readings", start.elapsed());
        tokio::time::sleep(LOOK).await;
    }
    Err(late("a backlog of readings"))
}

/// Sends batches for as long as was asked for, so that the pool always has some. Home after home brings its reading of
/// the next slot.
async fn keep_full(
    node: &mut Node,
    rpc: &Rpc,
    fleet: &mut HomesFleet,
    (first, rounds): (Slot, u32),
    config: &HomesConfig,
) -> Result<Pulse> {
    let anchor = rpc.finalized().await?;
    let mut pulse = Pulse::new();
    let mut seen: Option<Head> = None;
    let start = Instant::now();
    loop {
        node.program.check("readings to be accepted")?;
        if start.elapsed() > DEADLINE + Duration::from_secs(u64::from(config.seconds)) {
            return Err(late("readings to be accepted"));
        }
        let best = rpc.best().await?;
        if seen.is_none_or(|seen| seen.hash != best.hash) {
            for block in pulse::between(rpc, seen, best).await? {
                let taken = fleet.included(&rpc.transactions(block.hash).await?);
                pulse.block(block, taken, fleet.in_pool());
            }
            seen = Some(best);
            config.watcher.waiting("readings, accepted and finalised", start.elapsed());
            if pulse.lasts(Duration::from_secs(u64::from(config.seconds))) {
                return Ok(pulse);
            }
        }
        let room = IN_POOL.saturating_sub(fleet.in_pool());
        let batches: Vec<_> = (0..room.min(AT_ONCE * 4)).map_while(|_| fleet.next(first, rounds, anchor)).collect();
        if batches.is_empty() {
            tokio::time::sleep(LOOK).await;
            continue;
        }
        let sent = stream::iter(batches).map(|(home, bytes)| async move { (home, rpc.submit(&bytes).await) });
        for (home, answer) in sent.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
            // The pool is full, or has not forgotten it yet: it is sent again.
            if answer.is_err() {
                fleet.refused(home);
            }
        }
    }
}

fn late(what: &str) -> NeighbourhoodError {
    NeighbourhoodError::Configuration(format!("{what}: not within {} s", DEADLINE.as_secs()))
}
