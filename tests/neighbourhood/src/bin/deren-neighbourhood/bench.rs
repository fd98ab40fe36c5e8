//! Measures what one node takes, or how long a block takes to the open page.
//!
//! It prints a line for programs on standard output, and words on standard error.

use anyhow::Context;
use deren_neighbourhood::{
    Config, Neighbourhood,
    browser::{Visit, visit},
    load::{self, LoadConfig},
    view::{Stream, View},
};
use serde::Deserialize;
use std::{path::Path, sync::Arc};

/// What to measure.
#[derive(clap::Args)]
pub struct BenchOptions {
    /// How many devices, two for each gateway; an even number.
    #[arg(long, default_value_t = 1000)]
    devices: usize,
    /// How many readings each device brings in the throughput run, rounded up to whole batches.
    #[arg(long, default_value_t = 96, value_parser = clap::value_parser!(u32).range(1..=1024))]
    backlog: u32,
    /// How many slots are timed.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    slots: u32,
    /// How long a gateway is watched, in seconds.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(10..=3600))]
    gateway_seconds: u32,
}

/// Runs the bench.
pub async fn run(arguments: BenchOptions) -> anyhow::Result<()> {
    let view = Arc::new(View::new(Stream::Err));
    let config = LoadConfig {
        devices: arguments.devices,
        backlog: arguments.backlog,
        slots: arguments.slots,
        gateway_seconds: arguments.gateway_seconds,
        watcher: view.clone(),
    };
    let report = load::run(config).await?;
    let (throughput, latency, gateway) = (&report.throughput, &report.latency, &report.gateway);
    view.say(format!(
        "{:.0} readings a second accepted and finalised: {} from {} devices in {:.1} s, {} blocks",
        throughput.readings_per_second, throughput.readings, report.devices, throughput.seconds, throughput.blocks
    ));
    view.say(format!(
        "from a slot's end, with {} readings: settled after {} ms, finalised after {} ms (medians of {} slots; grace {} ms)",
        latency.readings_per_slot,
        latency.settled.median_ms,
        latency.finalised.median_ms,
        latency.slots,
        latency.grace_ms
    ));
    view.say(format!(
        "a gateway: {:.1} MB on disk{}, {:.1} MB of memory at most with {} devices every {} s, {:.2}% of one core, {:.1} MB written an hour ({} readings in {} s)",
        megabytes(gateway.binary_bytes),
        if gateway.stripped { " (stripped)" } else { " (not stripped)" },
        megabytes(gateway.peak_memory_bytes),
        gateway.devices,
        gateway.sample_interval_s,
        gateway.cpu_percent,
        megabytes(gateway.written_bytes_per_hour),
        gateway.readings,
        gateway.seconds
    ));
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The fewest homes of which one is left to a visitor.
const HOMES: usize = 6;
const STORY: &str = "bench/block-to-page";

/// What the browser measured: from a block's arrival until the page shows its number.
#[derive(Debug, Deserialize)]
struct Delays {
    blocks: u32,
    median_ms: u32,
    p99_ms: u32,
    max_ms: u32,
}

/// Measures how long a block takes to the open page.
pub async fn run_pages() -> anyhow::Result<()> {
    let view = Arc::new(View::new(Stream::Err));
    let mut config = Config::new(HOMES)?;
    config.pages = true;
    config.watcher = view.clone();
    let neighbourhood = Neighbourhood::start(config).await?;
    let story = Visit { story: STORY, joker: None, pictures: Path::new(""), more: &[] };
    let said = visit(&neighbourhood, &story, view.as_ref()).await?;
    let (line, delays) = said
        .iter()
        .find_map(|line| serde_json::from_str::<Delays>(line).ok().map(|delays| (line, delays)))
        .with_context(|| format!("the browser measured nothing:\n{}", said.join("\n")))?;
    view.say(format!(
        "from a block to the open page: {} ms in the middle, {} ms for 99 of 100, {} ms at most ({} blocks)",
        delays.median_ms, delays.p99_ms, delays.max_ms, delays.blocks
    ));
    println!("{{\"block_to_page\":{line}}}");
    Ok(())
}
