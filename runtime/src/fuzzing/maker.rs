//! What makes calls from an input: the input, and all that it needs to know. What it makes of them is in `values`.

use super::{
    bytes::Bytes,
    people::{ACCOUNTS, People},
    shapes::Shapes,
    table::Table,
};
use crate::AccountId;
use deren_primitives::IntervalReading;

/// Arguments of a call that are chosen on purpose, each by its name and as SCALE bytes. The others are chosen by
/// their types and names.
pub type Fields = Vec<(&'static str, Vec<u8>)>;

/// Makes calls from an input.
pub struct Maker<'a, 'b> {
    /// The input.
    pub bytes: &'a mut Bytes<'b>,
    /// What types there are.
    pub shapes: &'a Shapes,
    /// Which calls there are.
    pub table: &'a Table,
    /// Who takes part.
    pub people: &'a People,
    /// Readings that were sent before.
    pub sent: &'a mut Vec<IntervalReading>,
    /// Who has a say in the things that this call names, the first of them most of all.
    pub concerned: Vec<AccountId>,
    /// How deep the call that is being made lies in others.
    pub depth: u8,
}

impl Maker<'_, '_> {
    /// One of the twenty, or rarely one without a key.
    pub fn account(&mut self) -> AccountId {
        if self.bytes.one_in(24) {
            let known = self.bytes.pick(&self.people.keyless).cloned();
            return known.unwrap_or_else(|| self.people.account(0));
        }
        self.people.account(self.bytes.below(ACCOUNTS))
    }
}
