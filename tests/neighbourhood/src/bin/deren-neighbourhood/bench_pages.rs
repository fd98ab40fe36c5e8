//! Measures how long a block takes to the open page, and prints it: a line for programs on standard output, words on
//! standard error.

use anyhow::Context;
use deren_neighbourhood::{
    Config, Neighbourhood,
    browser::{Visit, visit},
    view::{Stream, View},
};
use serde::Deserialize;
use std::{path::Path, sync::Arc};

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

/// Runs the bench.
pub async fn run() -> anyhow::Result<()> {
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
