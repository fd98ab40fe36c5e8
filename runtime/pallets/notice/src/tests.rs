//! Tests of notice, with the real scheduler and preimages.

mod announcing;
pub(crate) mod mock;
