//! What Prometheus may count of the API. Labels are routes and statuses only: bounded, and nobody's business.

use super::state::Api;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
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
use std::time::Instant;

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
}

/// Counts each request and how long it took.
pub async fn count(State(api): State<Api>, request: Request, next: Next) -> Response {
    // A route's pattern and never its values: the number of labels stays bounded.
    let matched = request.extensions().get::<MatchedPath>();
    let path = matched.map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    tracing::debug!(method, path, status, elapsed_us = start.elapsed().as_micros(), "answered");
    let metrics = api.metrics();
    let route = Route { method: method.clone(), path: path.clone() };
    metrics.durations.get_or_create(&route).observe(start.elapsed().as_secs_f64());
    metrics.requests.get_or_create(&Answer { method, path, status }).inc();
    response
}
