//! What a reading of version 2 must say of its samples, so that its gateway can be asked for any of them later.

use deren_primitives::{IntervalReading, MAX_LEAVES, SampledReading};

/// True if the number of samples and their root belong together. A reading of one slot names both or neither, and at
/// most [`MAX_LEAVES`] samples. A reading of several slots names neither.
pub fn are_committed(reading: &SampledReading) -> bool {
    let IntervalReading { slot_count, samples, .. } = reading.interval;
    let has_root = reading.samples_root != [0; 32];
    match samples {
        0 => !has_root,
        _ => has_root && slot_count == 1 && samples <= MAX_LEAVES,
    }
}
