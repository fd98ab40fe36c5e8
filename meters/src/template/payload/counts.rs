//! What each counter of a payload counts, and whether counters that are put together make up what a template says of
//! them. A counter of both directions, or a net one, is never taken for one direction.

use serde::{Deserialize, Serialize};

/// Which way the energy flows that a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Counts {
    /// What is taken from the grid.
    Import,
    /// What is fed in.
    Export,
    /// Both directions, one added to the other: import plus export.
    Both,
    /// What is taken less what is fed in: it runs backwards.
    Net,
}

/// What the counters of an energy count: all of them the same, or each its own, in the shape of `fields`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum CounterKinds {
    /// Every field is a counter of this kind.
    All(Counts),
    /// Alternative by alternative, and field by field.
    Each(Vec<Vec<Counts>>),
}

impl Counts {
    /// How often import and export are in it.
    pub(super) fn weights(self) -> (i32, i32) {
        match self {
            Self::Import => (1, 0),
            Self::Export => (0, 1),
            Self::Both => (1, 1),
            Self::Net => (1, -1),
        }
    }

    /// What such a counter shows of a device that has counted so much, in thousandths.
    pub(super) fn shown(self, import: i128, export: i128) -> i128 {
        match self {
            Self::Import => import,
            Self::Export => export,
            Self::Both => import.saturating_add(export),
            Self::Net => import.saturating_sub(export),
        }
    }

    /// True if a counter of this kind may be below zero.
    pub(super) fn may_be_negative(self) -> bool {
        self == Self::Net
    }
}
