//! Whether a sample can be true: what changed, how stale it was, and what still waits to be confirmed.

pub(super) mod pending;
pub(super) mod register_change;
pub(super) mod staleness;
