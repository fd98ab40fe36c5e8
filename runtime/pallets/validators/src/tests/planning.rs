//! Planning as a pure function: whatever the roster is, the next set keeps the rules.

use crate::plan::{Bounds, Candidate, next_set};
use crate::types::{Reason, ValidatorState};
use proptest::prelude::*;

fn state() -> impl Strategy<Value = ValidatorState> {
    prop_oneof![
        4 => Just(ValidatorState::Serving),
        2 => Just(ValidatorState::Leaving),
        1 => Just(ValidatorState::Left { last: 1 }),
        2 => Just(ValidatorState::Banned { reason: Reason::Equivocation, out_from: 2 }),
    ]
}

fn candidates() -> impl Strategy<Value = Vec<Candidate<u32>>> {
    let one = (state(), any::<bool>(), prop::bool::weighted(0.8));
    prop::collection::vec(one, 1..20).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        numbered
            .map(|(who, (state, validates, has_keys))| {
                let validates = validates && !matches!(state, ValidatorState::Left { .. });
                Candidate { who: who as u32, state, validates, has_keys }
            })
            .collect()
    })
}

fn count(all: &[Candidate<u32>], which: impl Fn(&Candidate<u32>) -> bool) -> usize {
    all.iter().filter(|candidate| which(candidate)).count()
}

proptest! {
    #[test]
    fn the_next_set_keeps_the_rules(all in candidates(), min in 1..5usize) {
        let bounds = Bounds { min, max: 12 };
        let next = next_set(&all, bounds);
        let inside = |candidate: &Candidate<u32>| next.contains(&candidate.who);
        let present = count(&all, |one| one.validates);
        let changes = (present / 3).max(1);

        prop_assert!(next.is_sorted());
        prop_assert!(all.iter().filter(|one| inside(one)).all(|one| one.has_keys), "all have keys");
        let banned = count(&all, |one| inside(one) && one.state.is_banned());
        prop_assert!(banned == 0 || banned == next.len(), "banned ones stay only where nobody else is left");
        prop_assert!(!next.is_empty() || count(&all, |one| one.has_keys && one.validates) == 0, "the chain goes on");
        let joined = count(&all, |one| inside(one) && !one.validates);
        let left = count(&all, |one| !inside(one) && one.validates && one.has_keys && !one.state.is_banned());
        prop_assert!(joined + left <= changes, "{joined} joined and {left} left of {present}");
        prop_assert!(left == 0 || next.len() >= min, "the council leaves enough");
        prop_assert!(joined == 0 || next.len() <= bounds.max, "there is room for who joins");
        prop_assert!(all.iter().filter(|one| inside(one) && !one.validates).all(|one| one.state == ValidatorState::Serving));
    }

    #[test]
    fn the_plan_comes_to_rest(all in candidates()) {
        let bounds = Bounds { min: 4, max: 64 };
        let mut all = all;
        let mut next = vec![];
        for _ in 0..40 {
            next = next_set(&all, bounds);
            all.iter_mut().for_each(|one| one.validates = next.contains(&one.who));
        }
        prop_assert_eq!(next_set(&all, bounds), next);
        let serving = count(&all, |one| one.state == ValidatorState::Serving && one.has_keys);
        let waiting = count(&all, |one| one.state == ValidatorState::Serving && one.has_keys && !one.validates);
        prop_assert!(serving == 0 || waiting == 0, "everyone who serves validates in the end");
    }
}
