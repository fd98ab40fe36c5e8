//! SunSpec register images, written word by word from the specification's tables.

/// `SunS`.
const MARKER: [u16; 2] = [0x5375, 0x6e53];
const NONE: u16 = 0x8000;

/// The registers of a chain.
pub struct Image(pub Vec<u16>);

impl Image {
    pub fn new() -> Self {
        Self(MARKER.to_vec())
    }

    /// A model of that length; `points` are offsets from its id register and what stands there.
    pub fn model(mut self, id: u16, length: u16, points: &[(usize, &[u16])]) -> Self {
        let start = self.0.len();
        self.0.extend([id, length]);
        self.0.resize(start + 2 + usize::from(length), NONE);
        for (offset, words) in points {
            self.0[start + offset..start + offset + words.len()].copy_from_slice(words);
        }
        self
    }

    pub fn common(self, vendor: &str, model: &str, serial: &str) -> Self {
        self.model(1, 66, &[(2, &text(vendor, 16)), (18, &text(model, 16)), (50, &text(serial, 16)), (34, &[0; 16])])
    }

    /// Model 103: power in W, energy in Wh × 10^factor.
    pub fn inverter(self, watt: i16, energy: u32, factor: i16) -> Self {
        self.model(103, 50, &[(14, &[watt as u16, 0]), (24, &double(energy)), (26, &[factor as u16])])
    }

    /// Model 203: power in W, energies in Wh × 10^factor.
    pub fn meter(self, watt: i16, import: u32, export: u32, factor: i16) -> Self {
        let energies = [(38, &double(export)[..]), (46, &double(import)), (54, &[factor as u16])];
        self.model(203, 105, &[&[(18, &[watt as u16][..]), (22, &[0])][..], &energies].concat())
    }

    /// Model 213: energies in Wh.
    pub fn float_meter(self, import: f32, export: f32) -> Self {
        self.model(213, 124, &[(60, &double(export.to_bits())), (68, &double(import.to_bits()))])
    }

    pub fn end(mut self) -> Self {
        self.0.extend([0xffff, 0]);
        self
    }
}

pub fn double(value: u32) -> [u16; 2] {
    [(value >> 16) as u16, value as u16]
}

fn text(text: &str, words: usize) -> Vec<u16> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(words * 2, 0);
    bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

/// Import and export as an SDM630 shows them.
pub fn energies(import_kwh: f32, export_kwh: f32) -> Vec<u16> {
    [double(import_kwh.to_bits()), double(export_kwh.to_bits())].concat()
}

/// What an SDM630 shows at the addresses by which it is known.
pub fn sdm630(address: u16) -> Option<[u16; 2]> {
    let shown = match address {
        0x00 | 0x02 => 230f32,
        0x46 => 50f32,
        _ => return None,
    };
    Some(double(shown.to_bits()))
}
