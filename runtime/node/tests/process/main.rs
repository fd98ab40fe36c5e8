//! A real node, as a person or a service manager starts and stops it.

mod digest;

use codec::{Decode, Encode};
use deren_primitives::ChainParameters;
use jsonrpsee::{
    core::client::{ClientT, Subscription, SubscriptionClientT},
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use std::{
    error::Error,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// More than a node needs on a busy machine that compiles its runtime for the first time.
const DEADLINE: Duration = Duration::from_secs(180);

fn deren_node() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deren-node"));
    command.stdin(Stdio::null());
    command
}

/// A node that ends with the test.
struct Node {
    process: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Node {
    /// Starts a development chain at ports that the system picks, and waits until it answers.
    fn start() -> Result<Self> {
        Self::start_on(&["--dev"])
    }

    /// Starts a chain at ports that the system picks, and waits until it answers.
    fn start_on(chain: &[&str]) -> Result<Self> {
        Self::start_in(tempfile::tempdir()?, chain)
    }

    /// The same with the data that a folder holds.
    fn start_in(folder: tempfile::TempDir, chain: &[&str]) -> Result<Self> {
        let mut process = deren_node()
            .args(chain)
            .args(["--port", "0", "--rpc-port", "0", "--no-prometheus", "--base-path"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = process.stderr.take().ok_or("stderr is piped")?;
        let (says, hears) = mpsc::channel();
        // Reads to the end, so that the node never waits for someone to take its log.
        std::thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(std::result::Result::ok) {
                let _ = says.send(line);
            }
        });
        let mut node = Self { process, url: String::new(), _folder: folder };
        let mut seen = Vec::new();
        while node.url.is_empty() {
            let line = hears.recv_timeout(DEADLINE).map_err(|_| format!("the node does not answer: {seen:#?}"))?;
            if let Some((_, address)) = line.split_once("JSON-RPC server: addr=") {
                node.url = format!("ws://{}", address.split(',').next().unwrap_or(address).trim());
            }
            seen.push(line);
        }
        Ok(node)
    }

    async fn client(&self) -> Result<WsClient> {
        Ok(WsClientBuilder::default().request_timeout(DEADLINE).build(&self.url).await?)
    }
}

/// Calls a query of the runtime without arguments at the best block.
async fn query<T: Decode>(client: &WsClient, name: &str) -> Result<T> {
    query_with(client, name, &[]).await
}

/// Calls a query of the runtime with these arguments at the best block.
async fn query_with<T: Decode>(client: &WsClient, name: &str, arguments: &[u8]) -> Result<T> {
    let arguments = format!("0x{}", hex::encode(arguments));
    let answer: String = client.request("state_call", rpc_params![name, arguments]).await?;
    Ok(T::decode(&mut &hex::decode(answer.trim_start_matches("0x"))?[..])?)
}

async fn finalised_block(heads: &mut Subscription<serde_json::Value>) -> Result<u32> {
    let head = tokio::time::timeout(DEADLINE, heads.next()).await?.ok_or("the subscription ended")??;
    let number = head["number"].as_str().ok_or("a head has a number")?;
    Ok(u32::from_str_radix(number.trim_start_matches("0x"), 16)?)
}

/// What a load test begins with: the first state lies in the database before any node has run.
#[tokio::test]
async fn a_chain_begins_with_the_homes_that_were_written() -> Result {
    let folder = tempfile::tempdir()?;
    let homes = || {
        let mut command = deren_node();
        command.args(["homes", "--homes", "150", "--dev", "--base-path"]).arg(folder.path());
        command.output()
    };
    let written = homes()?;
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let written: serde_json::Value = serde_json::from_slice(&written.stdout)?;
    assert_eq!((&written["homes"], &written["markets"]), (&150.into(), &1.into()));
    let again = homes()?;
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("there is a chain"));

    let node = Node::start_in(folder, &["--dev"])?;
    let client = node.client().await?;
    let genesis: String = client.request("chain_getBlockHash", rpc_params![0]).await?;
    assert_eq!(written["genesis"], genesis);
    let mut heads: Subscription<serde_json::Value> =
        client.subscribe("chain_subscribeFinalizedHeads", rpc_params![], "chain_unsubscribeFinalizedHeads").await?;
    while finalised_block(&mut heads).await? < 2 {}
    let invariants: std::result::Result<(), Vec<u8>> = query(&client, "InvariantsApi_check").await?;
    assert_eq!(invariants, Ok(()));
    Ok(())
}

#[tokio::test]
async fn a_dev_node_finalises_answers_and_stops_when_told() -> Result {
    let mut node = Node::start()?;
    let client = node.client().await?;
    let mut heads: Subscription<serde_json::Value> =
        client.subscribe("chain_subscribeFinalizedHeads", rpc_params![], "chain_unsubscribeFinalizedHeads").await?;
    while finalised_block(&mut heads).await? < 2 {}

    let parameters: ChainParameters = query(&client, "GatewayApi_parameters").await?;
    assert_eq!((parameters.slot_seconds, parameters.development), (12, true));
    let invariants: std::result::Result<(), Vec<u8>> = query(&client, "InvariantsApi_check").await?;
    assert_eq!(invariants, Ok(()));
    let peers: Vec<serde_json::Value> = client.request("system_peers", rpc_params![]).await?;
    assert!(peers.is_empty(), "it looks for nobody");

    let told = Command::new("kill").args(["-TERM", &node.process.id().to_string()]).status()?;
    assert!(told.success());
    let stopped = tokio::task::spawn_blocking(move || node.process.wait().map(|status| (status, node))).await??;
    assert!(stopped.0.success(), "{}", stopped.0);
    Ok(())
}

/// Whether the runtime that this chain runs has a pallet of this name, by its metadata.
async fn has_pallet(chain: &[&str], name: &str) -> Result<bool> {
    let node = Node::start_on(chain)?;
    let metadata: String = node.client().await?.request("state_getMetadata", rpc_params![]).await?;
    Ok(metadata.contains(&hex::encode(name.encode())))
}

/// A chain that runs the Wasm with sudo.
const DEV: &[&str] = &["--dev"];
/// A chain that runs the one without.
const LOCAL: &[&str] = &["--chain", "local", "--alice", "--unsafe-force-node-key-generation"];

#[tokio::test]
async fn only_dev_runs_a_wasm_with_sudo() -> Result {
    for (chain, sudo) in [(DEV, true), (LOCAL, false)] {
        assert!(has_pallet(chain, "Council").await?, "{chain:?}");
        assert_eq!(has_pallet(chain, "Sudo").await?, sudo, "{chain:?}");
    }
    Ok(())
}

#[test]
fn a_node_listens_on_loopback_alone_when_developing() -> Result {
    let node = Node::start()?;
    let sockets = std::fs::read_to_string(format!("/proc/{}/net/tcp", node.process.id()))?;
    let inodes: Vec<_> = std::fs::read_dir(format!("/proc/{}/fd", node.process.id()))?
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    let listening: Vec<_> = sockets
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| {
            fields.get(3) == Some(&"0A") && fields.get(9).is_some_and(|inode| inodes.contains(&(*inode).to_owned()))
        })
        .map(|fields| fields[1].to_owned())
        .collect();
    assert!(!listening.is_empty());
    // 127.0.0.1, as the kernel writes it.
    assert!(listening.iter().all(|address| address.starts_with("0100007F:")), "{listening:?}");
    Ok(())
}

#[test]
fn well_known_keys_are_refused_beyond_development() -> Result {
    let folder = tempfile::tempdir()?;
    let exported = deren_node().args(["export-chain-spec", "--chain", "local", "--raw"]).output()?;
    assert!(exported.status.success());
    let mut spec: serde_json::Value = serde_json::from_slice(&exported.stdout)?;
    spec["chainType"] = "Live".into();
    let file = folder.path().join("live.json");
    std::fs::write(&file, spec.to_string())?;
    let refused = deren_node()
        .args(["--alice", "--unsafe-force-node-key-generation"])
        .arg("--chain")
        .arg(&file)
        .arg("--base-path")
        .arg(folder.path())
        .output()?;
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("public knowledge") && said.contains("key generate"), "{said}");
    Ok(())
}

#[test]
fn an_unknown_chain_is_named_in_the_error() -> Result {
    let refused = deren_node().args(["--chain", "no-such-chain"]).output()?;
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("'no-such-chain' is neither"));
    Ok(())
}

#[test]
fn an_unknown_flag_is_refused() -> Result {
    let refused = deren_node().args(["--dev", "--telemetry-of"]).output()?;
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--telemetry-of"));
    Ok(())
}
