//! Markets for tests: written down in a line, or random.

use deren_market::{Edge, Network, Outcome, Step, Zone, clear, verify};
use deren_primitives::{OrderStepId, Side, ZoneId};
use proptest::prelude::*;

/// A root.
pub fn root(id: u32) -> Zone {
    Zone { id: ZoneId(id), edge: None }
}

/// A zone below `parent` with unlimited capacities.
pub fn below(parent: u32, id: u32, fee: u32) -> Zone {
    limited(parent, id, fee, None, None)
}

/// A zone below `parent`; the capacities are up and down.
pub fn limited(parent: u32, id: u32, fee: u32, up: Option<u64>, down: Option<u64>) -> Zone {
    let edge = Edge { parent: ZoneId(parent), fee_ueur_per_kwh: fee, capacity_up_wh: up, capacity_down_wh: down };
    Zone { id: ZoneId(id), edge: Some(edge) }
}

/// A step that buys `quantity` at most at `limit`.
pub fn buy(id: u64, zone: u32, quantity: u32, limit: u32) -> Step {
    step(id, zone, Side::Buy, quantity, limit)
}

/// A step that sells `quantity` at least at `limit`.
pub fn sell(id: u64, zone: u32, quantity: u32, limit: u32) -> Step {
    step(id, zone, Side::Sell, quantity, limit)
}

fn step(id: u64, zone: u32, side: Side, quantity_wh: u32, limit_ueur_per_kwh: u32) -> Step {
    Step { id: OrderStepId(id), zone: ZoneId(zone), side, limit_ueur_per_kwh, quantity_wh }
}

/// The network of these zones.
pub fn network(zones: &[Zone]) -> Network {
    Network::new(zones.to_vec()).expect("a tree")
}

/// Clears, and checks the outcome with the verifier.
pub fn cleared(zones: &[Zone], steps: &[Step]) -> Outcome {
    let network = network(zones);
    let outcome = clear(&network, steps).expect("steps that can be cleared");
    assert_eq!(verify(&network, steps, &outcome), Ok(()), "{outcome:?}");
    outcome
}

/// A zone's price in an outcome.
pub fn price(outcome: &Outcome, zone: u32) -> Option<i64> {
    outcome.zone(ZoneId(zone)).expect("a zone of the market").price_ueur_per_kwh
}

/// A zone's net export in an outcome.
pub fn export(outcome: &Outcome, zone: u32) -> i64 {
    outcome.zone(ZoneId(zone)).expect("a zone of the market").net_export_wh
}

/// All fills as (id, quantity).
pub fn fills(outcome: &Outcome) -> Vec<(u64, u32)> {
    outcome.fills.iter().map(|fill| (fill.id.0, fill.quantity_wh)).collect()
}

/// Zones and steps.
#[derive(Clone, Debug)]
pub struct Market {
    pub zones: Vec<Zone>,
    pub steps: Vec<Step>,
}

/// A random tree of 1 to 9 zones with up to `most_steps` steps. Mostly small numbers, so that there are many ties,
/// closed lines, still lines and flat curves; sometimes the largest that there are.
pub fn any_market(most_steps: usize) -> impl Strategy<Value = Market> {
    let sizes = prop_oneof![3 => Just((8u32, 12u32)), 2 => Just((3, 4)), 1 => Just((300_000, 50_000)),
        1 => Just((u32::MAX, u32::MAX))];
    (sizes, 1..=9usize).prop_flat_map(move |((most_limit, most_quantity), zones)| {
        let steps = prop::collection::vec(any_step(zones, most_limit, most_quantity), 0..=most_steps);
        (any_tree(zones, most_limit, most_quantity), steps).prop_map(|(zones, steps)| Market {
            steps: steps
                .into_iter()
                .zip(1..)
                .map(|(step, id)| Step { id: OrderStepId(id * 7 % 1009), ..step })
                .collect(),
            zones,
        })
    })
}

fn any_tree(zones: usize, most_limit: u32, most_quantity: u32) -> impl Strategy<Value = Vec<Zone>> {
    let capacity = move || prop_oneof![2 => Just(None), 1 => Just(Some(0)), 3 => (0..=u64::from(most_quantity) * 2).prop_map(Some)];
    let fee = prop_oneof![1 => Just(0), 3 => 0..=most_limit / 3];
    prop::collection::vec((any::<prop::sample::Index>(), fee, capacity(), capacity()), zones - 1).prop_map(|edges| {
        // Ids in no relation to the places in the tree; the depth is kept by starting again near the root.
        let id = |place: usize| (place as u32 * 5 + 3) % 11;
        let mut depths = vec![0];
        let mut all = vec![root(id(0))];
        for (place, (parent, fee, up, down)) in (1..).zip(edges) {
            let parent = parent.index(place);
            let parent = if depths[parent] < 8 { parent } else { 0 };
            depths.push(depths[parent] + 1);
            all.push(limited(id(parent), id(place), fee, up, down));
        }
        all
    })
}

fn any_step(zones: usize, most_limit: u32, most_quantity: u32) -> impl Strategy<Value = Step> {
    (0..zones as u32, any::<bool>(), 0..=most_limit, 0..=most_quantity).prop_map(|(place, buys, limit, quantity)| {
        let side = if buys { Side::Buy } else { Side::Sell };
        step(0, (place * 5 + 3) % 11, side, quantity, limit)
    })
}
