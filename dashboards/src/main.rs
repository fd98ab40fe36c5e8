//! `deren-dashboards`: indexer, API and pages in one process.

mod commands;

use clap::{Parser, Subcommand};
use deren_dashboards::{markets::Markets, settings::Settings};
use std::{io::IsTerminal as _, path::PathBuf, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Follows a DeREN chain into a database, and serves the API and the pages of the people who trade on it.
#[derive(Debug, Parser)]
#[command(name = "deren-dashboards", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Follows the chain into the database and serves API and pages; prints one JSON line when it serves.
    Run(Configuration),
    /// Reads the whole chain again into new tables, then puts them in the place of those that serve.
    Rebuild(Configuration),
    /// Makes the database's tables, or brings them up to date; `run` does it too.
    Migrate(Configuration),
    /// Carries what was indexed to another indexer.
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// Approves a connection point, as its grid operator; prints one JSON line with the code for the owner.
    ApprovePoint(Box<commands::approve_point::Arguments>),
    /// Prints the API as an OpenAPI document.
    Openapi,
    /// Reads the settings and says what is wrong with them.
    Check(Configuration),
}

#[derive(Debug, clap::Args)]
struct Configuration {
    /// The settings, a TOML file. A variable DEREN_DASHBOARDS_<KEY> overrides what the file says.
    #[arg(long)]
    config: PathBuf,
    /// The markets that are followed, as 3,7,20-40, in place of what the settings say.
    #[arg(long)]
    markets: Option<Markets>,
}

impl Configuration {
    fn read(&self) -> anyhow::Result<Settings> {
        let settings = Settings::read(&self.config)?;
        let markets = self.markets.clone().unwrap_or(settings.markets);
        Ok(Settings { markets, ..settings })
    }
}

#[derive(Debug, Subcommand)]
enum Snapshot {
    /// Writes what is final into a file (`-`: to standard output), of the markets of the settings or of --markets.
    Export(SnapshotFile),
    /// Puts a file (`-`: standard input) in the place of what serves, if the node's chain has its last block.
    Import(SnapshotFile),
}

#[derive(Debug, clap::Args)]
struct SnapshotFile {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    configuration: Configuration,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    let done = match arguments.command {
        Command::Run(configuration) => configuration.read().and_then(commands::run),
        Command::Rebuild(configuration) => configuration.read().and_then(|settings| commands::rebuild(&settings)),
        Command::Migrate(configuration) => configuration.read().and_then(|settings| commands::migrate(&settings)),
        Command::Snapshot(Snapshot::Export(SnapshotFile { file, configuration })) => {
            configuration.read().and_then(|settings| commands::snapshot::export(&settings, &file))
        }
        Command::Snapshot(Snapshot::Import(SnapshotFile { file, configuration })) => {
            configuration.read().and_then(|settings| commands::snapshot::import(&settings, &file))
        }
        Command::ApprovePoint(arguments) => commands::approve_point::run(*arguments),
        Command::Openapi => commands::openapi(),
        Command::Check(configuration) => configuration.read().and_then(|_| commands::check()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deren-dashboards: {error:#}");
            ExitCode::FAILURE
        }
    }
}
