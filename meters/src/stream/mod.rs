//! Meters that push telegrams by themselves, every second to every ten: P1 and SML, over a serial line or over TCP from an
//! adapter. Nothing is ever sent to them.

mod driver;
mod reader;
mod wire;

pub use driver::StreamDriver;
