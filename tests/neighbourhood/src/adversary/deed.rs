//! What an adversary says of its own deeds: a line of JSON each, so that whoever started it can read them.

use crate::NeighbourhoodError;
use serde::{Deserialize, Serialize};

/// Something that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// What.
    pub what: String,
    /// How often, in one go.
    pub count: u32,
    /// True if the chain let it happen.
    pub succeeded: bool,
    /// What the chain said.
    pub answer: String,
}

impl Deed {
    /// The line for what a node or the chain answered to one attempt.
    pub(super) fn of<T>(what: impl Into<String>, outcome: &Result<T, NeighbourhoodError>) -> Self {
        let answer = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        Self { what: what.into(), count: 1, succeeded: outcome.is_ok(), answer }
    }

    /// Says it on standard output.
    pub(super) fn tell(&self) {
        println!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_can_be_read_again() {
        let refused: Result<(), _> = Err(NeighbourhoodError::Configuration("CallFiltered".into()));
        let deed = Deed::of("freezing a pot", &refused);
        assert!(!deed.succeeded && deed.answer.contains("CallFiltered"), "{deed:?}");
        let line = serde_json::to_string(&deed).expect("JSON");
        assert_eq!(serde_json::from_str::<Deed>(&line).expect("the same"), deed);
    }
}
