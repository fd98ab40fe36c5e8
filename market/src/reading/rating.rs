//! How much energy a device's rated power allows. It must never round in favour of whoever shows more.

/// What rounding may add to a difference of two registers: a step at each end.
pub(super) fn two_steps_mwh(register_step_mwh: u64) -> u128 {
    u128::from(register_step_mwh).saturating_mul(2)
}

/// Thousandths of its rated power that a device may show before anyone doubts it.
pub const HEADROOM_PERMILLE: u32 = 1_100;

/// The most that one direction of a reading may show, mWh, rounded down: 1.1 × `rated_power_w` × `seconds` of metered
/// time, and two register steps. Registers are whole mWh, so that rounding changes no judgement.
pub fn most_mwh(rated_power_w: u32, seconds: u64, register_step_mwh: u64) -> u64 {
    // In mWh × 36 000, so that nothing is rounded before the end: a thousandth of 1 W × 1 s is ten of them.
    let rated = u128::from(rated_power_w)
        .saturating_mul(u128::from(seconds))
        .saturating_mul(u128::from(HEADROOM_PERMILLE))
        .saturating_mul(10);
    let steps = two_steps_mwh(register_step_mwh).saturating_mul(36_000);
    u64::try_from(rated.saturating_add(steps) / 36_000).unwrap_or(u64::MAX)
}
