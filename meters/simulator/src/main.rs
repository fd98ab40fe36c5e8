//! `deren-simulator`: serves the homes of a configuration until it is told to stop.

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use deren_simulator::{Simulator, SimulatorConfig, csv, scripts, templates};
use std::{io::Write, path::PathBuf, process::ExitCode};
use tokio::signal::unix::{SignalKind, signal};

/// Serves simulated homes until SIGTERM or Ctrl-C: inverters, batteries and meters on the wires of real ones. One JSON
/// line on standard output says what is served, once it is.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    serve: Option<Serve>,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What to serve.
#[derive(Debug, Args)]
struct Serve {
    /// The configuration, a TOML file.
    #[arg(long, env = "DEREN_SIMULATOR_CONFIG")]
    config: PathBuf,
    /// Only check the configuration, and print the faults of its devices as TOML.
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what the homes do, without serving them: --csv or --faults.
    Home {
        /// The configuration, a TOML file.
        #[arg(long)]
        config: PathBuf,
        /// Print one day of each home, in quarter-hours, as comma-separated values.
        #[arg(long)]
        csv: bool,
        /// Print the faults of each device as TOML, which a configuration takes.
        #[arg(long, conflicts_with = "csv")]
        faults: bool,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,rumqttc=warn")),
        )
        .init();
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deren-simulator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    match (cli.command, cli.serve) {
        (Some(Command::Home { config, faults: true, .. }), _) => {
            let config = read(&config)?;
            let mut out = std::io::stdout().lock();
            Ok(out.write_all(scripts::to_text(&config).as_bytes())?)
        }
        (Some(Command::Home { config, csv: true, .. }), _) => {
            let config = read(&config)?;
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            csv::write_day(&config, &mut out)?;
            Ok(out.flush()?)
        }
        (Some(Command::Home { .. }), _) => bail!("say what to show of the homes: --csv or --faults"),
        (None, Some(Serve { config, check: true })) => {
            let config = read(&config)?;
            templates::check(&config)?;
            eprintln!("the configuration is good: {} homes", config.homes.len());
            std::io::stdout().lock().write_all(scripts::to_text(&config).as_bytes())?;
            Ok(())
        }
        (None, Some(Serve { config, check: false })) => {
            let config = read(&config)?;
            tokio::runtime::Runtime::new().context("cannot start the runtime")?.block_on(serve(&config))
        }
        (None, None) => bail!("say which configuration to serve: --config FILE"),
    }
}

fn read(path: &std::path::Path) -> anyhow::Result<SimulatorConfig> {
    SimulatorConfig::from_file(path).with_context(|| path.display().to_string())
}

async fn serve(config: &SimulatorConfig) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut simulator = Simulator::start(config).await?;
    let line = serde_json::to_string(simulator.serving())?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("cannot write to stdout")?;
    drop(out);
    tokio::select! {
        error = simulator.failed() => Err(error.into()),
        _ = terminate.recv() => Ok(()),
        interrupt = tokio::signal::ctrl_c() => interrupt.context("cannot listen for Ctrl-C"),
    }
}
