//! How SunSpec points become registers, and where the points of each model lie.
//!
//! Source of all layouts: the SunSpec Alliance's model definitions (github.com/sunspec/models). Offsets count from the
//! model's id. A point that nobody sets says "not implemented", each type in its own way.

use crate::device::Registers;
use Kind::{Counter, Float, Ones, Signed, Text, Unsigned};

/// Type of a point, for what it says when it is not implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// uint16, enum16.
    Unsigned,
    /// int16, sunssf, pad.
    Signed,
    /// acc32: zero.
    Counter,
    /// float32: NaN.
    Float,
    /// uint32, bitfield32, uint64: all ones.
    Ones,
    /// string: empty.
    Text,
}

/// Runs of registers of one kind: the kind and how many registers, after id and length.
pub type Layout = &'static [(Kind, u16)];

/// Model 1, length 66.
pub const COMMON: Layout = &[(Text, 64), (Unsigned, 1), (Signed, 1)];
/// Models 101 to 103, length 50.
pub const INVERTER: Layout = &[
    (Unsigned, 4),
    (Signed, 1),
    (Unsigned, 6),
    (Signed, 3),
    (Unsigned, 1),
    (Signed, 7),
    (Counter, 2),
    (Signed, 1),
    (Unsigned, 1),
    (Signed, 1),
    (Unsigned, 1),
    (Signed, 8),
    (Unsigned, 2),
    (Ones, 12),
];
/// Models 111 to 113, length 60.
pub const INVERTER_FLOAT: Layout = &[(Float, 46), (Unsigned, 2), (Ones, 12)];
/// Models 201 to 203, length 105.
pub const METER: Layout =
    &[(Signed, 36), (Counter, 16), (Signed, 1), (Counter, 16), (Signed, 1), (Counter, 32), (Signed, 1), (Ones, 2)];
/// Models 211 to 213, length 124.
pub const METER_FLOAT: Layout = &[(Float, 122), (Ones, 2)];
/// Model 701, length 153.
pub const DER_AC: Layout = &[
    (Unsigned, 4),
    (Ones, 4),
    (Signed, 5),
    (Unsigned, 2),
    (Ones, 18),
    (Signed, 11),
    (Unsigned, 2),
    (Ones, 16),
    (Signed, 5),
    (Unsigned, 2),
    (Ones, 16),
    (Signed, 5),
    (Unsigned, 2),
    (Ones, 16),
    (Unsigned, 1),
    (Ones, 2),
    (Signed, 10),
    (Text, 32),
];

/// One model's registers, id and length included.
#[derive(Clone, Debug)]
pub struct ModelImage {
    words: Vec<u16>,
}

impl ModelImage {
    /// Model `id` with nothing implemented.
    pub fn new(id: u16, layout: Layout) -> Self {
        let length: u16 = layout.iter().map(|(_, count)| count).sum();
        let mut words = vec![id, length];
        for (kind, count) in layout {
            words.extend((0..*count).map(|index| match kind {
                Unsigned | Ones => 0xffff,
                Signed => 0x8000,
                Counter | Text => 0,
                // 0x7fc00000, the quiet NaN that the specification names.
                Float => [0x7fc0, 0].get(usize::from(index % 2)).copied().unwrap_or_default(),
            }));
        }
        Self { words }
    }

    /// Writes `words` at `offset`; what would lie outside the model is left out.
    pub fn put(&mut self, offset: usize, words: &[u16]) {
        for (place, word) in self.words.iter_mut().skip(offset).zip(words) {
            *place = *word;
        }
    }

    /// A one-register number.
    pub fn number(&mut self, offset: usize, value: i32) {
        self.put(offset, &[value as u16]);
    }

    /// A float32.
    pub fn float(&mut self, offset: usize, value: f64) {
        let bits = (value as f32).to_bits();
        self.put(offset, &[(bits >> 16) as u16, bits as u16]);
    }

    /// A uint32 or acc32; it wraps, as a real counter does.
    pub fn counter(&mut self, offset: usize, value: u64) {
        self.put(offset, &[(value >> 16) as u16, value as u16]);
    }

    /// A uint64.
    pub fn counter64(&mut self, offset: usize, value: u64) {
        self.put(offset, &[(value >> 48) as u16, (value >> 32) as u16, (value >> 16) as u16, value as u16]);
    }

    /// A string of `count` registers.
    pub fn text(&mut self, offset: usize, count: usize, text: &str) {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(count * 2, 0);
        let words: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |word, byte| (word << 8) | u16::from(*byte)))
            .collect();
        self.put(offset, &words);
    }

    /// The registers.
    pub fn into_words(self) -> Vec<u16> {
        self.words
    }
}

/// What a model shows, in the units of its points.
#[derive(Clone, Copy, Debug)]
pub struct Points {
    /// Import positive, W.
    pub power_w: i32,
    /// Current of all phases, hundredths of an ampere.
    pub current_ca: i32,
    /// In the unit of the energy's scale factor.
    pub import: u64,
    /// In the unit of the energy's scale factor.
    pub export: u64,
    /// Wh with its fraction.
    pub import_wh: f64,
    /// Wh with its fraction.
    pub export_wh: f64,
}

/// Volts of a phase, tenths.
pub const PHASE_DV: i32 = 2_300;
/// Hertz, hundredths.
pub const GRID_CHZ: i32 = 5_000;

impl Points {
    /// `registers` with energies in 10^`energy_scale` Wh, rounded down.
    pub fn new(registers: Registers, energy_scale: i8) -> Self {
        let unit_mwh = 10u64.pow(u32::from((energy_scale.clamp(-3, 3) + 3).unsigned_abs()));
        Self {
            power_w: registers.power_w,
            current_ca: registers.power_w.saturating_abs().saturating_mul(10) / 23,
            import: registers.import_mwh / unit_mwh,
            export: registers.export_mwh / unit_mwh,
            import_wh: registers.import_mwh as f64 / 1_000.0,
            export_wh: registers.export_mwh as f64 / 1_000.0,
        }
    }
}
