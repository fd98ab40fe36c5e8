//! `snapshot export` and `snapshot import`: what was indexed, from one indexer to another.

use super::block_on;
use anyhow::Context as _;
use deren_dashboards::{
    db,
    indexer::Node,
    settings::Settings,
    snapshot::{self, Carried},
};
use deren_primitives::Hex;
use std::{
    os::fd::{AsFd as _, BorrowedFd},
    path::{Path, PathBuf},
};
use tokio::{
    fs::File,
    io::{BufReader, BufWriter},
};

/// In place of a file: standard output or input.
const STANDARD: &str = "-";

/// Writes a snapshot. A file has its name only once it is whole.
pub(crate) fn export(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let options = db::options(settings.database_url.reveal())?;
    block_on(async {
        if file == Path::new(STANDARD) {
            let out = BufWriter::new(opened(std::io::stdout().as_fd())?);
            let (carried, _) = snapshot::export(&options, &settings.markets, out).await?;
            tracing::info!(through = %carried.through, rows = carried.rows, "exported");
            return Ok(());
        }
        let part = partial(file);
        let said = |what: &str, path: &Path| format!("{}: {what}", path.display());
        let out = File::create(&part).await.with_context(|| said("cannot be written", &part))?;
        let (carried, out) = snapshot::export(&options, &settings.markets, BufWriter::new(out)).await?;
        out.into_inner().sync_all().await.with_context(|| said("cannot be written", &part))?;
        tokio::fs::rename(&part, file).await.with_context(|| said("cannot be named so", file))?;
        say("exported", carried);
        Ok(())
    })
}

/// Puts a snapshot in the place of what serves.
pub(crate) fn import(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let options = db::options(settings.database_url.reveal())?;
    block_on(async {
        let from = match file == Path::new(STANDARD) {
            true => opened(std::io::stdin().as_fd())?,
            false => File::open(file).await.with_context(|| format!("{}: cannot be read", file.display()))?,
        };
        let node = Node::connect(&settings.node_url).await?;
        db::migrate(&options).await?;
        say("imported", snapshot::import(&options, &node, &settings.markets, BufReader::new(from)).await?);
        Ok(())
    })
}

fn opened(standard: BorrowedFd<'_>) -> anyhow::Result<File> {
    let own = standard.try_clone_to_owned().context("standard input or output is closed")?;
    Ok(File::from_std(own.into()))
}

fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn say(what: &str, Carried { through, rows }: Carried) {
    let through = serde_json::json!({ "number": through.number, "hash": Hex(through.hash).to_string() });
    println!("{}", serde_json::json!({ what: { "through": through, "rows": rows } }));
}
