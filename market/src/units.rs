//! How many of a smaller unit are one of a larger. Nothing here computes.

/// Basis points of a whole.
pub(crate) const BP: u128 = 10_000;

/// n€ of a µ€, as Wh of a kWh.
pub(crate) const NEUR_PER_UEUR: u128 = 1_000;
