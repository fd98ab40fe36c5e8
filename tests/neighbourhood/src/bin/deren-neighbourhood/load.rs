//! Measures what one node takes with very many homes in its state. It prints a line for programs on standard output,
//! and words on standard error.

use deren_neighbourhood::{
    load::homes::{self, HomesConfig},
    view::{Stream, View},
};
use std::sync::Arc;

/// How many homes, and for how long.
#[derive(clap::Args)]
pub struct LoadOptions {
    /// Number of homes in the chain's first state, from 100 to 2 048 000.
    #[arg(long)]
    homes: u32,
    /// For how long the node's pool is kept full, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=3600))]
    seconds: u32,
}

/// Runs the load.
pub async fn run(options: LoadOptions) -> anyhow::Result<()> {
    let view = Arc::new(View::new(Stream::Err));
    let config = HomesConfig { homes: options.homes, seconds: options.seconds, watcher: view.clone() };
    let report = homes::run(config).await?;
    view.say(format!(
        "{:.0} readings a second accepted and finalised with {} homes in {} markets: {} in {:.0} s",
        report.readings_per_s, report.homes, report.markets, report.readings, report.seconds
    ));
    view.say(format!(
        "blocks were {:.0}% full by weight and took {:.0}% of it to make; full first: {}",
        report.block_weight_share * 100.0,
        report.execution_share * 100.0,
        report.saturates
    ));
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
