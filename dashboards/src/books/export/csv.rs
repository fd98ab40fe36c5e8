//! Rows as text: numbers, ISO 8601 times in UTC and names of ours only, so that nothing needs quoting and no cell can
//! be taken for a formula.

use super::page::Row;
use std::{fmt::Write, num::NonZeroU32};

/// The first line.
pub const HEADER: &str = "interval_start_utc,duration_s,meter_pseudonym,direction,energy_wh,price_ueur_per_kwh,\
                          amount_ueur,quality,settlement_id,block_number,block_hash,finalized\r\n";

/// How long a line is at most, about.
const LINE_BYTES: usize = 256;

/// The lines of these rows.
pub(super) fn write(rows: &[Row], slot_seconds: NonZeroU32) -> String {
    let mut text = String::with_capacity(rows.len().saturating_mul(LINE_BYTES));
    for row in rows {
        let start_unix_s = i64::from(row.slot.0) * i64::from(slot_seconds.get());
        let start = chrono::DateTime::from_timestamp(start_unix_s, 0).unwrap_or_default();
        let duration_s = u64::from(row.slot_count) * u64::from(slot_seconds.get());
        let meter = row.meter.map(|device| device.to_string()).unwrap_or_default();
        let price = row.price_ueur_per_kwh.map(|price| price.to_string()).unwrap_or_default();
        let quality = row.quality.map(|quality| quality.name()).unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "{},{duration_s},{meter},{},{},{price},{},{quality},{},{},0x{},{}\r\n",
            start.format("%Y-%m-%dT%H:%M:%SZ"),
            row.direction.name(),
            row.energy_wh,
            row.amount_ueur,
            row.settlement_id,
            row.block_number,
            hex::encode(row.block_hash),
            row.finalized,
        );
    }
    text
}
