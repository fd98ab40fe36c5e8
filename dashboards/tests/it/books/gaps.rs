//! Every gap is found, and nothing else; pages of gaps are the whole list.

use crate::{
    books::setup::Setup,
    history::{ExpectedGap, MARKET, Plan},
};
use deren_dashboards::books::gaps::{Gap, Gaps, gaps};
use deren_primitives::{MarketId, Slot};

async fn ask(setup: &Setup, slots: (u32, u32), limit: u32) -> Gaps {
    let slots = (Slot(slots.0), Slot(slots.1));
    gaps(&setup.pool, MarketId(MARKET), slots, setup.history.plan.slot_seconds, limit).await.expect("gaps")
}

fn expected(gap: &Gap) -> ExpectedGap {
    let kind = serde_json::to_value(gap.kind).expect("JSON");
    let kind = ["missing", "late", "flagged", "estimated"].into_iter().find(|name| kind == *name).expect("a kind");
    ExpectedGap { slot: gap.slot, site: gap.site, device: gap.device.clone(), kind }
}

#[tokio::test]
async fn all_gaps_are_found_and_nothing_else() {
    let setup = Setup::new(Plan::eventful(21), 110).await;
    let first = setup.history.plan.first_slot;
    let answer = ask(&setup, (first, first + 1_000), 5_000).await;
    let found: Vec<ExpectedGap> = answer.gaps.iter().map(expected).collect();
    assert_eq!(found, setup.history.expected_gaps());
    assert_eq!(answer.next_to_unix_s, None);
    for kind in ["missing", "late", "flagged", "estimated"] {
        assert!(found.iter().any(|gap| gap.kind == kind), "no {kind} gap: nothing is shown about them");
    }
    let missing_with_remarks =
        answer.gaps.iter().filter(|gap| expected(gap).kind == "missing" && !gap.verdict.is_empty()).count();
    assert_eq!(missing_with_remarks, 0);
}

#[tokio::test]
async fn pages_of_gaps_are_the_whole_list() {
    let setup = Setup::new(Plan::eventful(22), 60).await;
    let first = setup.history.plan.first_slot;
    let all = ask(&setup, (first, first + 60), 5_000).await.gaps;
    for limit in [1, 4, 50] {
        let (mut found, mut to) = (Vec::new(), first + 60);
        for _ in 0..200 {
            let page = ask(&setup, (first, to), limit).await;
            found.extend(page.gaps);
            let Some(next) = page.next_to_unix_s else { break };
            let next = u32::try_from(next / i64::from(setup.history.plan.slot_seconds)).expect("a slot");
            assert!(next < to, "no progress at {to}");
            to = next;
        }
        assert_eq!(found, all, "limit {limit}");
    }
}

#[tokio::test]
async fn a_reading_that_began_before_the_range_counts_in_it() {
    let setup = Setup::new(Plan::eventful(23), 110).await;
    let all = setup.history.expected_gaps();
    let first = setup.history.plan.first_slot;
    for from in (first..first + 110).step_by(3) {
        let found: Vec<_> = ask(&setup, (from, from + 1), 5_000).await.gaps.iter().map(expected).collect();
        let expected: Vec<_> = all.iter().filter(|gap| gap.slot == from).cloned().collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn slots_that_are_not_closed_are_not_missed() {
    let setup = Setup::new(Plan::eventful(24), 20).await;
    let after = setup.history.plan.first_slot + 20;
    assert!(ask(&setup, (after, after + 50), 5_000).await.gaps.is_empty());
}
