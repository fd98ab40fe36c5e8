//! Block after block: how many readings each took, how full it was, and how long it took to make.

use crate::{
    NeighbourhoodError, Result,
    chain::{Head, Rpc, events},
};
use codec::Decode;
use deren_runtime::{RuntimeEvent, units::MAX_BLOCK_WEIGHT};
use frame_support::{dispatch::PerDispatchClass, weights::Weight};
use sp_crypto_hashing::twox_128;
use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

/// A block counts as full from this share of what readings may take of it.
const FULL: f64 = 0.95;
/// What readings may take of a block's weight.
const READINGS_SHARE: f64 = 0.85;
/// How long a block may take to be made, of its three seconds.
const PROPOSING_MS: f64 = 2_000.0;

/// The blocks of a run.
pub(super) struct Pulse {
    blocks: Vec<(Head, Instant)>,
}

/// What was seen of them.
pub(super) struct Taken {
    pub(super) readings: u64,
    pub(super) seconds: f64,
    pub(super) weight_share: f64,
    pub(super) execution_share: f64,
    pub(super) blocks_above_weight: u32,
    pub(super) saturates: &'static str,
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self { blocks: Vec::new() }
    }

    /// A block has come, and left `in_pool` batches there. The run begins with the first that took readings and left
    /// some, and begins anew if none are left.
    pub(super) fn block(&mut self, block: Head, readings: u64, in_pool: usize) {
        if in_pool == 0 {
            self.blocks.clear();
        } else if readings > 0 || !self.blocks.is_empty() {
            self.blocks.push((block, Instant::now()));
        }
    }

    /// True if the pool was never empty for so long.
    pub(super) fn lasts(&self, least: Duration) -> bool {
        self.span() >= least
    }

    fn span(&self) -> Duration {
        match (self.blocks.first(), self.blocks.last()) {
            (Some((_, first)), Some((_, last))) => last.duration_since(*first),
            _ => Duration::ZERO,
        }
    }

    /// What the blocks took, from the first on, which only begins the time. Waits until all are final.
    pub(super) async fn taken(&self, rpc: &Rpc, log: &Path) -> Result<Taken> {
        let [_, blocks @ ..] = self.blocks.as_slice() else {
            return Err(NeighbourhoodError::Configuration("no block took a reading".into()));
        };
        if let Some((last, _)) = blocks.last() {
            while rpc.finalized().await?.number < last.number {
                tokio::time::sleep(super::LOOK).await;
            }
        }
        let making_ms = making_ms(log)?;
        let (mut readings, mut above) = (0u64, 0u32);
        let (mut weights, mut shares, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for (block, _) in blocks {
            let accepted = |event: &RuntimeEvent| {
                matches!(event, RuntimeEvent::Metering(pallet_deren_metering::Event::ReadingAccepted { .. }))
            };
            let all = events(rpc, block.hash).await?;
            readings += all.iter().filter(|record| accepted(&record.event)).count() as u64;
            let weight_ms = weight_ms(rpc, *block).await?;
            weights.push(weight_ms / (MAX_BLOCK_WEIGHT.ref_time() as f64 / 1e9));
            if let Some(ms) = making_ms.get(&block.number) {
                times.push(*ms);
                shares.push(*ms / weight_ms.max(1.0));
                above += u32::from(*ms > weight_ms);
            }
        }
        let saturates = match (mean(&weights), mean(&times)) {
            (_, ms) if ms >= FULL * PROPOSING_MS => "the time in which a block is made",
            (weight, _) if weight >= FULL * READINGS_SHARE => "the weight that readings may take of a block",
            _ => "what brings batches into the pool",
        };
        Ok(Taken {
            readings,
            seconds: self.span().as_secs_f64(),
            weight_share: mean(&weights),
            execution_share: mean(&shares),
            blocks_above_weight: above,
            saturates,
        })
    }
}

/// The blocks after `seen` up to `best`, oldest first; only `best` if nothing was seen.
pub(super) async fn between(rpc: &Rpc, seen: Option<Head>, best: Head) -> Result<Vec<Head>> {
    let from = seen.map_or(best.number, |seen| seen.number.saturating_add(1));
    let mut blocks = Vec::new();
    for number in from..=best.number {
        if let Some(hash) = rpc.block_hash(number).await? {
            blocks.push(Head { number, hash });
        }
    }
    Ok(blocks)
}

/// What a block's calls and hooks declared, in milliseconds.
async fn weight_ms(rpc: &Rpc, block: Head) -> Result<f64> {
    let key = [twox_128(b"System"), twox_128(b"BlockWeight")].concat();
    let bytes = rpc.storage(&key, block.hash).await?.unwrap_or_default();
    let weight = PerDispatchClass::<Weight>::decode(&mut bytes.as_slice())
        .map_err(|error| NeighbourhoodError::Decode { what: "a block's weight".into(), reason: error.to_string() })?;
    Ok(weight.total().ref_time() as f64 / 1e9)
}

/// How long each block took to be made, by its number, as the node's log says.
fn making_ms(log: &Path) -> Result<HashMap<u32, f64>> {
    let text = std::fs::read_to_string(log).map_err(NeighbourhoodError::file(log))?;
    Ok(text.lines().filter_map(made_in).collect())
}

/// Of a line like `… Prepared block for proposing at 5 (123 ms) hash: …`.
fn made_in(line: &str) -> Option<(u32, f64)> {
    let (_, rest) = line.split_once("Prepared block for proposing at ")?;
    let (number, rest) = rest.split_once(" (")?;
    let (ms, _) = rest.split_once(" ms)")?;
    Some((number.parse().ok()?, ms.parse().ok()?))
}

fn mean(of: &[f64]) -> f64 {
    if of.is_empty() { 0.0 } else { of.iter().sum::<f64>() / of.len() as f64 }
}

/// The most memory that a process ever held at once, in MB.
pub(super) fn peak_memory_mb(process: u32) -> Result<f64> {
    let path = std::path::PathBuf::from(format!("/proc/{process}/status"));
    let text = std::fs::read_to_string(&path).map_err(NeighbourhoodError::file(&path))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse::<f64>().ok());
    Ok(kb.unwrap_or_default() / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_runtime::Hash;

    #[test]
    fn the_log_says_how_long_a_block_took() {
        let line = "2026-12-01 03:00:00 🎁 Prepared block for proposing at 5 (123 ms) hash: 0xab; extrinsics_count: 9";
        assert_eq!(made_in(line), Some((5, 123.0)));
        assert_eq!(made_in("2026-12-01 03:00:00 💤 Idle (0 peers)"), None);
    }

    #[test]
    fn an_empty_pool_begins_the_run_anew() {
        let head = |number| Head { number, hash: Hash::zero() };
        let mut pulse = Pulse::new();
        pulse.block(head(1), 0, 9);
        assert!(pulse.blocks.is_empty(), "no readings yet");
        pulse.block(head(2), 5, 9);
        pulse.block(head(3), 5, 9);
        assert_eq!(pulse.blocks.len(), 2);
        pulse.block(head(4), 5, 0);
        assert!(pulse.blocks.is_empty());
    }
}
