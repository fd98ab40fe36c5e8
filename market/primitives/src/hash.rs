//! The hash of everything in DeREN.

use blake2::{Blake2b, Digest, digest::consts::U32};

/// blake2b with 32 bytes of output.
pub fn blake2_256(bytes: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hex;

    #[test]
    fn an_empty_input_has_the_published_hash() {
        let hash = Hex::parse("0x0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
        assert_eq!(Some(blake2_256(b"")), hash);
    }
}
