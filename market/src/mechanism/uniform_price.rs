//! One price a zone: what is best for all together, with losses and full lines between the zones.

mod book;
mod clear;
mod curve;
mod ration;
mod verify;

#[cfg(feature = "file")]
pub(crate) use book::Book;
pub use book::ClearError;
pub use clear::clear;
pub use verify::verify;
