//! One node of the chain. Nodes know each other by address: nothing is discovered, and nothing leaves 127.0.0.1.

use crate::{Binaries, NeighbourhoodError, Restartable, Result, Watcher, chain::Rpc};
use deren_testing::next_free_port;
use sp_core::{Pair, ed25519};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

/// A node of the development profile starts in a few seconds; on a machine that also compiles, in many more.
const START_DEADLINE: Duration = Duration::from_secs(120);

/// A genesis preset of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// One validator.
    Dev,
    /// Four validators.
    Local,
}

impl Preset {
    /// Its validators, each by the flag that gives a node its keys.
    pub fn validators(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &["alice"],
            Self::Local => &["alice", "bob", "charlie", "dave"],
        }
    }

    const fn chain(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Local => "local",
        }
    }
}

/// Where a node can be reached by other nodes.
#[derive(Clone, Debug)]
struct Address {
    port: u16,
    /// The secret of its network identity; known to all, as everything in a development preset.
    secret: [u8; 32],
}

impl Address {
    fn new(number: u8) -> Result<Self> {
        Ok(Self { port: next_free_port()?, secret: [number.saturating_add(1); 32] })
    }

    /// As other nodes are told: `/ip4/…/p2p/<peer id>`.
    fn multiaddress(&self) -> String {
        format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", self.port, self.peer_id())
    }

    /// The peer id of an Ed25519 key: the identity multihash of the key as a libp2p protobuf
    /// (<https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md>).
    fn peer_id(&self) -> String {
        const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];
        let key = ed25519::Pair::from_seed(&self.secret).public();
        bs58::encode([PREFIX.as_slice(), key.as_ref()].concat()).into_string()
    }
}

/// A node that can be killed and started again on its data.
#[derive(Debug)]
pub struct Node {
    name: &'static str,
    executable: PathBuf,
    arguments: Vec<String>,
    rpc_port: u16,
    rpc: Arc<Rpc>,
    /// The program.
    pub program: Restartable,
}

impl Node {
    /// Starts all validators of the preset, with their data below `folder`; they may not answer yet.
    pub fn start_all(preset: Preset, binaries: &Binaries, folder: &Path, logs: &Path) -> Result<Vec<Self>> {
        let all: Vec<_> = preset.validators().iter().map(|name| (*name, (*name).to_owned())).collect();
        Self::start_each(preset, &all, binaries, folder, logs)
    }

    /// The same, and one node more that has the keys of the last validator and data of its own. Each of the two makes
    /// a block when it is that validator's turn: the validator signs two blocks for one slot.
    pub fn start_all_with_twin(preset: Preset, binaries: &Binaries, folder: &Path, logs: &Path) -> Result<Vec<Self>> {
        let mut all: Vec<_> = preset.validators().iter().map(|name| (*name, (*name).to_owned())).collect();
        all.extend(preset.validators().last().map(|name| (*name, format!("{name}-twin"))));
        Self::start_each(preset, &all, binaries, folder, logs)
    }

    /// Nodes with these validators' keys, each with a name for its data and log.
    fn start_each(
        preset: Preset,
        all: &[(&'static str, String)],
        binaries: &Binaries,
        folder: &Path,
        logs: &Path,
    ) -> Result<Vec<Self>> {
        let addresses = (0u8..).take(all.len()).map(Address::new).collect::<Result<Vec<_>>>()?;
        let mut nodes = Vec::new();
        for (&(name, ref place), own) in all.iter().zip(&addresses) {
            let rpc_port = next_free_port()?;
            let mut arguments = arguments(preset.chain(), name, &folder.join(place), own, rpc_port);
            // Who follows from the first block finds every state.
            arguments.push("--state-pruning=archive".to_owned());
            for other in addresses.iter().filter(|other| other.port != own.port) {
                arguments.push(format!("--reserved-nodes={}", other.multiaddress()));
            }
            let log = logs.join(format!("node-{place}.log"));
            nodes.push(Self::start(name, &binaries.node, arguments, log, rpc_port)?);
        }
        Ok(nodes)
    }

    /// Starts one node that makes all blocks, of a chain by name or by a file with its specification.
    pub fn start_alone(program: &Path, chain: &str, folder: &Path, logs: &Path) -> Result<Self> {
        let name = "alice";
        let (own, rpc_port) = (Address::new(0)?, next_free_port()?);
        let arguments = arguments(chain, name, &folder.join(name), &own, rpc_port);
        Self::start(name, program, arguments, logs.join(format!("node-{name}.log")), rpc_port)
    }

    fn start(
        name: &'static str,
        executable: &Path,
        arguments: Vec<String>,
        log: PathBuf,
        rpc_port: u16,
    ) -> Result<Self> {
        let (rpc, program) = (Arc::new(Rpc::new(rpc_port)), Restartable::new(format!("node {name}"), log));
        let mut node = Self { name, executable: executable.to_owned(), arguments, rpc_port, rpc, program };
        node.restart()?;
        Ok(node)
    }

    /// Whose keys it validates with.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Where it answers, on 127.0.0.1.
    pub fn rpc_port(&self) -> u16 {
        self.rpc_port
    }

    /// Its answers.
    pub fn rpc(&self) -> &Arc<Rpc> {
        &self.rpc
    }

    /// Starts it again, on the data that it has.
    pub fn restart(&mut self) -> Result<()> {
        self.start_with(self.arguments.clone())
    }

    /// Starts it again without its validator's keys: it answers, and makes and finalises nothing. A chain with one
    /// validator then stands still.
    pub fn restart_without_keys(&mut self) -> Result<()> {
        let keys = format!("--{}", self.name);
        self.start_with(self.arguments.iter().filter(|argument| **argument != keys).cloned().collect())
    }

    fn start_with(&mut self, arguments: Vec<String>) -> Result<()> {
        let mut command = Command::new(&self.executable);
        command.args(arguments);
        self.program.restart(command)
    }

    /// Waits until it answers, and its best block is at least `number`.
    pub async fn reaches(&mut self, number: u32, watcher: &dyn Watcher) -> Result<()> {
        let rpc = self.rpc.clone();
        let what = format!("block {number} of node {}", self.name);
        self.program
            .wait(&what, START_DEADLINE, watcher)
            .until(async || {
                let best = rpc.best().await.map_err(|error| error.to_string())?;
                if best.number >= number { Ok(()) } else { Err(format!("its best block is {}", best.number)) }
            })
            .await
    }

    /// Waits until it has finalised block `number`, at most `deadline`.
    pub async fn finalizes(&mut self, number: u32, deadline: Duration, watcher: &dyn Watcher) -> Result<()> {
        let rpc = self.rpc.clone();
        let what = format!("block {number}, finalised, of node {}", self.name);
        self.program
            .wait(&what, deadline, watcher)
            .until(async || {
                let head = rpc.finalized().await.map_err(|error| error.to_string())?;
                if head.number >= number { Ok(()) } else { Err(format!("block {} is finalised", head.number)) }
            })
            .await
    }
}

fn arguments(chain: &str, name: &str, data: &Path, own: &Address, rpc_port: u16) -> Vec<String> {
    vec![
        format!("--chain={chain}"),
        format!("--{name}"),
        format!("--base-path={}", data.display()),
        format!("--rpc-port={rpc_port}"),
        format!("--listen-addr=/ip4/127.0.0.1/tcp/{}", own.port),
        format!("--node-key={}", hex::encode(own.secret)),
        "--reserved-only".to_owned(),
        "--no-mdns".to_owned(),
        "--no-prometheus".to_owned(),
        "--no-telemetry".to_owned(),
    ]
}

/// The error of a neighbourhood without nodes, which cannot be.
pub(crate) fn no_node() -> NeighbourhoodError {
    NeighbourhoodError::Configuration("a neighbourhood has at least one node".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The peer id that libp2p's own tools print for this secret.
    #[test]
    fn a_peer_id_is_the_one_that_libp2p_gives() {
        let mut secret = [0; 32];
        secret[31] = 1;
        let address = Address { port: 30333, secret };
        assert_eq!(address.peer_id(), "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp");
        assert!(address.multiaddress().starts_with("/ip4/127.0.0.1/tcp/30333/p2p/12D3"));
    }

    #[test]
    fn each_preset_names_its_validators() {
        assert_eq!(Preset::Dev.validators().len(), 1);
        assert_eq!(Preset::Local.validators().len(), 4);
    }

    #[test]
    fn nothing_is_discovered_and_nothing_reports_home() {
        let own = Address::new(0).expect("a port");
        let arguments = arguments("dev", "alice", Path::new("/data"), &own, 9944);
        for flag in ["--no-mdns", "--no-telemetry", "--reserved-only"] {
            assert!(arguments.iter().any(|argument| argument == flag), "{flag}");
        }
    }
}
