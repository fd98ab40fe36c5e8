//! Meters that push telegrams by themselves, every second to every ten: P1 and SML, over a serial line or over TCP from an
//! adapter. Nothing is ever sent to them.

pub(crate) mod probe;
mod reader;
mod source;
pub(crate) mod uri;
mod wire;

pub use source::StreamSource;
