//! `run`: the daemon. SIGTERM and SIGINT end it in order, SIGHUP has it read its configuration again.

use deren_gateway::{logging, reload::Reload, server, settings::Settings, systemd};
use std::{path::Path, process::ExitCode, sync::Arc};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(config: &Path) -> anyhow::Result<ExitCode> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hangup = signal(SignalKind::hangup())?;
    let settings = Settings::load(config)?;
    let log = logging::start(&settings.log).map_err(|reason| anyhow::anyhow!("log: {reason}"))?;
    let shutdown = CancellationToken::new();
    let asked = Arc::new(Notify::new());
    let (end, reload) = (shutdown.clone(), asked.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => reload.notify_one(),
            }
        }
        tracing::info!("asked to end");
        systemd::notify(systemd::STOPPING);
        end.cancel();
    });
    let log_by = Box::new(move |filter: &str| log.change(filter));
    server::run(settings, Reload { file: config.to_owned(), asked, log_by }, shutdown).await?;
    Ok(ExitCode::SUCCESS)
}
