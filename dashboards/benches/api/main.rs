//! How long the API takes for a day and for a month of a site, over a month of many sites: real HTTP to the real router
//! over a private PostgreSQL. Prints one line on standard output, progress on standard error.
//!
//! `DEREN_BENCH_SITES` and `DEREN_BENCH_DAYS` make it smaller (1 000 and 30).

#[path = "../../tests/history/mod.rs"]
mod history;

mod measure;
mod month;
mod server;

use deren_testing::postgres::{Cluster, ClusterOptions};
use measure::{Kind, Quantiles};
use month::Month;
use std::{env, process::ExitCode};

/// How many requests of each kind are timed.
const REQUESTS: usize = 400;
/// How many of what operators and verifiers ask for.
const OTHER_REQUESTS: usize = 10;
/// How many clients ask at once in the second round.
const CLIENTS: usize = 8;

fn main() -> ExitCode {
    // `cargo test` runs every bench once to see whether it still starts; this one would take minutes.
    if !env::args().any(|argument| argument == "--bench") {
        eprintln!("api: nothing is measured without --bench");
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    println!("{}", runtime.block_on(run()));
    ExitCode::SUCCESS
}

fn setting(name: &str, default: u32) -> u32 {
    let Some(value) = env::var_os(name) else { return default };
    let value = value.to_str().and_then(|value| value.parse().ok()).filter(|value| *value > 0);
    value.unwrap_or_else(|| panic!("{name} must be a number above 0"))
}

async fn run() -> String {
    let (sites, days) = (setting("DEREN_BENCH_SITES", 1_000), setting("DEREN_BENCH_DAYS", 30));
    let settings = [("shared_buffers", "'256MB'"), ("max_wal_size", "'4GB'"), ("synchronous_commit", "off")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let cluster = Cluster::start(&ClusterOptions { settings, ..ClusterOptions::default() }).expect("PostgreSQL");
    let database = cluster.create_database("month").expect("a database");
    let month = Month::generate(&database.url, sites, days).await;
    let server = server::start(&database.url).await;
    let client = server.logged_in_operator().await;

    let mut rounds = Vec::new();
    for clients in [1, CLIENTS] {
        for kind in [Kind::Day, Kind::Month] {
            let quantiles = measure::run(&client, &month, kind, clients, REQUESTS).await;
            eprintln!("api: {}, {clients} at once: {quantiles}", kind.name());
            rounds.push(quantiles);
        }
    }
    for kind in [Kind::MarketFile, Kind::Gaps, Kind::Export] {
        eprintln!("api: {}: {}", kind.name(), measure::run(&client, &month, kind, 1, OTHER_REQUESTS).await);
    }
    line(&month, &rounds)
}

/// Everything in one line.
fn line(month: &Month, rounds: &[Quantiles]) -> String {
    let [day, whole, busy_day, busy_whole] = rounds else { return "api: nothing was measured".to_owned() };
    format!(
        "API over {} sites × {} slots ({} readings, {} fills): a site's day {day}, its month {whole}; with {CLIENTS} clients \
         at once: day {busy_day}, month {busy_whole}",
        month.sites, month.slots, month.readings, month.fills,
    )
}
