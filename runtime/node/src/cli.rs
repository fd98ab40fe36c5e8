//! What can be said on the command line, and what holds where nothing is said.

use crate::{chain_spec, homes::HomesCmd};
use clap::{CommandFactory, FromArgMatches, Parser};
use sc_cli::{RunCmd, SubstrateCli};
use sc_service::ChainSpec;
use std::path::PathBuf;

/// Maximum number of transactions that wait: a thousand gateways' batches, several times over.
const POOL_TRANSACTIONS: &str = "32768";
/// Maximum room that they take, in KiB.
const POOL_KBYTES: &str = "131072";
/// Maximum number of connections that are served: a thousand gateways and who asks on their behalf.
const RPC_CONNECTIONS: &str = "2048";

/// A DeREN node.
#[derive(Debug, Parser)]
pub struct Cli {
    /// What to do instead of running a node.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// How to run a node.
    #[command(flatten)]
    pub run: RunCmd,

    /// Look for other nodes: by mDNS in the local network, and by asking the nodes that it knows.
    ///
    /// Without it a node talks only to the peers that its chain or its command line names, and to those that call it.
    #[arg(long)]
    pub discover_peers: bool,

    /// Keep compiled runtimes in this folder, so that the next start need not compile them.
    ///
    /// What lies there is run as it is: nobody but the node's user may be able to write into it.
    #[arg(long, value_name = "FOLDER", env = "DEREN_NODE_WASM_CACHE")]
    pub wasm_cache: Option<PathBuf>,
}

/// What a node can do besides running.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
    /// Make, look at and store keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Write a chain's specification as JSON.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Write a chain's specification as JSON, under its old name.
    BuildSpec(sc_cli::ExportChainSpecCmd),

    /// Check that blocks are valid.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Write the state of a block as a chain's specification.
    ExportState(sc_cli::ExportStateCmd),

    /// Read blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Delete a chain's data.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Take back the newest blocks that are not final.
    Revert(sc_cli::RevertCmd),

    /// Print what the database knows of the chain.
    ChainInfo(sc_cli::ChainInfoCmd),

    /// Write a development chain whose first state has many homes, for load tests.
    Homes(HomesCmd),
}

/// Reads the command line, with DeREN's limits where the SDK's would be too small; ends with a message if it cannot.
pub fn parse() -> Cli {
    match Cli::from_arg_matches(&command().get_matches()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    }
}

fn command() -> clap::Command {
    Cli::command()
        .name("deren-node")
        .about(Cli::description())
        .version(Cli::impl_version())
        .propagate_version(true)
        .args_conflicts_with_subcommands(true)
        .mut_arg("pool_limit", |arg| arg.default_value(POOL_TRANSACTIONS))
        .mut_arg("pool_kbytes", |arg| arg.default_value(POOL_KBYTES))
        .mut_arg("rpc_max_connections", |arg| arg.default_value(RPC_CONNECTIONS))
}

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "deren-node".into()
    }

    fn impl_version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        "DeREN".into()
    }

    fn support_url() -> String {
        concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
        chain_spec::load(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Cli {
        let matches = command().try_get_matches_from([&["deren-node"], args].concat()).expect("good arguments");
        Cli::from_arg_matches(&matches).expect("good arguments")
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn the_pool_takes_what_a_thousand_gateways_send() {
        let cli = parse(&["--dev"]);
        assert_eq!(cli.run.pool_config.pool_limit.to_string(), POOL_TRANSACTIONS);
        assert_eq!(cli.run.pool_config.pool_kbytes.to_string(), POOL_KBYTES);
        assert_eq!(cli.run.rpc_params.rpc_max_connections.to_string(), RPC_CONNECTIONS);
    }

    #[test]
    fn what_is_said_goes_before_what_holds_otherwise() {
        let cli = parse(&["--pool-limit", "7", "--rpc-max-connections", "3"]);
        assert_eq!(cli.run.pool_config.pool_limit, 7);
        assert_eq!(cli.run.rpc_params.rpc_max_connections, 3);
        assert!(!cli.discover_peers);
    }
}
