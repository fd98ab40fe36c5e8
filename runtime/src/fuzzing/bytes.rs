//! The input, read as choices. It must give the same choices for the same bytes, always.

/// What is left of an input. Beyond its end everything is 0.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// The choices of this input.
    pub fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// True if nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `bound`, which is above 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let mut number = usize::from(self.byte());
        if bound > 256 {
            number = number << 8 | usize::from(self.byte());
        }
        number % bound
    }

    /// True in one of `times` cases.
    pub fn one_in(&mut self, times: u8) -> bool {
        // Not at the input's end, where all bytes are 0.
        self.byte() % times == times - 1
    }

    /// One of these.
    pub fn pick<'b, T>(&mut self, all: &'b [T]) -> Option<&'b T> {
        if all.is_empty() { None } else { all.get(self.below(all.len())) }
    }

    /// A number of any size.
    pub fn number(&mut self) -> u128 {
        let width = self.below(17);
        (0..width).fold(0, |number, _| number << 8 | u128::from(self.byte()))
    }
}

/// Bytes that look random and are the same for the same seed, in which a run without libFuzzer has its inputs.
pub fn from_seed(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
