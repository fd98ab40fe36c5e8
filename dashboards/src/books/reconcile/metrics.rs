//! Prometheus metrics of reconciliation.

use super::Reconciliation;
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use std::sync::atomic::AtomicU64;

/// How many eras were compared with the chain, and how it came out.
#[derive(Clone, Debug, Default)]
pub struct ReconciliationMetrics {
    agreed: Counter,
    differed: Counter,
    last_era: Gauge<u64, AtomicU64>,
}

impl ReconciliationMetrics {
    /// Lets the metrics be read.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "deren_dashboards_eras_reconciled",
            "Eras whose rows agreed with the chain's state",
            self.agreed.clone(),
        );
        registry.register(
            "deren_dashboards_eras_different",
            "Eras whose rows differed from the chain's state; chain.reconciliations says how",
            self.differed.clone(),
        );
        registry.register(
            "deren_dashboards_last_reconciled_era",
            "The last era that was compared",
            self.last_era.clone(),
        );
    }

    /// Counts one comparison.
    pub(super) fn count(&self, result: &Reconciliation) {
        if result.agrees() {
            self.agreed.inc()
        } else {
            self.differed.inc()
        };
        self.last_era.set(result.era.into());
    }

    /// Eras that agreed and eras that differed, since the start.
    pub fn counts(&self) -> (u64, u64) {
        (self.agreed.get(), self.differed.get())
    }
}
