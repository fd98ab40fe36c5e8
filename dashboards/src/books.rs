//! Books kept from the rows: the exact input of each clearing, what is missing or late, and what a grid operator
//! settles by. They also say whether all of it agrees with the chain.
//!
//! Nothing here may trust a row that can be checked. A market file is given out only if its bytes have the hash that
//! the chain noted. An era's sums are compared with the chain's own.

pub mod export;
pub mod gaps;
pub mod input;
pub mod market_file;
pub mod reconcile;

mod error;
mod quality;
mod rows;

pub use error::BooksError;
pub use quality::{BookQuality, remarks};
pub use rows::snapshot;
