//! What a grid operator must look after. It is each closed slot of a device without a reading, or with one that came
//! late, is estimated or was flagged.
//!
//! A device owes a reading for every slot in which it serves at its site, and for no other.

use super::{
    BookQuality, BooksError, remarks,
    rows::{bytes32, narrow},
};
use deren_primitives::{Hex, MarketId, ReadingVerdict, Slot};
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use std::time::{Duration, Instant};
use utoipa::ToSchema;

/// The most gaps in one answer, unless a single slot has more.
pub const MAX_GAPS: u32 = 5_000;
/// An answer that takes longer ends where it is, and says so.
const MAX_TIME: Duration = Duration::from_secs(4);
/// How many slots are looked at in one statement, at first and at most: a day of quarter-hours.
const FIRST_SLOTS: u32 = 8;
const MOST_SLOTS: u32 = 96;
/// More devices than a market can have.
const MOST_OF_A_SLOT: u32 = 65_536;

/// Why a slot of a device is in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GapKind {
    /// There is no reading.
    Missing,
    /// It came when the slot was closed.
    Late,
    /// The chain found something wrong with it.
    Flagged,
    /// Its share of the slot is a guess.
    Estimated,
}

/// One slot of one device that an operator should look after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gap {
    /// The slot.
    pub slot: u32,
    /// Its first second since 1970.
    pub start_unix_s: i64,
    /// The site.
    pub site: u32,
    /// The device, as `0x…`.
    pub device: String,
    /// The gateway that reads it, as `0x…`.
    pub gateway: String,
    /// What the device measures.
    pub role: String,
    /// Why it is in the list.
    pub kind: GapKind,
    /// All that the chain remarked about the reading; empty if there is none.
    pub verdict: Vec<&'static str>,
}

/// Gaps of a market, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gaps {
    /// Newest slot first, then by site and device.
    pub gaps: Vec<Gap>,
    /// If there is more: the `to` with which to ask for it.
    pub next_to_unix_s: Option<i64>,
}

/// Slot, site, device, gateway, role, the reading's verdict, and whether the site exported more than was shown.
type GapRow = (i64, i64, Vec<u8>, Vec<u8>, String, Option<i32>, bool);

/// The newest gaps of the slots from `first` up to but without `end`, at most `limit`. Slots that are not closed yet
/// are left out: their readings may still come.
pub async fn gaps(
    pool: &PgPool,
    market: MarketId,
    (first, end): (Slot, Slot),
    slot_seconds: u32,
    limit: u32,
) -> Result<Gaps, BooksError> {
    let limit = limit.min(MAX_GAPS);
    let mut connection = super::snapshot(pool).await?;
    let closed: Option<i64> =
        sqlx::query_scalar("SELECT max(through_slot) FROM seen_slots_closed").fetch_one(&mut *connection).await?;
    let open = closed.map_or(Ok(0), |slot| narrow::<u32>("slots_closed.through_slot", slot))?.saturating_add(1);
    let start = |slot: u32| i64::from(slot) * i64::from(slot_seconds);
    let mut end = end.0.min(open);
    let (mut found, mut slots, began) = (Vec::new(), FIRST_SLOTS, Instant::now());
    while end > first.0 {
        let room = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if room == 0 || began.elapsed() > MAX_TIME {
            return Ok(Gaps { gaps: found, next_to_unix_s: Some(start(end)) });
        }
        let lo = end.saturating_sub(slots).max(first.0);
        let rows = ask(&mut connection, market, (lo, end), room.saturating_add(1)).await?;
        let mut new = rows.into_iter().map(|row| gap(row, start)).collect::<Result<Vec<Gap>, _>>()?;
        if new.len() > room as usize {
            // Only whole slots are given out, so that the next answer begins where this one ends.
            let partial = new.last().map_or(lo, |gap| gap.slot);
            new.retain(|gap| gap.slot > partial);
            found.extend(new);
            if found.is_empty() {
                let rows = ask(&mut connection, market, (partial, partial.saturating_add(1)), MOST_OF_A_SLOT).await?;
                found = rows.into_iter().map(|row| gap(row, start)).collect::<Result<_, _>>()?;
                return Ok(Gaps { gaps: found, next_to_unix_s: (partial > first.0).then(|| start(partial)) });
            }
            return Ok(Gaps { gaps: found, next_to_unix_s: Some(start(partial.saturating_add(1))) });
        }
        found.extend(new);
        end = lo;
        slots = slots.saturating_mul(2).min(MOST_SLOTS);
    }
    Ok(Gaps { gaps: found, next_to_unix_s: None })
}

async fn ask(
    connection: &mut PgConnection,
    market: MarketId,
    (first, end): (u32, u32),
    limit: u32,
) -> Result<Vec<GapRow>, BooksError> {
    let question =
        sqlx::query_as::<_, GapRow>(include_str!("gaps.sql")).bind(i64::from(market.0)).bind(i64::from(first));
    Ok(question.bind(i64::from(end)).bind(i64::from(limit)).fetch_all(connection).await?)
}

fn gap(
    (slot, site, device, gateway, role, verdict, over_export): GapRow,
    start: impl Fn(u32) -> i64,
) -> Result<Gap, BooksError> {
    let slot: u32 = narrow("readings.first_slot", slot)?;
    let verdict = verdict.map(|bits| narrow("readings.verdict", bits.into()).map(ReadingVerdict)).transpose()?;
    let remark = if over_export { ReadingVerdict::OVER_EXPORT } else { ReadingVerdict::GOOD };
    let verdict = verdict.map(|verdict| verdict.with(remark));
    Ok(Gap {
        slot,
        start_unix_s: start(slot),
        site: narrow("devices.site", site)?,
        device: Hex(bytes32("devices.device", &device)?).to_string(),
        gateway: Hex(bytes32("devices.gateway", &gateway)?).to_string(),
        role,
        kind: match verdict.map(BookQuality::of) {
            None => GapKind::Missing,
            Some(BookQuality::Late) => GapKind::Late,
            Some(BookQuality::Estimated) => GapKind::Estimated,
            Some(BookQuality::Flagged | BookQuality::Good) => GapKind::Flagged,
        },
        verdict: verdict.map(remarks).unwrap_or_default(),
    })
}
