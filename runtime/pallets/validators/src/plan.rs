//! Which accounts validate in the next session, as a pure function of the roster.

use crate::types::ValidatorState;
use alloc::vec::Vec;

/// What planning must know of an account of the roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<AccountId> {
    /// Who it is.
    pub who: AccountId,
    /// What it may do.
    pub state: ValidatorState,
    /// Whether it is in the set of the session that begins now.
    pub validates: bool,
    /// Whether it has set session keys; without them nobody can validate.
    pub has_keys: bool,
}

/// How small and how large a set may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The council never leaves fewer than these.
    pub min: usize,
    /// There are never more.
    pub max: usize,
}

/// The next set, sorted. By will of the council it differs from the present one by at most a third (at least one). All
/// who are banned leave it too; where nobody else is left, those stay who are there. It is empty only where nobody has
/// keys.
pub fn next_set<AccountId: Clone + Ord>(candidates: &[Candidate<AccountId>], bounds: Bounds) -> Vec<AccountId> {
    let able = || candidates.iter().filter(|candidate| candidate.has_keys);
    let present = candidates.iter().filter(|candidate| candidate.validates).count();
    let changes = (present / 3).max(1);

    let staying: Vec<_> = able().filter(|candidate| candidate.validates && !candidate.state.is_banned()).collect();
    let joining: Vec<_> = able()
        .filter(|candidate| !candidate.validates && candidate.state == ValidatorState::Serving)
        .take(changes.min(bounds.max.saturating_sub(staying.len())))
        .collect();
    let dispensable = staying.len().saturating_add(joining.len()).saturating_sub(bounds.min.max(1));
    let leaving = changes.saturating_sub(joining.len()).min(dispensable);

    let mut left = 0usize;
    let mut next: Vec<_> = staying
        .into_iter()
        .filter(|candidate| {
            let leaves = candidate.state == ValidatorState::Leaving && left < leaving;
            left = left.saturating_add(usize::from(leaves));
            !leaves
        })
        .chain(joining)
        .map(|candidate| candidate.who.clone())
        .collect();
    if next.is_empty() {
        next = able().filter(|candidate| candidate.validates).map(|candidate| candidate.who.clone()).collect();
    }
    next.sort();
    next
}
