//! What was tried, what succeeded, and why the rest did not.

use super::shapes::{Name, Shapes, is_ours};
use sp_runtime::DispatchError;
use std::collections::BTreeMap;
use std::fmt;

/// What became of one call's attempts.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How often it was tried.
    pub tried: u64,
    /// How often it succeeded.
    pub succeeded: u64,
    /// Each error, and how often it came.
    pub errors: BTreeMap<String, u64>,
}

/// What a run covered.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By call.
    pub calls: BTreeMap<Name, Tally>,
    /// Events of this project's pallets, and how often each came.
    pub events: BTreeMap<String, u64>,
    /// Blocks made.
    pub blocks: u64,
    /// How often all invariants were checked.
    pub checks: u64,
}

impl Coverage {
    /// Notes what became of a call.
    pub fn note(&mut self, name: &Name, outcome: Result<(), String>) {
        let tally = self.calls.entry(name.clone()).or_default();
        tally.tried += 1;
        match outcome {
            Ok(()) => tally.succeeded += 1,
            Err(error) => *tally.errors.entry(error).or_default() += 1,
        }
    }

    /// Notes the events of a block.
    pub fn note_events(&mut self, shapes: &Shapes, events: impl IntoIterator<Item = (u8, u8)>) {
        for (pallet, event) in events {
            if let Some(name) = shapes.event(pallet, event).filter(|name| is_ours(name.split('.').next().unwrap_or("")))
            {
                *self.events.entry(name).or_default() += 1;
            }
        }
    }

    /// How many calls were tried.
    pub fn tried(&self) -> u64 {
        self.calls.values().map(|tally| tally.tried).sum()
    }

    /// How many of them succeeded.
    pub fn succeeded(&self) -> u64 {
        self.calls.values().map(|tally| tally.succeeded).sum()
    }

    /// How often this call succeeded.
    pub fn successes_of(&self, name: &Name) -> u64 {
        self.calls.get(name).map_or(0, |tally| tally.succeeded)
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tried, succeeded) = (self.tried(), self.succeeded());
        let percent = (succeeded * 100).checked_div(tried).unwrap_or_default();
        writeln!(f, "{tried} calls in {} blocks, {percent}% succeeded; {} checks", self.blocks, self.checks)?;
        writeln!(f, "| call | tried | succeeded | errors |\n|---|---|---|---|")?;
        for (name, tally) in &self.calls {
            let mut errors: Vec<_> = tally.errors.iter().collect();
            errors.sort_by_key(|(error, count)| (std::cmp::Reverse(**count), (*error).clone()));
            let errors: Vec<_> = errors.iter().map(|(error, count)| format!("{error} {count}")).collect();
            let (tried, succeeded) = (tally.tried, tally.succeeded);
            writeln!(f, "| {}.{} | {tried} | {succeeded} | {} |", name.pallet, name.call, errors.join(", "))?;
        }
        let events: Vec<_> = self.events.iter().map(|(event, count)| format!("{event} {count}")).collect();
        writeln!(f, "events: {}", events.join(", "))
    }
}

/// A short name of why a call failed.
pub fn error_name(error: &DispatchError) -> String {
    match error {
        DispatchError::Module(module) => module.message.unwrap_or("unnamed").into(),
        DispatchError::Other(message) => (*message).into(),
        DispatchError::BadOrigin => "BadOrigin".into(),
        other => format!("{other:?}"),
    }
}
