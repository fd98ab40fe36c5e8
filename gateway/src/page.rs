//! The local page: `/` for people, `/api/status` as JSON, `/metrics` for Prometheus. Anyone whom it answers may look;
//! only who typed the PIN may look for devices, pick them, or get a link code. It holds no money and shows no secret.

mod ask;
mod assets;
mod names;
mod problem;
mod session;
mod setup_api;
#[cfg(test)]
mod tests;

pub use ask::ask;
pub use setup_api::{SetupApi, SetupSettings};

use crate::{
    board::{Board, Status},
    error::GatewayError,
    metrics,
};
use axum::{
    Json, Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use deren_exposition::Format;
use names::{Names, is_of_a_home, is_same_origin};
use problem::Problem;
use serde::Serialize;
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The page brings all it needs, and may ask only its own server.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Longest body of a request: a whole choice of devices.
const MAX_BODY_BYTES: usize = 32 * 1_024;

/// Serves the page.
pub struct Page {
    /// Where it listens.
    pub listen: SocketAddr,
    /// What it shows.
    pub board: Arc<Board>,
    /// What it changes things with.
    pub setup_api: Arc<SetupApi>,
}

/// What every request may use.
#[derive(Clone)]
struct App {
    board: Arc<Board>,
    setup_api: Arc<SetupApi>,
    names: Arc<Names>,
}

impl Page {
    /// Takes the address, so that a port in use is known at the start.
    ///
    /// # Errors
    /// [`GatewayError::Page`] if it cannot be listened on.
    pub async fn bind(&self) -> Result<TcpListener, GatewayError> {
        TcpListener::bind(self.listen).await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: impl ToString) -> GatewayError {
        GatewayError::Page { address: self.listen.to_string(), reason: error.to_string() }
    }

    /// Serves until `shutdown`.
    ///
    /// # Errors
    /// [`GatewayError::Page`] if the socket fails.
    pub async fn run(self, listener: TcpListener, shutdown: CancellationToken) -> Result<(), GatewayError> {
        let names = Arc::new(Names::of(self.listen.ip()));
        let app = router(App { board: self.board.clone(), setup_api: self.setup_api.clone(), names });
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let ended = shutdown.clone();
        let serve = axum::serve(listener, app).with_graceful_shutdown(async move { ended.cancelled().await });
        tokio::select! {
            result = serve => result.map_err(|error| self.failed(error)),
            // An open connection must not hold up the end.
            () = async { shutdown.cancelled().await; tokio::time::sleep(std::time::Duration::from_secs(1)).await } => Ok(()),
        }
    }
}

fn router(app: App) -> Router {
    Router::new()
        .route("/api/status", get(show_status))
        .route("/metrics", get(show_metrics))
        .route("/api/session", post(session::enter).get(session::show).delete(session::leave))
        .route("/api/setup", get(setup_api::show))
        .route("/api/setup/search", post(setup_api::search).delete(setup_api::end_search))
        .route("/api/setup/home", put(setup_api::pick))
        .route("/api/setup/code", post(setup_api::link_code))
        .merge(assets::routes())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .layer(middleware::from_fn(add_headers))
        .with_state(app)
}

/// The board, and how the owner calls the home.
#[derive(Serialize)]
struct ShownStatus {
    #[serde(flatten)]
    status: Status,
    home_name: Option<String>,
}

async fn show_status(State(app): State<App>) -> Json<ShownStatus> {
    let home_name = app.setup_api.settings.borrow().home_name.clone();
    Json(ShownStatus { status: app.board.status(), home_name })
}

async fn show_metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let format = Format::wanted(headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()));
    let names = [(header::CONTENT_TYPE, format.content_type()), (header::VARY, "accept")];
    match metrics::text(&app.board.status(), format) {
        Ok(text) => (names, text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Answers nobody from outside the home, nobody who asks for another name, and no other site's writing requests.
async fn guard(
    State(app): State<App>,
    ConnectInfo(visitor): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let refuse = |words: &str| Problem::new(StatusCode::FORBIDDEN, words).into_response();
    if !is_of_a_home(visitor.ip()) {
        return refuse("This page answers only inside its own home network.");
    }
    let headers = request.headers();
    let host = headers.get(header::HOST).map_or(Ok("localhost"), HeaderValue::to_str);
    if !host.is_ok_and(|host| app.names.is_own(host)) {
        return refuse("This page answers only to its own address and name.");
    }
    let writes = !request.method().is_safe();
    if writes && !is_same_origin(headers) {
        return refuse("This request came from another site.");
    }
    next.run(request).await
}
