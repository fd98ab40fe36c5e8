//! The sums of settled slots as the API shows them, which must be those of the books, to the Wh and the µ€.

use crate::{
    Neighbourhood, NeighbourhoodError, Result, Silent, SlotReport, Totals, Wait,
    api::{SlotShown, differences, totals},
};
use std::time::Duration;

/// More than the indexer needs to see what is finalised already, on a machine that is busy with other things.
const SHOWN_DEADLINE: Duration = Duration::from_secs(60);
/// What was traded so long before the first slot of the books would be a mistake, too.
const BEFORE: Duration = Duration::from_secs(3600);

/// The sums over the slots of `books` in which energy was traded, from the API's answers alone. `books` begins with
/// the chain's first settled slot and has no gap. `Err` with the differences if the API shows anything else.
pub async fn settled(neighbourhood: &Neighbourhood, books: &[SlotReport]) -> Result<Totals> {
    let mut expected = Totals::default();
    books.iter().filter(|report| report.traded()).for_each(|report| expected.add(report));
    let (Some(first), Some(last)) = (books.first(), books.last()) else { return Ok(expected) };
    let clock = neighbourhood.clock();
    let from_unix_s = (clock.start_ms(first.slot) / 1000).saturating_sub(BEFORE.as_secs());
    let to_unix_s = clock.end_ms(last.slot) / 1000;
    let api = neighbourhood.pages()?.dashboards.api()?;
    let market = neighbourhood.registered.market;

    let (shown, sums) = Wait::new("the settled slots in the API", SHOWN_DEADLINE, &Silent)
        .until(async || {
            let status = api.status().await.map_err(|error| error.to_string())?;
            let finalized = status.finalized.map_or(0, |block| block.number);
            if finalized < expected.finalized_block {
                return Err(format!("block {finalized} is the newest, {} is awaited", expected.finalized_block));
            }
            let shown = api.slots(market, from_unix_s, to_unix_s).await.map_err(|error| error.to_string())?;
            totals(&shown, expected.slots, finalized).map(|sums| (shown, sums))
        })
        .await?;
    compare(&shown, books)?;
    // The indexer may have seen a later block by now.
    expected.finalized_block = sums.finalized_block;
    if sums != expected {
        return Err(NeighbourhoodError::Invariant(format!("the API sums up to {sums:?}, the books to {expected:?}")));
    }
    Ok(sums)
}

/// Each slot of the books is shown as it is, and nothing was traded in any other.
fn compare(shown: &[SlotShown], books: &[SlotReport]) -> Result<()> {
    let mut found = Vec::new();
    for report in books {
        match shown.iter().find(|slot| slot.slot == report.slot.0) {
            None => {
                let shown: Vec<u32> = shown.iter().map(|slot| slot.slot).collect();
                found.push(format!("slot {}: the API has only {shown:?}", report.slot));
            }
            Some(slot) => {
                found.extend(differences(slot, report).iter().map(|what| format!("slot {}: {what}", slot.slot)))
            }
        }
    }
    let strangers =
        shown.iter().filter(|slot| slot.volume_wh > 0 && !books.iter().any(|report| report.slot.0 == slot.slot));
    found.extend(strangers.map(|slot| format!("slot {}: the books know of no trade", slot.slot)));
    if found.is_empty() { Ok(()) } else { Err(NeighbourhoodError::Invariant(found.join("; "))) }
}
