//! The server: bounded in connections, headers, buffers and time, and gone soon after it is told to end.
//!
//! A peer that does not read what it asked for is cut: nothing waits for it, and its place is free again.

mod patience;

use axum::{Router, extract::ConnectInfo};
use hyper::service::Service;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use patience::Patient;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;

/// What bounds the server.
#[derive(Clone, Copy, Debug)]
pub struct ServeLimits {
    /// How many connections there are at once; further ones wait in the kernel's queue.
    pub connections: usize,
    /// How long a peer may take to send a request's headers, and how long a connection may be idle.
    pub headers: Duration,
    /// How long a peer may leave what it was sent unread.
    pub unread: Duration,
    /// How long requests in progress may take when the server ends.
    pub shutdown: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            headers: Duration::from_secs(30),
            unread: Duration::from_secs(20),
            shutdown: Duration::from_secs(3),
        }
    }
}

/// The most that is kept for one connection before it is parsed or sent.
const BUFFER_BYTES: usize = 64 * 1024;
/// After an error of `accept` (as too many open files), so that it is not tried without pause.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then lets requests in progress end.
pub async fn serve(listener: TcpListener, router: Router, limits: ServeLimits, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let router = TowerToHyperService::new(router.clone());
        let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.call(request)
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.headers)
            .max_buf_size(BUFFER_BYTES)
            .serve_connection(TokioIo::new(Patient::new(stream, limits.unread)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection ended early");
            }
            drop(place);
        });
    }
    if tokio::time::timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::debug!("connections were still open at the end");
    }
}

/// The next connection, once there is a place for it; `None` if this one failed.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Events are small and must not wait for more.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%peer, %error, "no_delay");
            }
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(ACCEPT_RETRY).await;
            None
        }
    }
}
