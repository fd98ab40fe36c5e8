//! How many of a smaller unit are one of a larger, and how much a clearing takes. Nothing here computes.

/// Basis points of a whole.
pub(crate) const BP: u128 = 10_000;

/// n€ of a µ€, as Wh of a kWh.
pub(crate) const NEUR_PER_UEUR: u128 = 1_000;

/// The most steps of one clearing, so that no sum can overflow: 2²⁰ × 2³² Wh × 2³² µ€/kWh is far within `i128`.
pub const MAX_STEPS: usize = 1 << 20;
