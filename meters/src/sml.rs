//! SML telegrams of German meters: from bytes to what they show, and back.
//!
//! The Smart Message Language is described in BSI TR-03109-1, annex "LMN-Schnittstelle, Teil b". Transport version 1
//! frames a telegram and checks it by CRC16/X-25, and each message in it has a CRC16 of its own. Both have to fit. The
//! crate `sml-rs` reads frame and messages, without allocating; what it does not know is refused with the whole
//! telegram. Meters that compute the CRC otherwise (Holley DTZ541 on RS-485) are not read.

mod codes;
mod finder;
mod telegram;
#[cfg(test)]
mod tests;
mod write;

pub use codes::MAX_BYTES;
pub use finder::Finder;
pub use telegram::decode;
pub(crate) use telegram::decode_counted;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use write::message;
pub use write::write;
