//! As fast as it goes: every device has a backlog, every gateway a batch in the pool, until all is finalised.

use super::{LoadConfig, Ready, specification};
use crate::{NeighbourhoodError, Result, Wait, chain::Rpc};
use deren_primitives::{DeviceId, MAX_READINGS_PER_BATCH, Slot};
use deren_runtime::Hash;
use deren_testing::unix_s;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use std::{
    collections::VecDeque,
    path::Path,
    time::{Duration, Instant},
};

/// With slots of one second a backlog has grown soon.
const SLOT_SECONDS: u32 = 1;
/// Longer than the run: no slot closes meanwhile, so that no reading is late.
const GRACE_SECONDS: u32 = 7_200;
/// Slots that one batch carries for the two devices of a gateway.
const SLOTS_PER_BATCH: u32 = MAX_READINGS_PER_BATCH / super::DEVICES_PER_GATEWAY as u32;
/// Questions and batches on their way to the node at once.
const AT_ONCE: usize = 32;
/// How many cursors the runtime gives at once.
const CURSORS_AT_ONCE: usize = 256;
const DEADLINE: Duration = Duration::from_secs(900);

/// How many readings one node takes.
#[derive(Clone, Debug, Serialize)]
pub struct Throughput {
    /// Readings accepted, in finalised blocks.
    pub readings: u64,
    /// From the first batch sent until the last reading was finalised.
    pub seconds: f64,
    /// Readings accepted per second, finalised.
    pub readings_per_second: f64,
    /// Blocks from the first batch to the last.
    pub blocks: u32,
}

/// Measures it on a fresh chain.
pub(super) async fn measure(config: &LoadConfig, program: &Path, folder: &Path) -> Result<Throughput> {
    let watcher = config.watcher.as_ref();
    let times = [("slotSeconds", SLOT_SECONDS), ("graceSeconds", GRACE_SECONDS)];
    let spec = specification(program, folder, &times).await?;
    let mut ready = Ready::start(config, program, &spec.display().to_string(), folder).await?;
    let rpc = ready.node.rpc().clone();

    let batches = config.backlog.div_ceil(SLOTS_PER_BATCH).max(1);
    let first = slot_now().plus(1);
    let last = first.plus(batches * SLOTS_PER_BATCH);
    Wait::new("a backlog of readings", Duration::from_secs(DEADLINE.as_secs()), watcher)
        .until(
            async || {
                if chain_slot(&rpc).await? > last { Ok(()) } else { Err(later("the chain's time is not there yet")) }
            },
        )
        .await?;
    let anchor = rpc.finalized().await?;
    let mut queues: Vec<VecDeque<Vec<u8>>> = Vec::new();
    for number in 0..ready.fleet.gateways.len() {
        let batch = |batch| ready.fleet.batch(number, first.plus(batch * SLOTS_PER_BATCH), SLOTS_PER_BATCH, anchor);
        queues.push((0..batches).filter_map(batch).collect());
    }

    let devices = ready.fleet.devices();
    let leads: Vec<DeviceId> = ready.fleet.gateways.iter().map(|gateway| gateway.devices[0].id).collect();
    let total = u64::try_from(devices.len()).unwrap_or(u64::MAX) * u64::from(batches * SLOTS_PER_BATCH);
    let from_block = rpc.best().await?.number;
    let start = Instant::now();
    let mut sent = vec![0u64; queues.len()];
    let mut seen = None;
    loop {
        ready.node.program.check("readings to be accepted")?;
        if start.elapsed() > DEADLINE {
            return Err(later(&format!("{total} readings were not accepted within {} s", DEADLINE.as_secs())));
        }
        let best = rpc.best().await?;
        if seen != Some(best.hash) {
            seen = Some(best.hash);
            let next = sequences(&rpc, &leads, best.hash).await?;
            let due = queues.iter_mut().zip(&mut sent).zip(&next).filter_map(|((queue, sent), next)| {
                // The one before is in a block: its readings are the device's newest.
                (*next == *sent * u64::from(SLOTS_PER_BATCH))
                    .then(|| queue.pop_front())
                    .flatten()
                    .inspect(|_| *sent += 1)
            });
            let due: Vec<Vec<u8>> = due.collect();
            let rpc = &rpc;
            stream::iter(due)
                .map(|batch| async move { rpc.submit(&batch).await })
                .buffer_unordered(AT_ONCE)
                .try_for_each(|_| std::future::ready(Ok(())))
                .await?;
            watcher.waiting("readings, accepted and finalised", start.elapsed());
            if queues.iter().all(VecDeque::is_empty) {
                let finalized = rpc.finalized().await?;
                let accepted: u64 = sequences(rpc, &devices, finalized.hash).await?.iter().sum();
                if accepted == total {
                    let seconds = start.elapsed().as_secs_f64();
                    let blocks = finalized.number.saturating_sub(from_block);
                    let readings_per_second = total as f64 / seconds;
                    return Ok(Throughput { readings: total, seconds, readings_per_second, blocks });
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The sequence number that comes next for each device: how many readings of it are accepted.
async fn sequences(rpc: &Rpc, devices: &[DeviceId], at: Hash) -> Result<Vec<u64>> {
    let mut all = Vec::with_capacity(devices.len());
    for some in devices.chunks(CURSORS_AT_ONCE) {
        let cursors = rpc.cursors(some, at).await?;
        all.extend(cursors.into_iter().map(|cursor| cursor.map_or(0, |cursor| cursor.next_sequence)));
    }
    Ok(all)
}

fn slot_now() -> Slot {
    Slot(u32::try_from(unix_s() / u64::from(SLOT_SECONDS)).unwrap_or(u32::MAX))
}

/// The slot in which the newest block's time lies.
async fn chain_slot(rpc: &Rpc) -> Result<Slot> {
    let now_ms = rpc.timestamp_ms(rpc.best().await?.hash).await?;
    Ok(Slot(u32::try_from(now_ms / 1000 / u64::from(SLOT_SECONDS)).unwrap_or(u32::MAX)))
}

fn later(what: &str) -> NeighbourhoodError {
    NeighbourhoodError::Configuration(what.to_owned())
}
