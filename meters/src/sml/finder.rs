//! Finds telegrams in a stream of bytes, by the crate `sml-rs`. It never keeps more than one telegram's bytes, and
//! never gives one whose CRC16 does not fit.

use super::MAX_BYTES;
use sml_rs::{
    transport::{DecodeErr, Decoder},
    util::ArrayBuf,
};

/// Bytes without any outcome after which the search begins anew. The decoder counts what it skips in 16 bits.
const MAX_SKIPPED: usize = 4 * MAX_BYTES;

/// The telegram under way.
#[derive(Default)]
pub struct Finder {
    decoder: Box<Decoder<ArrayBuf<MAX_BYTES>>>,
    since_outcome: usize,
}

impl Finder {
    /// Takes the next byte. Gives the messages of a telegram once it is there and whole, or why one is none.
    ///
    /// # Errors
    /// A reason, if a telegram is too long, or its CRC16 does not fit.
    pub fn push(&mut self, byte: u8) -> Option<Result<Vec<u8>, String>> {
        self.since_outcome += 1;
        let outcome = match self.decoder.push_byte(byte) {
            Ok(Some(messages)) => Some(Ok(messages.to_vec())),
            Ok(None) if self.since_outcome > MAX_SKIPPED => {
                self.decoder.reset();
                Some(Err(format!("no telegram in {MAX_SKIPPED} bytes")))
            }
            Ok(None) => None,
            Err(DecodeErr::InvalidMessage { checksum_mismatch: (read, computed), num_padding_bytes, .. })
                if read == computed =>
            {
                Some(Err(format!("its end is misplaced, or its {num_padding_bytes} bytes of padding are too many")))
            }
            Err(DecodeErr::InvalidMessage { checksum_mismatch: (read, computed), .. }) => {
                Some(Err(format!("its CRC is {read:04X}, its contents give {computed:04X}")))
            }
            Err(DecodeErr::OutOfMemory) => Some(Err(format!("no end within {MAX_BYTES} bytes"))),
            Err(DecodeErr::InvalidEsc(_)) => Some(Err("it is garbled: an unknown escape sequence".into())),
            // The rest of a telegram that was joined in its middle, or one that breaks off.
            Err(DecodeErr::DiscardedBytes(count)) => Some(Err(format!("{count} bytes are no telegram"))),
        };
        if outcome.is_some() {
            self.since_outcome = 0;
        }
        outcome
    }
}
