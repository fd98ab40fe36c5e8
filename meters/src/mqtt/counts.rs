//! What each counter of a payload counts, and whether counters that are put together make up what a template says of
//! them. A counter of both directions, or a net one, is never taken for one direction.

use super::template::{Quantity, Term};
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
    fn weights(self) -> (i32, i32) {
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

impl Quantity {
    /// What that field of that alternative counts; `None` for a power.
    pub(super) fn counts(&self, alternative: usize, field: usize) -> Option<Counts> {
        match self.counts.as_ref()? {
            CounterKinds::All(counts) => Some(*counts),
            CounterKinds::Each(each) => each.get(alternative)?.get(field).copied(),
        }
    }

    /// True if that alternative is a counter of both directions and nothing that tells them apart.
    pub(super) fn is_undivided(&self, alternative: usize) -> bool {
        let count = self.fields.get(alternative).map_or(0, Vec::len);
        (0..count).all(|field| self.counts(alternative, field) == Some(Counts::Both))
    }

    /// Refuses counters that do not make up `wanted`.
    pub(super) fn check_counts(&self, wanted: Counts) -> Result<(), String> {
        let known = "`counts` says of each of its `fields` what it counts: import, export, both or net";
        match &self.counts {
            None => return Err(known.into()),
            Some(CounterKinds::Each(each)) => {
                if !self.fields.iter().map(Vec::len).eq(each.iter().map(Vec::len)) {
                    return Err(format!("{known}, in the same shape"));
                }
            }
            Some(CounterKinds::All(_)) => {}
        }
        for (index, alternative) in self.fields.iter().enumerate() {
            if self.one_way && self.is_undivided(index) && alternative.iter().all(|term| Term::of(term).sign > 0) {
                continue;
            }
            self.check_sum(index, wanted)?;
        }
        Ok(())
    }

    /// Parts add up: of phases and tariffs each is a whole counter. So the sum may have a direction several times, but
    /// nothing of the other one.
    fn check_sum(&self, index: usize, wanted: Counts) -> Result<(), String> {
        let alternative = self.fields.get(index).map(Vec::as_slice).unwrap_or_default();
        let (mut import, mut export) = (0i32, 0i32);
        for (field, term) in alternative.iter().enumerate() {
            let Some(counts) = self.counts(index, field) else { continue };
            let (sign, (more_import, more_export)) = (Term::of(term).sign, counts.weights());
            import = import.saturating_add(sign.saturating_mul(more_import));
            export = export.saturating_add(sign.saturating_mul(more_export));
        }
        let fits = match wanted {
            Counts::Import => import > 0 && export == 0,
            Counts::Export => export > 0 && import == 0,
            Counts::Both | Counts::Net => false,
        };
        if fits {
            return Ok(());
        }
        Err(format!(
            "[{}] make up {import} × import and {export} × export; a counter of both directions less what came back is the other one, \
             and `one_way = true` says that nothing comes back",
            alternative.join(", ")
        ))
    }
}
