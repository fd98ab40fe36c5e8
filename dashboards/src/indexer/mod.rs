//! Follows the chain into the database: finalised blocks for good, the best chain above them until it is finalised or
//! forked away.

mod decode;
mod rows;

pub use decode::{DecodeError, EventReader};
pub use rows::{BlockHead, BlockId, BlockRows, TableRows};
