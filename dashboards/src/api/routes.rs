//! Everything that is served: each noun names its own handlers, and the document (OpenAPI) has them all.

use super::{
    accounts,
    document::{self, Description},
    guard::{self, PublicReads},
    health,
    kept::{self, Lasting},
    login, markets,
    problem::Problem,
    settlement, sites,
    state::Api,
    status, stream, zones,
};
use axum::{Router, extract::DefaultBodyLimit, http::HeaderMap, middleware, routing::get};
use prometheus_client::registry::Registry;
use std::{future::ready, sync::Arc};
use tower_http::compression::CompressionLayer;
use utoipa::{OpenApi, openapi::OpenApi as Document};
use utoipa_axum::router::OpenApiRouter;

/// Where the document is.
const DOCUMENT: &str = "/api/v1/openapi.json";
/// The largest body of a request.
const MAX_BODY_BYTES: usize = 16 * 1024;

fn documented() -> OpenApiRouter<Api> {
    let nouns = [
        accounts::routes(),
        login::routes(),
        markets::routes(),
        settlement::routes(),
        sites::routes(),
        status::routes(),
        stream::routes(),
        zones::routes(),
    ];
    let v1 = nouns.into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge);
    OpenApiRouter::with_openapi(Description::openapi()).nest("/api/v1", v1)
}

/// The API as an OpenAPI document; the same that `/api/v1/openapi.json` serves.
pub fn openapi() -> Document {
    document::complete(documented().into_openapi())
}

/// Everything that is served: the API, health and metrics, and the pages.
pub fn router(api: Api, registry: Arc<Registry>) -> Router {
    let (routes, document) = documented().split_for_parts();
    let document = document::complete(document);
    let mut public = document::public_reads(&document);
    public.insert(DOCUMENT.to_owned());
    let document: Arc<str> = document.to_json().unwrap_or_default().into();
    let show_document =
        move |headers: HeaderMap| ready(kept::json(&headers, document.to_string(), Lasting::UntilAsked));
    routes
        .route(DOCUMENT, get(show_document))
        .route("/health", get(health::alive))
        .route("/ready", get(health::ready))
        .route("/metrics", get(health::metrics).with_state(registry))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .fallback(crate::web::page)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn(guard::in_time))
        .layer(middleware::from_fn(guard::same_origin))
        .layer(middleware::from_fn_with_state(PublicReads::new(public), guard::other_origins))
        .layer(middleware::from_fn_with_state(api.clone(), guard::count))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(api.clone(), guard::secure_headers))
        .with_state(api)
}
