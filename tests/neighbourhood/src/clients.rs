//! Clients that others wrote: they read a running neighbourhood's chain, and sign as wallets do.
//!
//! Nothing here reads for them: what they make of the chain's bytes is theirs.

use crate::{Binaries, Neighbourhood, NeighbourhoodError, Result, Watcher, binaries::system, script::run};
use deren_testing::peers_python;
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Reads every block with each client; see `runtime/node/README.md`.
const READERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../clients");
/// The pages, with tests that sign their calls on a real node.
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../dashboards/web");
/// More than either takes while the machine is busy with other things too.
const DEADLINE: Duration = Duration::from_secs(600);

/// Every finalised block, read by five clients. `Err` if one of them reads other than what is known of it.
pub async fn read_chain(neighbourhood: &Neighbourhood, watcher: &dyn Watcher) -> Result<Vec<String>> {
    let url = neighbourhood.rpc()?.url().replacen("ws://", "http://", 1);
    let mut command = Command::new(system("node")?);
    command.arg("read-chain.mjs").arg(url).current_dir(READERS).env("DEREN_PEERS_PYTHON", python()?);
    let log = neighbourhood.folder().join("logs/clients.log");
    run("reading the chain with other clients".into(), installed(READERS, command)?, &log, DEADLINE, watcher).await
}

/// Each call of the pages, signed as they and as wallets sign it, on a fresh chain of its own.
pub async fn sign_calls(folder: &Path, watcher: &dyn Watcher) -> Result<Vec<String>> {
    let mut command = Command::new(system("node")?);
    command
        .args(["node_modules/vitest/vitest.mjs", "run", "--config", "tests/chain/vitest.config.ts"])
        .current_dir(PAGES)
        .env("DEREN_NODE", Binaries::find()?.node)
        .env("TMPDIR", folder);
    let log = folder.join("sign-calls.log");
    run("signing the pages' calls".into(), installed(PAGES, command)?, &log, DEADLINE, watcher).await
}

/// The command, if what it needs of others is there.
fn installed(folder: &str, command: Command) -> Result<Command> {
    if Path::new(folder).join("node_modules").is_dir() {
        return Ok(command);
    }
    Err(missing(format!("{folder}/node_modules is not there: `make setup` installs it")))
}

/// The interpreter that has the packages of `requirements.txt`.
fn python() -> Result<PathBuf> {
    peers_python().ok_or_else(|| missing("Python's peers are not there: run scripts/peers.sh".into()))
}

fn missing(reason: String) -> NeighbourhoodError {
    NeighbourhoodError::Command { what: "clients of others".into(), reason }
}
