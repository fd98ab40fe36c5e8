//! What can be wrong with an outcome.

use core::fmt;

/// The first rule that an outcome breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The outcome does not name the market's zones, each once, by id.
    Zones,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl core::error::Error for Violation {}
