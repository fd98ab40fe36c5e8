//! What Prometheus may count of the indexer.

use crate::books::reconcile::ReconciliationMetrics;
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

/// The indexer's counters. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct IndexerMetrics {
    /// The newest finalised block that is in the tables.
    pub height: Gauge,
    /// The newest block of the best chain that is in the tables.
    pub best: Gauge,
    /// Finalised blocks that the node has and the tables have not.
    pub lag_blocks: Gauge,
    /// Finalised rows written.
    pub rows: Counter,
    /// Blocks of the best chain that were replaced by others.
    pub forked_blocks: Counter,
    /// Sessions that ended with an error of the node.
    pub node_errors: Counter,
    /// Sessions that ended with an error of the database.
    pub database_errors: Counter,
    /// Comparisons of eras with the chain.
    pub reconciliation: ReconciliationMetrics,
}

impl IndexerMetrics {
    /// New counters under names of their own in `registry`.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        metrics.reconciliation.register(registry);
        let indexer = registry.sub_registry_with_prefix("deren_dashboards_indexer");
        indexer.register("height_blocks", "Newest finalised block in the tables", metrics.height.clone());
        indexer.register("best_blocks", "Newest block of the best chain in the tables", metrics.best.clone());
        indexer.register("lag_blocks", "Finalised blocks of the node not in the tables", metrics.lag_blocks.clone());
        indexer.register("rows", "Finalised rows written", metrics.rows.clone());
        indexer.register("forked_blocks", "Blocks of the best chain replaced by others", metrics.forked_blocks.clone());
        indexer.register("node_errors", "Sessions ended by an error of the node", metrics.node_errors.clone());
        indexer.register(
            "database_errors",
            "Sessions ended by an error of the database",
            metrics.database_errors.clone(),
        );
        metrics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_units_and_one_prefix() {
        let mut registry = Registry::default();
        IndexerMetrics::register(&mut registry).height.set(7);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("text");
        assert!(text.contains("deren_dashboards_indexer_height_blocks 7"), "{text}");
        assert!(text.contains("deren_dashboards_indexer_rows_total 0"), "{text}");
    }
}
