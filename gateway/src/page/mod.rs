//! The local status page: `/` for people, `/api/status` as JSON, `/metrics` for Prometheus. It only shows; nothing can
//! be changed through it. A page that listens on this machine answers only to this machine's names, so that no web
//! site can read it through a visitor's browser.

mod ask;

pub use ask::ask;

use crate::{board::Board, error::GatewayError, metrics};
use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const PAGE: &str = include_str!("status.html");
/// The page brings all it needs, and may ask only its own server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                      img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves the page.
pub struct Page {
    /// Where it listens.
    pub listen: SocketAddr,
    /// What it shows.
    pub board: Arc<Board>,
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
        let app = router(self.board.clone(), self.listen.ip().is_loopback());
        let ended = shutdown.clone();
        let serve = axum::serve(listener, app).with_graceful_shutdown(async move { ended.cancelled().await });
        tokio::select! {
            result = serve => result.map_err(|error| self.failed(error)),
            // An open connection must not hold up the end.
            () = async { shutdown.cancelled().await; tokio::time::sleep(std::time::Duration::from_secs(1)).await } => Ok(()),
        }
    }
}

fn router(board: Arc<Board>, this_machine_only: bool) -> Router {
    let router = Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/api/status", get(|State(board): State<Arc<Board>>| async move { Json(board.status()) }))
        .route("/metrics", get(show_metrics))
        .layer(middleware::from_fn(add_headers));
    let router = if this_machine_only { router.layer(middleware::from_fn(only_this_machine)) } else { router };
    router.with_state(board)
}

async fn show_metrics(State(board): State<Arc<Board>>) -> Response {
    const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match metrics::text(&board.status()) {
        Ok(text) => ([(header::CONTENT_TYPE, TYPE)], text).into_response(),
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

/// Refuses requests that were made to another name: a web site's name that was made to point here.
async fn only_this_machine(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    if is_this_machine(host) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this page answers only as localhost\n").into_response()
    }
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::GatewayId;
    use serde_json::Value;

    async fn served() -> (SocketAddr, CancellationToken) {
        let board = Arc::new(Board::new(GatewayId([1; 32]), [1; 32], 0));
        let page = Page { listen: ([127, 0, 0, 1], 0).into(), board };
        let listener = page.bind().await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let shutdown = CancellationToken::new();
        tokio::spawn(page.run(listener, shutdown.clone()));
        (address, shutdown)
    }

    #[tokio::test]
    async fn it_serves_the_page_the_status_and_the_metrics() {
        let (address, shutdown) = served().await;
        assert!(ask(address, "/").await.expect("page").contains("<!doctype html>"));
        let status: Value = serde_json::from_str(&ask(address, "/api/status").await.expect("status")).expect("JSON");
        assert_eq!(status["chain"]["link"], "connecting");
        assert!(ask(address, "/metrics").await.expect("metrics").contains("deren_gateway_outbox_readings 0"));
        assert!(ask(address, "/nothing").await.is_err());
        shutdown.cancel();
    }

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for own in ["localhost", "LOCALHOST:8640", "127.0.0.1:8640", "127.0.0.2", "[::1]:8640"] {
            assert!(is_this_machine(own), "{own}");
        }
        for other in ["example.org", "192.168.1.4:8640", "localhost.example.org:8640", "[::2]:1", ""] {
            assert!(!is_this_machine(other), "{other}");
        }
    }

    #[test]
    fn the_page_loads_nothing_from_elsewhere() {
        assert!(!PAGE.contains("http://") && !PAGE.contains("https://") && !PAGE.contains("src="));
    }

    #[tokio::test]
    async fn a_port_in_use_is_a_clear_error() {
        let (address, shutdown) = served().await;
        let page = Page { listen: address, board: Arc::new(Board::new(GatewayId([1; 32]), [1; 32], 0)) };
        let error = page.bind().await.expect_err("in use").to_string();
        assert!(error.contains(&address.to_string()), "{error}");
        shutdown.cancel();
    }
}
