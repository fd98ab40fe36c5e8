//! What the program can be told to do. Results go to stdout, one JSON line each; everything else to stderr.

pub(crate) mod approve_point;
mod run;
pub(crate) mod snapshot;

pub(crate) use run::run;

use anyhow::Context as _;
use deren_dashboards::{
    api, db,
    indexer::{Indexer, IndexerMetrics},
    settings::Settings,
};
use deren_primitives::Hex;
use tokio_util::sync::CancellationToken;

/// Makes the schema `chain` again from the node.
pub(crate) fn rebuild(settings: &Settings) -> anyhow::Result<()> {
    let options = db::options(settings.database_url.reveal())?;
    block_on(async {
        let shutdown = ended_by_signal();
        db::migrate(&options).await?;
        db::begin_rebuild(&options).await?;
        let indexer =
            Indexer::new(options.clone(), db::CHAIN_REBUILT, settings.node_url.clone(), IndexerMetrics::default())
                .of_markets(settings.markets.clone());
        let reached = indexer.catch_up(&shutdown).await?;
        db::finish_rebuild(&options).await?;
        let hash = Hex(reached.hash).to_string();
        println!("{}", serde_json::json!({ "rebuilt_through": { "number": reached.number, "hash": hash } }));
        Ok(())
    })
}

/// Brings the tables up to date.
pub(crate) fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let options = db::options(settings.database_url.reveal())?;
    block_on(async { Ok(db::migrate(&options).await?) })
}

/// Prints the OpenAPI document.
pub(crate) fn openapi() -> anyhow::Result<()> {
    println!("{}", api::openapi().to_pretty_json().context("the API has no document")?);
    Ok(())
}

/// Says that the settings could be read.
pub(crate) fn check() -> anyhow::Result<()> {
    println!("{}", serde_json::json!({ "settings": "good" }));
    Ok(())
}

/// Runs a command's future. It is boxed: the indexer's is larger than a thread's stack should hold.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Runtime::new().context("the runtime could not be started")?;
    runtime.block_on(Box::pin(future))
}

/// A token that Ctrl-C and SIGTERM cancel.
fn ended_by_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        let terminate = async {
            use tokio::signal::unix::{SignalKind, signal};
            match signal(SignalKind::terminate()) {
                Ok(mut signals) => {
                    signals.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminate => {}
        }
        cancelled.cancel();
    });
    token
}
