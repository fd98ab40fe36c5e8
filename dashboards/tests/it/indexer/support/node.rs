//! Real nodes of development chains.

use super::wait::until;
use deren_testing::{free_port, program};
use std::process::{Child, Command, Stdio};
use subxt::{OnlineClient, SubstrateConfig, dynamic::Value, tx::DynamicPayload};
use subxt_signer::sr25519::{Keypair, dev};
use tempfile::TempDir;
use url::Url;

/// A node. It ends with the test.
pub struct Node {
    name: &'static str,
    chain: &'static str,
    folder: TempDir,
    rpc_port: u16,
    network_port: u16,
    pruning: &'static str,
    process: Option<Child>,
}

impl Node {
    /// A validator of a preset; it knows nobody and keeps all states.
    pub fn new(chain: &'static str, name: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (rpc_port, network_port) = (free_port(), free_port());
        Self { name, chain, folder, rpc_port, network_port, pruning: "archive", process: None }
    }

    /// Alice alone, who keeps the states of so many final blocks only.
    pub async fn pruned(states: &'static str) -> Self {
        let mut node = Self::new("dev", "alice");
        node.pruning = states;
        node.start(&[]);
        node.client().await;
        node
    }

    /// Alice alone, who makes all blocks of a development chain.
    pub async fn dev() -> Self {
        let mut node = Self::new("dev", "alice");
        node.start(&[]);
        node.client().await;
        node
    }

    /// Where others reach it. Its identity is its network port, thirty-two times.
    fn address(&self) -> String {
        let key = ed25519_dalek::SigningKey::from_bytes(&self.identity());
        // The identity multihash of an Ed25519 key (https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md).
        let id = [&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20], key.verifying_key().as_bytes().as_slice()].concat();
        format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", self.network_port, bs58::encode(id).into_string())
    }

    fn identity(&self) -> [u8; 32] {
        std::array::from_fn(|place| self.network_port.to_le_bytes()[place % 2])
    }

    /// Addresses of several nodes.
    pub fn addresses(nodes: &[Self]) -> Vec<String> {
        nodes.iter().map(Self::address).collect()
    }

    /// Starts it, on the data that it has, connected to these others.
    pub fn start(&mut self, others: &[String]) {
        self.kill();
        let log = self.folder.path().join("log");
        let output = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("a log");
        let own = self.address();
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=KILL").arg("--").arg(program("deren-node"));
        command.arg(format!("--chain={}", self.chain)).arg(format!("--{}", self.name));
        command.arg(format!("--base-path={}", self.folder.path().display()));
        command.arg(format!("--rpc-port={}", self.rpc_port));
        command.arg(format!("--listen-addr=/ip4/127.0.0.1/tcp/{}", self.network_port));
        command.arg(format!("--node-key={}", hex::encode(self.identity())));
        command.args(["--reserved-only", "--no-mdns", "--no-prometheus", "--no-telemetry"]);
        command.arg(format!("--state-pruning={}", self.pruning));
        // One who is cut off goes on alone.
        command.arg("--force-authoring");
        command.args(others.iter().filter(|other| **other != own).map(|other| format!("--reserved-nodes={other}")));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(output);
        self.process = Some(command.spawn().expect("the node starts"));
    }

    /// Ends it with -9.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    pub fn url(&self) -> Url {
        format!("ws://127.0.0.1:{}", self.rpc_port).parse().expect("an address")
    }

    /// Connected, once it answers.
    pub async fn client(&self) -> OnlineClient<SubstrateConfig> {
        until("the node answers", async || OnlineClient::from_insecure_url(self.url().as_str()).await).await
    }

    /// Its connection as the indexer has it.
    pub async fn source(&self) -> deren_dashboards::indexer::Node {
        until("the node answers", async || deren_dashboards::indexer::Node::connect(&self.url()).await).await
    }

    /// Makes a market with zones, and changes an edge `changes` times: rows of several tables in several blocks.
    pub async fn trade_terms(&self, changes: u32) {
        let client = self.client().await;
        let create = Value::named_variant(
            "create_market",
            [
                ("operator", Value::from_bytes(dev::ferdie().public_key().0)),
                ("privacy_threshold", Value::u128(15)),
                ("protocol_fee_bp", Value::u128(100)),
                ("max_fee_ueur_per_kwh", Value::u128(50_000)),
            ],
        );
        let create = Value::unnamed_variant("Registry", [create]);
        send(&client, &dev::alice(), subxt::dynamic::tx("Sudo", "sudo", vec![create])).await;
        let none = || Value::unnamed_variant("None", []);
        let market = || ("market", Value::u128(0));
        let edge = Value::unnamed_composite([Value::u128(0), Value::u128(12_000), none(), some(Value::u128(50_000))]);
        let mut calls = vec![
            Value::named_variant("create_zone", [market(), ("parent", none())]),
            Value::named_variant("create_zone", [market(), ("parent", some(edge))]),
        ];
        calls.extend((1..=changes).map(|fee| {
            let terms = [
                ("zone", Value::u128(1)),
                ("fee_ueur_per_kwh", Value::u128(fee.into())),
                ("capacity_up_wh", none()),
                ("capacity_down_wh", some(Value::u128(u64::MAX.into()))),
            ];
            Value::named_variant("set_edge", terms)
        }));
        let calls = calls.into_iter().map(|call| Value::unnamed_variant("Registry", [call]));
        let calls = vec![Value::unnamed_composite(calls)];
        send(&client, &dev::ferdie(), subxt::dynamic::tx("Utility", "batch_all", calls)).await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn some(value: Value) -> Value {
    Value::unnamed_variant("Some", [value])
}

/// Sends a call and waits until it is final and has succeeded.
async fn send(client: &OnlineClient<SubstrateConfig>, who: &Keypair, call: DynamicPayload<Vec<Value>>) {
    let mut transactions = client.tx().await.expect("the newest block");
    let progress = transactions.sign_and_submit_then_watch_default(&call, who).await.expect("taken");
    progress.wait_for_finalized_success().await.expect("it succeeds");
}
