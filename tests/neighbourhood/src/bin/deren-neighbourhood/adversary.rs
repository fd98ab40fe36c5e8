//! One adversary, until it is ended: see [`deren_neighbourhood::adversary`].

use deren_neighbourhood::adversary::{self, Kind, Task};
use deren_primitives::MarketId;

/// Which adversary, and where.
#[derive(clap::Args)]
pub struct AdversaryOptions {
    /// What it is after.
    after: Kind,
    /// The port of a node on this machine.
    #[arg(long)]
    node_port: u16,
    /// The market: its own for `stuck`, else the others'.
    #[arg(long)]
    market: u32,
    /// Number from which its keys follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs until it is ended, or has seen enough blocks.
pub async fn run(options: AdversaryOptions) -> anyhow::Result<()> {
    let task = Task { node_port: options.node_port, market: MarketId(options.market), seed: options.seed };
    Ok(adversary::run(options.after, task).await?)
}
