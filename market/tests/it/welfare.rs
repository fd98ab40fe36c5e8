//! No linear program finds more welfare.

use crate::market::{Market, any_market, cleared};
use deren_primitives::{Side, ZoneId};
use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use proptest::prelude::*;

/// The most welfare of a market: buys, sells and both directions of each edge as variables, balance in each zone.
fn most_welfare(market: &Market) -> f64 {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let mut balance: Vec<(ZoneId, Vec<(Variable, f64)>)> =
        market.zones.iter().map(|zone| (zone.id, Vec::new())).collect();
    let mut add = |zone: ZoneId, term: (Variable, f64)| {
        balance.iter_mut().find(|(id, _)| *id == zone).expect("a zone").1.push(term);
    };
    for step in &market.steps {
        let sign = if step.side == Side::Buy { 1.0 } else { -1.0 };
        let worth = sign * f64::from(step.limit_ueur_per_kwh);
        let variable = problem.add_var(worth, (0.0, f64::from(step.quantity_wh)));
        add(step.zone, (variable, -sign));
    }
    for zone in &market.zones {
        let Some(edge) = zone.edge else { continue };
        for (capacity, sign) in [(edge.capacity_up_wh, 1.0), (edge.capacity_down_wh, -1.0)] {
            let most = capacity.map_or(f64::INFINITY, |wh| wh as f64);
            let variable = problem.add_var(-f64::from(edge.fee_ueur_per_kwh), (0.0, most));
            add(zone.id, (variable, -sign));
            add(edge.parent, (variable, sign));
        }
    }
    for (_, terms) in &balance {
        problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
    }
    problem.solve().expect("a bounded problem").into_solution().expect("solved").objective()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn welfare_equals_a_linear_programs(market in any_market(40)) {
        let outcome = cleared(&market.zones, &market.steps);
        let most = most_welfare(&market);
        // Floats: a part in a thousand million.
        let tolerance = 1e-6 + most.abs() * 1e-9;
        prop_assert!((outcome.welfare_neur as f64 - most).abs() <= tolerance, "{} {most}", outcome.welfare_neur);
    }
}
