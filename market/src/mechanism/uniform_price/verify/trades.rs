//! Each step with its fill. Nothing here looks at prices.

use crate::{ClearError, Fill, MAX_STEPS, Network, Step, Violation};
use alloc::vec::Vec;

/// A step with what it trades.
pub(super) struct Trade<'a> {
    /// The step.
    pub step: &'a Step,
    /// Its zone's place in the network.
    pub place: usize,
    /// 0 if it does not trade.
    pub filled_wh: u32,
}

/// All steps with their fills, by id.
pub(super) fn read<'a>(network: &Network, steps: &'a [Step], fills: &[Fill]) -> Result<Vec<Trade<'a>>, Violation> {
    let mut trades = unfilled(network, steps).map_err(Violation::Steps)?;
    if let Some([_, fill]) = fills.array_windows().find(|[fill, next]| fill.id >= next.id) {
        return Err(Violation::FillOrder(fill.id));
    }
    let mut fills = fills.iter().peekable();
    for trade in &mut trades {
        if let Some(stray) = fills.next_if(|fill| fill.id < trade.step.id) {
            return Err(Violation::UnknownStep(stray.id));
        }
        let Some(fill) = fills.next_if(|fill| fill.id == trade.step.id) else { continue };
        let (id, quantity_wh, filled_wh) = (fill.id, trade.step.quantity_wh, fill.quantity_wh);
        if filled_wh == 0 {
            return Err(Violation::EmptyFill(id));
        }
        if filled_wh > quantity_wh {
            return Err(Violation::Overfilled { id, quantity_wh, filled_wh });
        }
        trade.filled_wh = filled_wh;
    }
    fills.next().map_or(Ok(trades), |stray| Err(Violation::UnknownStep(stray.id)))
}

/// All steps by id, without fills.
fn unfilled<'a>(network: &Network, steps: &'a [Step]) -> Result<Vec<Trade<'a>>, ClearError> {
    if steps.len() > MAX_STEPS {
        return Err(ClearError::TooManySteps(steps.len()));
    }
    let place = |step: &'a Step| match network.place(step.zone) {
        Some(place) => Ok(Trade { step, place, filled_wh: 0 }),
        None => Err(ClearError::UnknownZone { id: step.id, zone: step.zone }),
    };
    let mut trades = steps.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    trades.sort_by_key(|trade| trade.step.id);
    match trades.array_windows().find(|[trade, next]| trade.step.id == next.step.id) {
        Some([twin, _]) => Err(ClearError::DuplicateStep(twin.step.id)),
        None => Ok(trades),
    }
}
