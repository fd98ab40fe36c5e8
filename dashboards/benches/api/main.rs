//! Measures how long the API takes for a day and for a month of a site, over a month of many sites. It sends real HTTP
//! to the real router over a private PostgreSQL. It prints one line on standard output, and progress on standard error.
//!
//! `DEREN_BENCH_SITES` and `DEREN_BENCH_DAYS` make it smaller (1 000 and 30). Without `--bench`, which is how `cargo
//! test` runs it, there are two sites and a day: enough to see that it works.

#[path = "../../tests/history/mod.rs"]
mod history;

mod measure;
mod month;
mod server;

use deren_testing::postgres::{Cluster, ClusterOptions};
use measure::{Kind, Quantiles};
use month::Month;
use std::{env, process::ExitCode};

/// How many clients ask at once in the second round.
const CLIENTS: usize = 8;

/// How much is measured.
struct Size {
    sites: u32,
    days: u32,
    /// How many requests of each kind are timed.
    requests: usize,
    /// How many of what operators and verifiers ask for.
    other_requests: usize,
}

fn main() -> ExitCode {
    let size = if env::args().any(|argument| argument == "--bench") {
        let (sites, days) = (setting("DEREN_BENCH_SITES", 1_000), setting("DEREN_BENCH_DAYS", 30));
        Size { sites, days, requests: 400, other_requests: 10 }
    } else {
        Size { sites: 2, days: 1, requests: CLIENTS, other_requests: 1 }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    println!("{}", runtime.block_on(run(&size)));
    ExitCode::SUCCESS
}

fn setting(name: &str, default: u32) -> u32 {
    let Some(value) = env::var_os(name) else { return default };
    let value = value.to_str().and_then(|value| value.parse().ok()).filter(|value| *value > 0);
    value.unwrap_or_else(|| panic!("{name} must be a number above 0"))
}

async fn run(size: &Size) -> String {
    let settings = [("shared_buffers", "'256MB'"), ("max_wal_size", "'4GB'"), ("synchronous_commit", "off")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let cluster = Cluster::start(&ClusterOptions { settings, ..ClusterOptions::default() }).expect("PostgreSQL");
    let database = cluster.create_database("month").expect("a database");
    let month = Month::generate(&cluster, &database, size.sites, size.days).await;
    let server = server::start(&database.url).await;
    let client = server.logged_in_operator().await;

    let mut rounds = Vec::new();
    for clients in [1, CLIENTS] {
        for kind in [Kind::Day, Kind::Month] {
            let quantiles = measure::run(&client, &month, kind, clients, size.requests).await;
            eprintln!("api: {}, {clients} at once: {quantiles}", kind.name());
            rounds.push(quantiles);
        }
    }
    let quantiles = measure::run(&client, &month, Kind::Slots, 1, size.requests).await;
    eprintln!("api: {}: {quantiles}", Kind::Slots.name());
    for kind in [Kind::MarketFile, Kind::Gaps, Kind::Export] {
        eprintln!("api: {}: {}", kind.name(), measure::run(&client, &month, kind, 1, size.other_requests).await);
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
