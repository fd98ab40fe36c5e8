//! What Prometheus may count of the API. Labels are routes and statuses only: bounded, and nobody's business.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use std::time::Duration;

/// From half a millisecond to 16 s.
const FIRST_BUCKET_S: f64 = 0.0005;
const BUCKETS: u16 = 16;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: String,
    path: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: String,
    path: String,
    status: u16,
}

/// The API's counters.
#[derive(Debug)]
pub struct Metrics {
    requests: Family<Answer, Counter>,
    durations: Family<Route, Histogram, fn() -> Histogram>,
    /// Clients that listen to the stream now.
    pub stream_clients: Gauge,
    /// Clients that were cut because they read too slowly.
    pub stream_cut: Counter,
}

fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(FIRST_BUCKET_S, 2.0, BUCKETS))
}

impl Metrics {
    /// New counters under names of their own in `registry`.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            stream_clients: Gauge::default(),
            stream_cut: Counter::default(),
        };
        let api = registry.sub_registry_with_prefix("deren_dashboards");
        api.register("http_requests", "Requests by route and status", metrics.requests.clone());
        api.register_with_unit(
            "http_request_duration",
            "Time until an answer began, by route",
            Unit::Seconds,
            metrics.durations.clone(),
        );
        api.register("stream_clients", "Clients that listen to the stream", metrics.stream_clients.clone());
        api.register("stream_clients_cut", "Clients cut because they read too slowly", metrics.stream_cut.clone());
        metrics
    }

    /// Counts an answer with this status, which took so long. `path` is a route's pattern and never its values: the
    /// number of labels stays bounded.
    pub fn answered(&self, method: String, path: String, status: u16, took: Duration) {
        let route = Route { method: method.clone(), path: path.clone() };
        self.durations.get_or_create(&route).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answer { method, path, status }).inc();
    }
}
