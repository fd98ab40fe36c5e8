//! `deren-node`: makes, checks and finalises blocks, and answers questions about them.
//!
//! It knows nothing of meters or markets: what a block means is the runtime's alone. It looks for no other nodes
//! and reports to nobody unless it is told to.
#![expect(clippy::result_large_err, reason = "the errors of sc-cli and sc-service are what they are")]

mod backoff;
mod chain_spec;
mod cli;
mod command;
mod homes;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
    command::run(cli::parse())
}
