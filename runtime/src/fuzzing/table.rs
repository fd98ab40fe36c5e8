//! Which calls are tried, and how often. It has every call of the runtime but those that it names.

use super::{
    bytes::Bytes,
    shapes::{Name, Shapes, is_ours},
};

/// Calls that are never tried, each with the reason. An empty call name stands for the whole pallet.
pub const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("Timestamp", "set", "an inherent: the block's maker puts it first, as fuzzing does"),
    ("System", "set_code", "it would replace the runtime that is being tried"),
    ("System", "set_code_without_checks", "it would replace the runtime that is being tried"),
    ("System", "set_storage", "root writes any storage, so nothing could hold"),
    ("System", "kill_storage", "root removes any storage, so nothing could hold"),
    ("System", "kill_prefix", "root removes any storage, so nothing could hold"),
    ("Balances", "force_adjust_total_issuance", "root makes the books wrong on purpose"),
    ("Grandpa", "note_stalled", "root alone has it, without a bound; Validators.note_stalled is bounded and tried"),
];

/// Calls with which the administration could break its own euro. Everyone else tries them.
pub const NOT_BY_ADMINISTRATION: &[(&str, &str)] = &[
    ("Assets", "start_destroy"),
    ("Assets", "destroy_accounts"),
    ("Assets", "destroy_approvals"),
    ("Assets", "finish_destroy"),
    ("Assets", "force_asset_status"),
    ("Assets", "set_min_balance"),
];

/// All calls that are tried, each with how many of a block's calls it is.
pub struct Table {
    calls: Vec<(Name, usize)>,
    total: usize,
}

impl Table {
    /// The runtime's calls.
    pub fn new(shapes: &Shapes) -> Self {
        let tried = shapes.all_calls().into_iter().filter(|name| !is_left_out(name));
        let calls: Vec<_> = tried.map(|name| (name.clone(), weight(&name))).collect();
        let total = calls.iter().map(|(_, weight)| weight).sum();
        Self { calls, total }
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.calls.iter().map(|(name, _)| name)
    }

    /// One of the calls, by their weights.
    pub fn choose(&self, bytes: &mut Bytes<'_>) -> &Name {
        let mut left = bytes.below(self.total.max(257));
        left %= self.total;
        for (name, weight) in &self.calls {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return name,
            }
        }
        &self.calls[0].0
    }

    /// True unless it is one that the administration must not make, hidden in one that it may.
    pub fn may_be_inside(&self, name: &Name) -> bool {
        !by_nobody_of_the_administration(name)
    }
}

fn is_left_out(name: &Name) -> bool {
    LEFT_OUT.iter().any(|(pallet, call, _)| *pallet == name.pallet && (call.is_empty() || *call == name.call))
}

/// True for the calls of [`NOT_BY_ADMINISTRATION`].
pub fn by_nobody_of_the_administration(name: &Name) -> bool {
    NOT_BY_ADMINISTRATION.iter().any(|(pallet, call)| *pallet == name.pallet && *call == name.call)
}

/// How often a call is tried, as the market's own life would have it.
fn weight(name: &Name) -> usize {
    match (name.pallet.as_str(), name.call.as_str()) {
        ("Metering", "submit" | "submit_v2") => 100,
        ("Matching", "place_order") => 70,
        ("Matching", _) => 12,
        // Ends a gateway for the rest of the input, or most of them.
        ("Metering", "report_equivocation" | "report_equivocation_v2") => 2,
        ("Registry", "suspend_site") => 4,
        // There are three, and need not be sixteen.
        ("Registry", "create_market") => 2,
        ("Council", "set_members") => 1,
        (pallet, _) if is_ours(pallet) => 9,
        ("Council", _) => 5,
        ("Assets" | "Balances" | "Utility", _) => 2,
        _ => 1,
    }
}
