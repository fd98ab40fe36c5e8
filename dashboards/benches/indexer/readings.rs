//! Blocks full of readings, as the indexer makes them of events.

use deren_dashboards::indexer::{BlockHead, BlockId, BlockRows};

/// The first slot: some day in 2026, in quarter-hours.
const FIRST_SLOT: u32 = 1_988_000;
const SLOT_SECONDS: u64 = 900;
const DEVICES: u32 = 2_000;

/// A chain of `blocks` blocks with `rows` readings each. Devices take turns, slot after slot.
pub fn chain(blocks: u32, rows: u32) -> Vec<BlockRows> {
    (0..blocks).map(|number| block(number, rows)).collect()
}

fn block(number: u32, rows: u32) -> BlockRows {
    let id = BlockId { number, hash: hash(number) };
    let parent = number.checked_sub(1).map_or([0; 32], hash);
    let mut block = BlockRows::new(BlockHead { id, parent, at_unix_ms: u64::from(number) * 3_000, events: rows });
    for index in 0..rows {
        let reading = number * rows + index;
        let (device, slot) = (reading % DEVICES, FIRST_SLOT + reading / DEVICES);
        let row = block.row("readings", index).moment("starts_at", u64::from(slot) * SLOT_SECONDS);
        let row = row.number("market", 0).number("site", device / 2).bytes("gateway", &hash(device / 2));
        let row = row.bytes("device", &hash(device)).text("role", if device % 2 == 0 { "grid" } else { "production" });
        let row = row.number("first_slot", slot).number("slot_count", 1).number("sequence", slot - FIRST_SLOT);
        let row = row.number("register_epoch", 0).number("import_open_mwh", 3_844_917_000u64 + u64::from(reading));
        let row = row.number("import_close_mwh", 3_845_000_999u64 + u64::from(reading));
        let row = row.number("export_open_mwh", 12_000).number("export_close_mwh", 12_100);
        let row = row.number("import_wh", 83).number("export_wh", 0).number("quality", 0).number("verdict", 0);
        let row = row.number("clock_error_ms", 20).number("samples", 90).number("max_gap_ms", 10_500);
        drop(row.bytes("hash", &hash(reading)));
    }
    block
}

/// Bytes that look like a hash: they differ in all places, as an index meets them.
fn hash(number: u32) -> [u8; 32] {
    let mut state = u64::from(number) + 1;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}
