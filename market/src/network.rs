//! The tree of zones.

/// A market's zones as a validated tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {}
