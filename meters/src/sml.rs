//! SML telegrams of German meters: from bytes to what they show, and back.
//!
//! The Smart Message Language is described in BSI TR-03109-1, annex "LMN-Schnittstelle, Teil b". Transport version 1
//! frames a telegram and checks it by CRC16/X-25, and each message in it has a CRC16 of its own. Both have to fit. The
//! crate `sml-rs` reads frame and messages, without allocating; what it does not know is refused with the whole
//! telegram. Meters that compute the CRC otherwise (Holley DTZ541 on RS-485) are not read.

mod finder;
mod telegram;
#[cfg(test)]
mod tests;
mod write;

pub use finder::Finder;
pub use telegram::decode;
pub(crate) use telegram::decode_counted;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use write::message;
pub use write::write;

/// Largest telegram that is taken, bytes; real ones have 200 to 700.
pub const MAX_BYTES: usize = 4 * 1_024;
/// OBIS code of all imported energy, 1-0:1.8.0*255.
const IMPORT: [u8; 6] = [1, 0, 1, 8, 0, 255];
/// OBIS code of all exported energy, 1-0:2.8.0*255.
const EXPORT: [u8; 6] = [1, 0, 2, 8, 0, 255];
/// OBIS code of the power of all phases, import less export, 1-0:16.7.0*255.
const POWER: [u8; 6] = [1, 0, 16, 7, 0, 255];
/// Code of Wh in the DLMS list of units (IEC 62056-62).
const WATT_HOUR: u8 = 30;
/// Code of W in the same.
const WATT: u8 = 27;
