//! Where fixtures come from.

use serde::{Deserialize, Serialize};

/// Where the registers or payloads of a fixture come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Read from a real device, and published by the source.
    Recorded,
    /// An example that the source gives.
    Documented,
    /// Put together by the documented registers or fields: no device was at hand.
    Composed,
}
