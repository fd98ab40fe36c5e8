//! What bounds a clearing.

/// The most steps of one clearing, so that no sum can overflow: 2²⁰ × 2³² Wh × 2³² µ€/kWh is far within `i128`.
pub const MAX_STEPS: usize = 1 << 20;
