//! Starts the neighbourhood and shows each slot as it is settled and finalised.

use anyhow::{Context, bail};
use deren_neighbourhood::{
    Config, Follower, Neighbourhood, SlotReport, Totals, settled,
    view::{Names, Stream, View},
};
use deren_primitives::SlotState;
use deren_testing::unix_ms;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How often the chain is looked at.
const LOOK: Duration = Duration::from_millis(300);
/// More than starting takes on a slow machine.
const START_SECONDS: u64 = 300;
/// More than a slot takes in which something is traded, clouds included.
const SECONDS_PER_SLOT: u64 = 60;

/// How many who make a key of their own on the pages get a home whose meters read.
const SPARE_HOMES: usize = 2;

/// What neighbourhood, and until when.
#[derive(clap::Args)]
pub struct DemoOptions {
    /// Leave after this many settled and finalised slots in which energy was traded, with one JSON line of their sums
    /// on standard output. The exit code is 0 only if every invariant holds.
    #[arg(long, value_name = "SLOTS", value_parser = clap::value_parser!(u32).range(1..=1000))]
    until_settled: Option<u32>,
    /// How many homes, 2 to 36.
    #[arg(long, default_value_t = 12)]
    homes: usize,
    /// Number from which sun, clouds and loads follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Start neither dashboards nor a database. The JSON line then comes from the chain's events, and not from the API.
    #[arg(long)]
    without_pages: bool,
    /// Keep the folder with data and logs at the end.
    #[arg(long)]
    keep_logs: bool,
}

impl DemoOptions {
    /// False if only Ctrl-C ends it.
    pub fn ends_by_itself(&self) -> bool {
        self.until_settled.is_some()
    }
}

/// Runs until Ctrl-C, or until as many slots are settled as were asked for.
pub async fn run(arguments: DemoOptions) -> anyhow::Result<()> {
    let stream = if arguments.until_settled.is_some() { Stream::Err } else { Stream::Out };
    let view = Arc::new(View::new(stream));
    let Some(slots) = arguments.until_settled else {
        return Box::pin(trade(&arguments, &view)).await.map(drop);
    };
    let deadline = Duration::from_secs(START_SECONDS + SECONDS_PER_SLOT * u64::from(slots));
    let totals = tokio::time::timeout(deadline, Box::pin(trade(&arguments, &view)))
        .await
        .with_context(|| format!("{slots} slots with trade were not settled within {} s", deadline.as_secs()))??;
    println!("{}", serde_json::to_string(&totals)?);
    Ok(())
}

async fn trade(arguments: &DemoOptions, view: &Arc<View>) -> anyhow::Result<Totals> {
    let begun = Instant::now();
    let mut config = Config::new(arguments.homes)?;
    config.seed = arguments.seed;
    config.pages = !arguments.without_pages;
    if config.pages {
        config.spare_homes = SPARE_HOMES;
    }
    config.keep_logs = arguments.keep_logs;
    config.watcher = view.clone();
    view.say(format!("{} homes on three feeders of one substation, all on this machine", arguments.homes));
    let mut neighbourhood = Neighbourhood::start(config).await?;
    let names = neighbourhood.names();
    view.say(format!("logs are in {}", neighbourhood.folder().join("logs").display()));
    show_pages(&neighbourhood, view)?;
    view.say("a slot of the chain takes 12 s and stands for a quarter of an hour; Ctrl-C ends all");

    let mut follower = neighbourhood.follow()?;
    let mut totals = Totals::default();
    // Kept only where it is known how many there will be.
    let mut books: Vec<SlotReport> = Vec::new();
    let mut first = true;
    loop {
        neighbourhood.check()?;
        follower.catch_up().await?;
        while let Some(report) = follower.next_report() {
            view.slot(&report, &names);
            if arguments.until_settled.is_some() {
                books.push(report.clone());
            }
            if !report.traded() {
                continue;
            }
            if std::mem::take(&mut first) {
                view.say(format!("  the first trade, {} s after the start", begun.elapsed().as_secs()));
            }
            totals.add(&report);
            if Some(totals.slots) == arguments.until_settled {
                return conclude(&neighbourhood, &books, totals).await;
            }
        }
        view.now(progress(&neighbourhood, &follower, &names).await.unwrap_or_else(|error| error.to_string()));
        tokio::time::sleep(LOOK).await;
    }
}

/// Where to look, and as whom.
fn show_pages(neighbourhood: &Neighbourhood, view: &View) -> anyhow::Result<()> {
    let Some(pages) = &neighbourhood.pages else { return Ok(()) };
    view.say("open in a browser on this machine:");
    for address in pages.addresses()? {
        view.say(format!("  {:<22}{}", address.what, address.url));
    }
    Ok(())
}

/// Nothing that must hold was violated: by the chain's own check, and by ours. Gives the sums as the API shows them,
/// which are those of the books.
async fn conclude(neighbourhood: &Neighbourhood, books: &[SlotReport], totals: Totals) -> anyhow::Result<Totals> {
    let totals = match &neighbourhood.pages {
        Some(_) => settled(neighbourhood, books).await?,
        None => totals,
    };
    if let Err(difference) = totals.check() {
        bail!("the sums do not add up: {difference}");
    }
    neighbourhood.check_invariants().await?;
    Ok(totals)
}

/// Where the slots stand that are not reported yet, as of the newest block.
async fn progress(neighbourhood: &Neighbourhood, follower: &Follower, names: &Names) -> anyhow::Result<String> {
    let now_ms = unix_ms();
    let current = names.clock.slot_at(now_ms);
    let left_s = names.clock.end_ms(current).saturating_sub(now_ms) / 1000;
    let rpc = neighbourhood.rpc()?;
    let best = rpc.best().await?;
    let before = current.previous();
    let state = match rpc.slot(neighbourhood.registered.market, before, best.hash).await? {
        None => "measured",
        Some(summary) if summary.state == SlotState::Cleared => "cleared",
        Some(_) => "settled, not finalised",
    };
    Ok(format!(
        "{}: {left_s} s to measure · {}: {state} · block {}, finalised {}",
        names.hours(current),
        names.hours(before),
        best.number,
        follower.through()
    ))
}
