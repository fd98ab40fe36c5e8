//! P1 telegrams of utility meters: from text with its CRC16, and back.
//!
//! The format is IEC 62056-21 as the Dutch P1 companion standard narrows it down. It has `/header`, lines of an OBIS
//! code with values in parentheses, `!` and the CRC16 of all before, in hexadecimal. A telegram whose CRC does not fit
//! is never read. The CRC is that of the standard, or X-25 as older meters by Holley have it. Some write it without its
//! leading zero.
//!
//! Only what is read has to be well-formed. Meters fill a message with bytes that are no text, and write `m³` in
//! Latin-1. They repeat the registers of the last month under the same codes after `0-0:98.1.0`. None of that is looked
//! at.
//!
//! Meters of Slovenia, of DSMR 2.2 and by EasyMeter (D0) have no CRC. Nothing tells such a telegram from a garbled one
//! but its neighbours, so it counts once one of a stream stands between them, see [`Finder`].
//!
//! The parser is ours. The crate `dsmr5` knows the Dutch standard alone. It lacks the totals `1.8.0` and `2.8.0` and
//! the serial number `0-0:42.0.0` that other countries' meters write. It takes at most 2 048 bytes, and panics on lines
//! that are not ASCII. It reads the same telegrams beside ours in the tests. Encrypted telegrams (Luxembourg without an
//! adapter, Austria, Poland) are not read, and told as such.

mod finder;
#[cfg(test)]
mod samples;
mod telegram;
mod unchecked;

pub use finder::Finder;
pub(crate) use telegram::TEMPLATE;
pub use telegram::{MAX_BYTES, Telegram, serial_hex, serial_text, write};
