//! From a slot's end to its settlement and its finality, with all devices sending at once.

use super::{LoadConfig, Ready, specification};
use crate::{NeighbourhoodError, Result, chain::Rpc};
use deren_primitives::{MarketId, Slot, SlotClock, SlotState};
use deren_runtime::Hash;
use deren_testing::unix_ms;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use std::{path::Path, time::Duration};

const AT_ONCE: usize = 32;
const SLOT_SECONDS: u32 = 60;
const LOOK: Duration = Duration::from_millis(20);
/// More than a slot, its grace and its settlement take.
const SLOT_DEADLINE_MS: u64 = 120_000;

/// Milliseconds after the slot's end.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// The fastest slot.
    pub min_ms: u64,
    /// The slot in the middle.
    pub median_ms: u64,
    /// The slowest slot.
    pub max_ms: u64,
}

/// How long settlement takes.
#[derive(Clone, Debug, Serialize)]
pub struct Latency {
    /// Slots timed.
    pub slots: u32,
    /// Readings of each slot that were accepted in time.
    pub readings_per_slot: u32,
    /// Fills of each slot: what is paid and received.
    pub bought_wh_per_slot: u64,
    /// How long after its end a slot closes at the earliest.
    pub grace_ms: u64,
    /// Until all money has moved, in the newest block.
    pub settled: Spread,
    /// Until that block is finalised.
    pub finalised: Spread,
}

/// Measures it on a fresh chain whose slots are long enough for a large market. A slot settles page by page, and the
/// next is not cleared before.
pub(super) async fn measure(config: &LoadConfig, program: &Path, folder: &Path) -> Result<Latency> {
    let spec = specification(program, folder, &[("slotSeconds", SLOT_SECONDS)]).await?;
    let mut ready = Ready::start(config, program, &spec.display().to_string(), folder).await?;
    let rpc = ready.node.rpc().clone();
    let parameters = rpc.parameters(rpc.best().await?.hash).await?;
    let clock = parameters.clock();
    // What was registered in this slot trades from the next on.
    let first = clock.slot_at(unix_ms()).plus(1);
    let (mut settled, mut finalised) = (Vec::new(), Vec::new());
    let (mut readings_per_slot, mut bought_wh_per_slot) = (u32::MAX, u64::MAX);
    for number in 0..config.slots {
        ready.node.program.check("slots to be settled")?;
        let slot = first.plus(number);
        let anchor = rpc.finalized().await?;
        let batches: Vec<Vec<u8>> =
            (0..ready.fleet.gateways.len()).filter_map(|gateway| ready.fleet.batch(gateway, slot, 1, anchor)).collect();
        ended(&rpc, clock, slot).await?;
        let rpc = &rpc;
        stream::iter(batches)
            .map(|batch| async move { rpc.submit(&batch).await })
            .buffer_unordered(AT_ONCE)
            .try_for_each(|_| std::future::ready(Ok(())))
            .await?;
        let end_ms = clock.end_ms(slot);
        settled.push(is_settled(rpc, ready.market, slot, end_ms, Newest::Best).await?);
        finalised.push(is_settled(rpc, ready.market, slot, end_ms, Newest::Finalized).await?);
        let head = rpc.finalized().await?.hash;
        if let Some(summary) = rpc.slot(ready.market, slot, head).await? {
            readings_per_slot = readings_per_slot.min(summary.readings);
            bought_wh_per_slot = bought_wh_per_slot.min(summary.bought_wh);
        }
        config.watcher.done(
            &format!("slot {slot}, settled and finalised"),
            Duration::from_millis(unix_ms().saturating_sub(end_ms)),
        );
    }
    Ok(Latency {
        slots: config.slots,
        readings_per_slot,
        bought_wh_per_slot,
        grace_ms: u64::from(parameters.grace_seconds) * 1000,
        settled: spread(settled),
        finalised: spread(finalised),
    })
}

#[derive(Clone, Copy)]
enum Newest {
    Best,
    Finalized,
}

/// Waits until the chain's own time is past the slot: before that, readings of it would be refused.
async fn ended(rpc: &Rpc, clock: SlotClock, slot: Slot) -> Result<()> {
    let mut seen = Hash::zero();
    while unix_ms() < clock.end_ms(slot) + SLOT_DEADLINE_MS {
        let best = rpc.best().await?.hash;
        if best != seen {
            seen = best;
            if clock.slot_at(rpc.timestamp_ms(best).await?) > slot {
                return Ok(());
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(late(slot, "over"))
}

/// Waits until the slot is settled, and gives the milliseconds since its end.
async fn is_settled(rpc: &Rpc, market: MarketId, slot: Slot, end_ms: u64, newest: Newest) -> Result<u64> {
    let mut seen = Hash::zero();
    while unix_ms() < end_ms + SLOT_DEADLINE_MS {
        let head = match newest {
            Newest::Best => rpc.best().await?,
            Newest::Finalized => rpc.finalized().await?,
        };
        if head.hash != seen {
            seen = head.hash;
            let summary = rpc.slot(market, slot, head.hash).await?;
            if summary.is_some_and(|summary| summary.state == SlotState::Settled) {
                return Ok(unix_ms().saturating_sub(end_ms));
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(late(slot, "settled"))
}

fn late(slot: Slot, state: &str) -> NeighbourhoodError {
    let seconds = SLOT_DEADLINE_MS / 1000;
    NeighbourhoodError::Configuration(format!("slot {slot} was not {state} within {seconds} s after its end"))
}

fn spread(mut each: Vec<u64>) -> Spread {
    each.sort_unstable();
    let at = |index: usize| each.get(index).copied().unwrap_or_default();
    Spread { min_ms: at(0), median_ms: at(each.len() / 2), max_ms: at(each.len().saturating_sub(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_the_sorted_values() {
        let spread = spread(vec![9, 1, 5]);
        assert_eq!((spread.min_ms, spread.median_ms, spread.max_ms), (1, 5, 9));
    }
}
