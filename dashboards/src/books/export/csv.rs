//! Rows as text: numbers, ISO 8601 times in UTC and names of ours only. So nothing needs quoting, and no cell can be
//! taken for a formula.

use super::page::{Clock, Row};
use std::fmt::Write;

/// The first line.
pub const HEADER: &str = "interval_start_utc,duration_s,metered_s,market,zone,site,meter_pseudonym,direction,energy_wh,\
                          price_ueur_per_kwh,energy_amount_ueur,protocol_fee_ueur,amount_ueur,quality,settlement_id,\
                          block_number,block_hash,finalized\r\n";

/// How long a line is at most, about.
const LINE_BYTES: usize = 320;

/// The lines of these rows.
pub(super) fn write(rows: &[Row], clock: Clock) -> String {
    let mut text = String::with_capacity(rows.len().saturating_mul(LINE_BYTES));
    for row in rows {
        let start_unix_s = i64::from(row.slot.0) * i64::from(clock.slot_seconds.get());
        let start = chrono::DateTime::from_timestamp(start_unix_s, 0).unwrap_or_default();
        let slots = u64::from(row.slot_count);
        let duration_s = slots * u64::from(clock.slot_seconds.get());
        let metered_s = slots * u64::from(clock.slot_energy_seconds);
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "{},{duration_s},{metered_s},{},{},{},{},{},{},{},{},{},{},{},{},{},0x{},{}\r\n",
            start.format("%Y-%m-%dT%H:%M:%SZ"),
            row.market,
            cell(row.zone),
            cell(row.site),
            cell(row.meter),
            row.direction.name(),
            row.energy_wh,
            cell(row.price_ueur_per_kwh),
            cell(row.energy_amount_ueur()),
            cell(row.protocol_fee_ueur()),
            row.amount_ueur,
            cell(row.quality.map(|quality| quality.name())),
            row.settlement_id,
            row.block_number,
            hex::encode(row.block_hash),
            row.finalized,
        );
    }
    text
}

/// What is not there is an empty cell.
fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
