//! `run`: indexer, API and pages until a signal, or until one of them cannot go on.

use super::{block_on, ended_by_signal};
use anyhow::Context as _;
use deren_dashboards::{
    api::{self, Api, ApiSettings, Metrics, ServeLimits},
    db,
    indexer::{Indexer, IndexerMetrics},
    settings::Settings,
};
use prometheus_client::registry::Registry;
use sqlx::postgres::PgConnectOptions;
use std::{sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Maximum number of pages that listen to the stream.
const STREAM_CLIENTS: usize = 500;
/// The database is tried again this often while it is away.
const DATABASE_RETRY: Duration = Duration::from_secs(1);

/// Serves until it is told to end.
pub(crate) fn run(settings: Settings) -> anyhow::Result<()> {
    let options = db::options(settings.database_url.reveal())?;
    block_on(async {
        let shutdown = ended_by_signal();
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("cannot listen on {}: is another program there?", settings.listen))?;
        if !migrated(&options, &shutdown).await? {
            return Ok(());
        }
        let address = listener.local_addr().context("the listening socket has no address")?;
        println!("{}", serde_json::json!({ "listening": format!("http://{address}") }));
        serve(settings, options, listener, shutdown).await
    })
}

/// False if it was told to end while the database was away.
async fn migrated(options: &PgConnectOptions, shutdown: &CancellationToken) -> anyhow::Result<bool> {
    loop {
        match db::migrate(options).await {
            Ok(()) => return Ok(true),
            Err(error) if error.is_away() => {
                tracing::warn!(%error, "the database is away; it is tried again");
            }
            Err(error) => return Err(error.into()),
        }
        tokio::select! {
            () = shutdown.cancelled() => return Ok(false),
            () = tokio::time::sleep(DATABASE_RETRY) => {}
        }
    }
}

async fn serve(
    settings: Settings,
    options: PgConnectOptions,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut registry = Registry::default();
    let metrics = Arc::new(Metrics::register(&mut registry));
    let indexer_metrics = IndexerMetrics::register(&mut registry);
    let indexer = Indexer::new(options.clone(), db::CHAIN, settings.node_url.clone(), indexer_metrics)
        .of_markets(settings.markets)
        .on_development_chains_only(!settings.development_accounts.is_empty());
    let api_settings = ApiSettings {
        public_node_url: settings.public_node_url,
        retail_ueur_per_kwh: settings.retail_ueur_per_kwh,
        development_accounts: settings.development_accounts,
        market_clock: settings.market_clock,
        stream_clients: STREAM_CLIENTS,
    };
    let api = Api::new(&options, settings.node_url, api_settings, metrics);
    let indexer = indexer.telling(api.node_head().clone());
    let router = api::router(api.clone(), Arc::new(registry));
    let server = tokio::spawn(api::serve(listener, router, ServeLimits::default(), shutdown.clone()));
    let stream = tokio::spawn(api::follow(api, shutdown.clone()));
    let indexed = indexer.run(&shutdown).await;
    // Whatever ended the indexer ends the rest: pages that show an old chain as if it were the present one help nobody.
    shutdown.cancel();
    server.await.context("the server ended badly")?;
    stream.await.context("the stream ended badly")?;
    Ok(indexed?)
}
