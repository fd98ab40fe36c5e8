//! What is told of a device: who it is, what its counters show, and how it counts. Data alone: nothing here reads a
//! wire.

use crate::quantity::{scale, scale_float};
use serde::{Deserialize, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};

/// Who a device says it is. Two samples belong to the same counter only if this is equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Manufacturer, as the device or its template names it.
    pub vendor: String,
    /// Product, as the device or its template names it.
    pub model: String,
    /// Serial number; for a device without one, where it is (`@10.0.0.5:502/1`), see [`Self::has_serial`].
    pub serial: String,
    /// False if the device has no serial number of its own and [`Self::serial`] is its address instead. A swapped meter
    /// at the same address cannot be noticed then.
    pub has_serial: bool,
    /// Tells apart the devices that share vendor, model and serial number, such as an inverter and its built-in meter.
    pub sub_unit: u16,
}

/// How a device writes one of its counters: enough to tell a wrap from a reset, and how fine its numbers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Counter {
    /// At this many mWh the counter begins at 0 again. `None`: it does not wrap, or nobody knows where.
    pub modulus_mwh: Option<u64>,
    /// The smallest difference that it can show at its present height, mWh. `None`: nobody knows.
    pub step_mwh: Option<u64>,
}

impl Counter {
    /// A whole-number counter that holds `limit` different values of `10^exponent` mWh each.
    #[must_use]
    pub fn whole(limit: Option<u128>, exponent: i32) -> Self {
        let to_mwh = |value: i128| scale(value, exponent).and_then(|mwh| u64::try_from(mwh).ok());
        Self {
            modulus_mwh: limit.and_then(|limit| to_mwh(i128::try_from(limit).ok()?)),
            step_mwh: Some(to_mwh(1).unwrap_or(u64::MAX).max(1)),
        }
    }

    /// A 32-bit float counter in units of `10^exponent` mWh that shows `mwh` now: the higher it counts, the coarser it
    /// is. It never wraps; it only stops to grow.
    #[must_use]
    pub fn float32(mwh: u64, exponent: i32) -> Self {
        let value = (mwh as f64 / 10f64.powi(exponent)) as f32;
        let step = f32::from_bits(value.to_bits().saturating_add(1)) - value;
        let step_mwh = scale_float(step.into(), exponent).and_then(|mwh| u64::try_from(mwh).ok());
        Self { modulus_mwh: None, step_mwh: step_mwh.map(|mwh| mwh.max(1)) }
    }
}

/// One look at a device's cumulative registers. New fields get a default, so write `..Sample::default()` where one is
/// made by hand.
///
/// At least one of the two energies is there. A device that shows neither gives
/// [`MeterError::NoEnergy`](crate::MeterError::NoEnergy).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When the answer or message arrived, milliseconds since the Unix epoch by this machine's clock.
    pub at_unix_ms: u64,
    /// Energy drawn from the grid since the counter began, mWh. `None`: the device does not count this direction, or
    /// has not begun to (SunSpec writes both as 0); it stands for nothing counted so far.
    pub import_mwh: Option<u64>,
    /// Energy fed into the grid since the counter began, mWh; an inverter's lifetime energy. `None` as above.
    pub export_mwh: Option<u64>,
    /// Power at this moment, W, import positive (an inverter that produces shows a negative number). Information only.
    pub power_w: Option<i32>,
    /// True if an energy that was above zero before reads zero or is missing now, as devices do for a moment after a
    /// restart. Also if a counter stands while power flows. Hold such a sample back until later ones agree.
    pub suspect: bool,
    /// How the device writes its import counter, as far as its driver knows.
    #[serde(default)]
    pub import_counter: Counter,
    /// How it writes its export counter.
    #[serde(default)]
    pub export_counter: Counter,
}

/// One string or battery on the direct-current side of an inverter. Information only, never a device: what the inverter
/// counts on its other side is the same energy, less its losses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DcInput {
    /// The inverter's name for it, or its number.
    pub name: String,
    /// Energy that came from it since the counter began, mWh.
    pub energy_mwh: Option<u64>,
    /// Energy that went into it since the counter began, mWh; only a battery has it.
    pub absorbed_mwh: Option<u64>,
    /// Power that comes from it at this moment, W.
    pub power_w: Option<i32>,
}

/// This machine's clock, milliseconds since the Unix epoch.
pub(crate) fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// What a device shows at one moment, in the units of this crate: what a template encodes, and what a fixture stands
/// for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Readout {
    /// Imported energy, mWh.
    pub import_mwh: Option<u64>,
    /// Exported energy, mWh.
    pub export_mwh: Option<u64>,
    /// Power, W, import positive.
    pub power_w: Option<i32>,
    /// Serial number.
    pub serial: Option<String>,
}

/// What a device shows, and how it counts that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// What it shows.
    pub readout: Readout,
    /// How it writes its import counter.
    pub import_counter: Counter,
    /// How it writes its export counter.
    pub export_counter: Counter,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_counter_wraps_where_its_registers_are_full() {
        let acc32 = Counter::whole(Some(1 << 32), 3);
        assert_eq!(acc32, Counter { modulus_mwh: Some(4_294_967_296_000), step_mwh: Some(1_000) });
        // Huawei's u32 × 0.01 kWh.
        assert_eq!(Counter::whole(Some(1 << 32), 4).modulus_mwh, Some(42_949_672_960_000));
        assert_eq!(Counter::whole(Some(1 << 64), 3).modulus_mwh, None, "beyond what a reading can hold");
        assert_eq!(Counter::whole(None, -4).step_mwh, Some(1));
    }

    #[test]
    fn a_float_counter_gets_coarser_as_it_grows() {
        assert_eq!(Counter::float32(1_000, 3).step_mwh, Some(1));
        assert_eq!(Counter::float32(16_777_216_000, 3).step_mwh, Some(2_000), "above 2^24 Wh, 2 Wh");
        assert_eq!(Counter::float32(40_000_000_000, 6).step_mwh, Some(3_906), "above 32 768 kWh, a 256th of a kWh");
        assert_eq!(Counter::float32(0, 3).step_mwh, Some(1));
    }
}
