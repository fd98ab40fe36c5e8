//! Fills the blocks with what costs nothing: readings of slots long gone, of all devices that a site may have. They
//! come under the greatest attempts, twice, out of order, and under false signatures.

use super::{
    Kind, Task,
    blocks::Blocks,
    deed::Deed,
    estate::{Estate, Plan},
    gateway::{FalseGateway, Flow, read},
};
use crate::{
    Result,
    chain::{Head, Rpc, Wallet},
};
use deren_primitives::{DeviceCursor, DeviceId, DeviceRole, IntervalReading, MAX_READINGS_PER_BATCH, Slot};
use futures::{StreamExt, stream};
use std::collections::BTreeMap;

/// Maximum number of devices of a site; the first is its grid meter.
const DEVICES: usize = 16;
const RATED_POWER_W: u32 = 1_000;
/// Batches on their way to the node at once.
const AT_ONCE: usize = 16;

/// Sets up a site, then floods until it is ended.
pub(super) async fn run(wallet: &Wallet<'_>, task: Task) -> Result<()> {
    let mut roles = vec![(DeviceRole::Production, RATED_POWER_W); DEVICES];
    roles[0].0 = DeviceRole::Grid;
    let plan = Plan {
        point: Kind::Flood.point(0, task.seed),
        gateway: FalseGateway::new(Kind::Flood, 0, task.seed, wallet.genesis(), &roles),
        orders: Vec::new(),
    };
    let estates = Estate::found(wallet, task.market, &Kind::Flood.account(0, task.seed)?, vec![plan]).await?;
    Deed::of("settling in", &Ok(())).tell();
    let rpc = wallet.rpc();
    let mut blocks = Blocks::new(rpc).await?;
    while let Some(head) = blocks.next().await? {
        let slot = blocks.slot(head).await?;
        for estate in &estates {
            let wave = wave(estate, rpc, head, slot).await?;
            send(rpc, wave).await.iter().for_each(Deed::tell);
        }
    }
    Ok(())
}

/// What one block is to be filled with: by what it tries, the transactions.
async fn wave(estate: &Estate, rpc: &Rpc, head: Head, current: Slot) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let cursors = estate.cursors(rpc, head).await?;
    let anchor = rpc.finalized().await?;
    let mut wave = Vec::new();
    for (number, (device, cursor)) in (head.number..).zip(estate.gateway.devices.iter().zip(cursors)) {
        let ancient = chain(device.id, cursor, cursor.next_slot.0.max(1), current, anchor);
        let served = chain(device.id, cursor, cursor.next_slot.max(estate.from).0, current, anchor);
        let (what, readings, attempt) = match number % 8 {
            0 => ("slots since 1970", ancient, 0),
            1 => ("slots since 1970 at the greatest attempt", ancient, u32::MAX),
            2 => ("slots that it served", served, 0),
            3 => ("slots that it served at attempt 15", served, 15),
            4 => ("one good reading before many bad ones", spoilt(served), 1),
            5 => ("readings out of order", served.into_iter().skip(1).collect(), 2),
            6 => ("slots of tomorrow", chain(device.id, cursor, current.plus(100).0, current.plus(200), anchor), 0),
            _ => ("slots that it served at a high attempt", served, 1_000_000),
        };
        let Some(batch) = estate.gateway.batch(readings, attempt) else { continue };
        let mut forged = batch.clone();
        if let Some(last) = forged.last_mut() {
            *last ^= 1;
        }
        wave.extend([("a false signature", forged), ("the same again", batch.clone()), (what, batch)]);
    }
    Ok(wave)
}

/// A batch full of readings that follow the cursor, from the slot `first` on and before `end`.
fn chain(device: DeviceId, mut cursor: DeviceCursor, first: u32, end: Slot, anchor: Head) -> Vec<IntervalReading> {
    let slots = (first..end.0).take(MAX_READINGS_PER_BATCH as usize);
    slots.map(|slot| read(device, &mut cursor, Slot(slot), Flow::default(), anchor)).collect()
}

/// The first reading, and after it many of another time and place in the chain.
fn spoilt(mut readings: Vec<IntervalReading>) -> Vec<IntervalReading> {
    let Some(first) = readings.first().cloned() else { return readings };
    readings.truncate(1);
    readings.extend((1..u64::from(MAX_READINGS_PER_BATCH)).map(|number| {
        let mut bad = first.clone();
        bad.sequence = bad.sequence.saturating_add(1_000 * number);
        bad
    }));
    readings
}

/// Sends all of it, and says of each kind how often the node took it.
async fn send(rpc: &Rpc, wave: Vec<(&'static str, Vec<u8>)>) -> Vec<Deed> {
    let sent = stream::iter(wave).map(|(what, batch)| async move { (what, rpc.submit(&batch).await) });
    let outcomes: Vec<_> = sent.buffer_unordered(AT_ONCE).collect().await;
    let mut deeds: BTreeMap<(&str, bool), Deed> = BTreeMap::new();
    for (what, outcome) in &outcomes {
        let deed =
            deeds.entry((*what, outcome.is_ok())).or_insert_with(|| Deed { count: 0, ..Deed::of(*what, outcome) });
        deed.count += 1;
    }
    deeds.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_runtime::Hash;

    fn anchor() -> Head {
        Head { number: 1, hash: Hash::repeat_byte(1) }
    }

    #[test]
    fn a_chain_of_readings_is_as_long_as_a_batch_and_ends_before_now() {
        let of = |first, end| chain(DeviceId([1; 32]), DeviceCursor::default(), first, Slot(end), anchor());
        assert_eq!(of(1, 1_000_000).len(), 64);
        assert_eq!(of(7, 9).iter().map(|reading| reading.first_slot.0).collect::<Vec<_>>(), [7, 8]);
        assert!(of(9, 9).is_empty());
    }

    #[test]
    fn of_a_spoilt_batch_only_the_first_reading_is_next() {
        let good = chain(DeviceId([1; 32]), DeviceCursor::default(), 5, Slot(9), anchor());
        let spoilt = spoilt(good);
        assert_eq!(spoilt.len(), 64);
        assert!(spoilt.iter().skip(1).all(|reading| reading.sequence > 0));
    }
}
