//! Signed readings as a file that convinces outsiders: its format, its writer and its verifier.
//!
//! The file is JSON lines, the same bytes for the same content. It has a [`Header`], a [`ReadingLine`] or
//! [`SampledLine`] a reading, each device's in order, and an [`End`] with the gateway's signature over all of it.
//! Whoever knows the gateway's id needs nothing else: no chain, no network, no DeREN program (`gateway/README.md` says
//! how to recompute every byte). The verifier believes nothing that it has not checked, holds one line at a time, and
//! never repairs.

mod chain;
mod export;
mod fault;
mod handover;
mod keys;
mod line;
mod lines;
mod period;
mod socket;
mod verify;
mod write;

pub use chain::DeviceSummary;
pub use export::{Exporter, Request as ExportRequest};
pub use fault::{Failure, Fault, FaultKind};
pub use handover::{TrustedKey, keys_of};
pub use keys::KeyBook;
pub use line::{
    Device, End, FORMAT, Header, IntervalFields, Key, ProvenReading, ReadingLine, SampledLine, SealedReading, VERSION,
};
pub use period::{Period, parse_time};
pub use socket::{ask, serve};
pub use verify::{Summary, verify};
pub use write::Writer;
