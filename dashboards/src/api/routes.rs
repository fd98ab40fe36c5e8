//! Which handler answers which address, and the document that says so (OpenAPI).

use super::{
    accounts,
    document::{self, Description},
    guard::{self, PublicReads},
    health,
    kept::{self, Lasting},
    login, markets, metrics,
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
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where the document is.
const DOCUMENT: &str = "/api/v1/openapi.json";
/// The largest body of a request.
const MAX_BODY_BYTES: usize = 16 * 1024;

fn documented() -> OpenApiRouter<Api> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(status::show::show))
        .routes(routes!(login::challenge::challenge))
        .routes(routes!(login::create::create, login::show::show, login::delete::delete))
        .routes(routes!(markets::list::list))
        .routes(routes!(markets::show::show))
        .routes(routes!(markets::zones::zones))
        .routes(routes!(markets::slots::slots))
        .routes(routes!(markets::slot::slot))
        .routes(routes!(markets::sums::sums))
        .routes(routes!(markets::market_file::market_file))
        .routes(routes!(markets::result::result))
        .routes(routes!(markets::gaps::gaps))
        .routes(routes!(accounts::show::show))
        .routes(routes!(accounts::summary::summary))
        .routes(routes!(accounts::trades::trades))
        .routes(routes!(accounts::set_retail_tariff::set_retail_tariff))
        .routes(routes!(sites::show::show))
        .routes(routes!(sites::readings::readings))
        .routes(routes!(sites::set_name::set_name))
        .routes(routes!(zones::set_name::set_name))
        .routes(routes!(settlement::export::export))
        .routes(routes!(stream::open::open));
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
        .layer(middleware::from_fn_with_state(api.clone(), metrics::count))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(api.clone(), guard::secure_headers))
        .with_state(api)
}
