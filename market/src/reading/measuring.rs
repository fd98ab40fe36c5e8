//! How well a slot must be measured to trade. The chain judges by it what a reading says of itself, so that it is no
//! courtesy of the gateway.

/// A slot with fewer samples is estimated.
pub const MIN_SAMPLES_PER_SLOT: u32 = 6;
/// The gateway's clock may be wrong by this much, in milliseconds: as much as moves a boundary by a hundredth of a
/// slot.
pub const MAX_CLOCK_ERROR_MS: u32 = 10_000;

/// The longest time without a sample in a slot of `slot_ms` that was measured: half of it, in milliseconds.
pub fn max_gap_ms(slot_ms: u64) -> u64 {
    slot_ms / 2
}

/// True if a slot of `slot_ms` was measured and not guessed: it was sampled at least
/// [`MIN_SAMPLES_PER_SLOT`] times, and no gap is longer than [`max_gap_ms`].
pub fn is_measured(samples: u32, longest_gap_ms: u32, slot_ms: u64) -> bool {
    samples >= MIN_SAMPLES_PER_SLOT && u64::from(longest_gap_ms) <= max_gap_ms(slot_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_samples_and_gaps_of_half_a_slot_are_measured() {
        assert!(is_measured(6, 450_000, 900_000));
        assert!(!is_measured(5, 0, 900_000));
        assert!(!is_measured(90, 450_001, 900_000));
        assert!(!is_measured(u32::MAX, u32::MAX, 0));
    }
}
