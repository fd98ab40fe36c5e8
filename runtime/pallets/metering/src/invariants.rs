//! What must hold of metering's whole state. It reads everything, so it must never be called in a block.

use crate::{
    ClosedThrough, Config, Cursors, DeviceStanding, Endings, Excesses, Forgotten, InThisBlock, LastingAnchors,
    MAX_ENDINGS, MAX_LASTING_ANCHORS, Pallet, ReadingCounts, SiteEnergies,
};
use alloc::{collections::BTreeMap, format, string::String};
use deren_primitives::{LASTING_ANCHOR_BLOCKS, ReadingHash};
use frame_support::{ensure, traits::Get};

type Checked = Result<(), String>;

impl<T: Config> Pallet<T> {
    /// `Err` says which invariant is violated, and where.
    pub fn check_invariants() -> Checked {
        Self::check_clock()?;
        Self::check_cursors()?;
        Self::check_energies()?;
        Self::check_excesses()?;
        Self::check_anchors()?;
        Self::check_forgotten()
    }

    /// Slots close in their order, after they have ended.
    fn check_clock() -> Checked {
        let parameters = Self::parameters();
        ensure!(parameters.slot_seconds > 0 && parameters.slot_energy_seconds > 0, "a slot takes no time");
        let Some(closed) = ClosedThrough::<T>::get() else { return Ok(()) };
        let current = Self::slot_now();
        ensure!(closed < current, format!("slot {closed} is closed and not over: it is {current}"));
        let endings = Endings::<T>::get();
        ensure!(endings.len() <= MAX_ENDINGS as usize, "too many markers of ended slots");
        let mut last = (closed, 0);
        for ending in endings {
            ensure!(ending.through > last.0, format!("marker of slot {} is out of order", ending.through));
            ensure!(ending.block >= last.1, format!("marker of slot {} is before an earlier one's", ending.through));
            ensure!(ending.through < current, format!("slot {} has a marker and is not over", ending.through));
            last = (ending.through, ending.block);
        }
        Ok(())
    }

    /// A device has a cursor from its first reading on. That sequences have no gaps and that no slot is accepted twice
    /// follows from the cursor, which only moves forward.
    fn check_cursors() -> Checked {
        let current = Self::slot_now();
        ensure!(InThisBlock::<T>::get().bytes <= T::MaxBytesInBlock::get(), "readings take more bytes than they may");
        for (device, DeviceStanding { cursor, .. }) in Cursors::<T>::iter() {
            ensure!(cursor.next_sequence > 0, format!("device {device} has a cursor without a reading"));
            ensure!(cursor.last_hash != ReadingHash::default(), format!("device {device} has no last hash"));
            ensure!(cursor.next_slot <= current, format!("device {device} was read to the end of an open slot"));
        }
        Ok(())
    }

    /// No more readings trade than were accepted, and none of a slot that is not over.
    fn check_energies() -> Checked {
        let current = Self::slot_now();
        let mut sums = BTreeMap::new();
        for ((market, slot), site, energies) in SiteEnergies::<T>::iter() {
            ensure!(slot < current, format!("site {site} has energies of slot {slot}, which is not over"));
            ensure!(energies.readings > 0, format!("site {site} has energies of slot {slot} without a reading"));
            let sum: &mut u64 = sums.entry((market, slot)).or_default();
            *sum = sum.saturating_add(energies.readings.into());
        }
        for ((market, slot), sum) in sums {
            let counted = ReadingCounts::<T>::get(market, slot);
            ensure!(
                sum <= counted.into(),
                format!("market {market}, slot {slot}: {sum} readings trade and {counted} were accepted")
            );
        }
        Ok(())
    }

    /// A site's excesses are of closed slots, each day at its place.
    fn check_excesses() -> Checked {
        let (closed, slots_per_day) = (Self::newest_closed(), Self::parameters().slots_per_era);
        for (site, history) in Excesses::<T>::iter() {
            ensure!(history.judged_through <= closed, format!("site {site} was judged in a slot that is not closed"));
            ensure!(history.is_whole(slots_per_day), format!("site {site} has an excess of another day"));
        }
        Ok(())
    }

    /// Hundredth blocks are kept for a month, and no others.
    fn check_anchors() -> Checked {
        let (now, mut count) = (Self::block_now(), 0u32);
        for block in LastingAnchors::<T>::iter_keys() {
            count = count.saturating_add(1);
            ensure!(block.is_multiple_of(LASTING_ANCHOR_BLOCKS), format!("block {block} is no hundredth block"));
            ensure!(block < now, format!("block {block} is kept as an anchor and is not made yet: this is {now}"));
        }
        ensure!(count <= MAX_LASTING_ANCHORS, format!("{count} blocks are kept as anchors"));
        Ok(())
    }

    fn check_forgotten() -> Checked {
        let closed = Self::newest_closed();
        let queue = Forgotten::<T>::get();
        for (place, entry) in queue.iter().enumerate() {
            let market = entry.market;
            ensure!(entry.next <= entry.through, format!("market {market} forgets nothing"));
            ensure!(entry.through <= closed, format!("market {market} forgets a slot that is not closed"));
            let twice = queue.iter().skip(place.saturating_add(1)).any(|other| other.market == market);
            ensure!(!twice, format!("market {market} forgets twice"));
        }
        Ok(())
    }
}
