//! One node, over one WebSocket: the handful of JSON-RPC calls that a gateway needs. No metadata, no node crates: the
//! runtime itself builds the transaction, so an upgrade that leaves `GatewayApi` as it is changes nothing here.

use super::batch::{Batch, SignedBatch};
use crate::{codes::GatewayCode, error::GatewayError};
use codec::{DecodeAll, Encode};
use deren_primitives::{
    ChainParameters, DeviceCursor, DeviceId, GatewayId, GatewayRecord, Hex, ReadingOutcome, SampledBatch, Signature,
};
use jsonrpsee::{
    core::{
        ClientError,
        client::{ClientT, Subscription, SubscriptionClientT},
    },
    rpc_params,
    ws_client::{PingConfig, WsClient, WsClientBuilder},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
const PING_INTERVAL: Duration = Duration::from_secs(15);
const SILENCE_LIMIT: Duration = Duration::from_secs(45);
/// Answers are small; a node that sends more than this is not one of ours.
const MAX_ANSWER_BYTES: u32 = 2 * 1024 * 1024;
/// A runtime answers for at most this many devices at once.
pub const MAX_CURSORS_AT_ONCE: usize = 256;
/// What a runtime answers of readings of version 2.
const CHECK_V2: &str = "GatewayApi_check_v2";
const TRANSACTION_V2: &str = "GatewayApi_transaction_v2";
/// Storage key of `Timestamp::Now`: twox_128("Timestamp") ++ twox_128("Now").
const NOW_KEY: &str = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

/// What a node's transaction pool said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is in the pool.
    Pooled,
    /// These very bytes were refused before, and are not looked at for a while.
    Banned,
    /// Another transaction that provides the same is in the pool already.
    Displaced,
    /// The chain would not take it; in the node's words.
    Invalid(String),
}

/// A block header, as far as it is needed.
#[derive(Clone, Debug, Deserialize)]
pub struct Header {
    number: String,
}

impl Header {
    /// The block's number.
    pub fn number(&self) -> Option<u32> {
        u32::from_str_radix(self.number.strip_prefix("0x")?, 16).ok()
    }
}

/// A connected node.
pub struct Node {
    client: WsClient,
    url: Url,
}

impl Node {
    /// Connects.
    ///
    /// # Errors
    /// [`GatewayError::Node`] if nobody answers there in time.
    pub async fn connect(url: &Url) -> Result<Self, GatewayError> {
        let ping = PingConfig::new().ping_interval(PING_INTERVAL).inactive_limit(SILENCE_LIMIT);
        let client = WsClientBuilder::new()
            .connection_timeout(CONNECT_TIMEOUT)
            .request_timeout(REQUEST_TIMEOUT)
            .max_response_size(MAX_ANSWER_BYTES)
            .max_concurrent_requests(16)
            .max_buffer_capacity_per_subscription(256)
            .enable_ws_ping(ping)
            .build(url.as_str())
            .await
            .map_err(|error| failed(url, "connecting", error))?;
        Ok(Self { client, url: url.clone() })
    }

    /// Its address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        params: jsonrpsee::core::params::ArrayParams,
    ) -> Result<T, GatewayError> {
        self.client.request(method, params).await.map_err(|error| failed(&self.url, method, error))
    }

    /// Hash of the block with this number on the node's best chain; nothing if it has no such block.
    ///
    /// # Errors
    /// [`GatewayError::Node`].
    pub async fn block_hash(&self, number: u32) -> Result<Option<[u8; 32]>, GatewayError> {
        let text: Option<String> = self.ask("chain_getBlockHash", rpc_params![number]).await?;
        text.map(|text| Hex::parse(&text).ok_or_else(|| self.nonsense("chain_getBlockHash", "not a hash"))).transpose()
    }

    /// Hash of the newest finalised block.
    ///
    /// # Errors
    /// [`GatewayError::Node`].
    pub async fn finalised_hash(&self) -> Result<[u8; 32], GatewayError> {
        let text: String = self.ask("chain_getFinalizedHead", rpc_params![]).await?;
        Hex::parse(&text).ok_or_else(|| self.nonsense("chain_getFinalizedHead", "not a hash"))
    }

    /// Time of the best block, in milliseconds since 1970.
    ///
    /// # Errors
    /// [`GatewayError::Node`].
    pub async fn best_block_ms(&self) -> Result<Option<u64>, GatewayError> {
        let text: Option<String> = self.ask("state_getStorage", rpc_params![NOW_KEY]).await?;
        text.map(|text| self.decode("state_getStorage", &text)).transpose()
    }

    /// Headers of new best blocks.
    ///
    /// # Errors
    /// [`GatewayError::Node`].
    pub async fn best_heads(&self) -> Result<Subscription<Header>, GatewayError> {
        self.subscribe("chain_subscribeNewHeads", "chain_unsubscribeNewHeads").await
    }

    /// Headers of newly finalised blocks.
    ///
    /// # Errors
    /// [`GatewayError::Node`].
    pub async fn finalised_heads(&self) -> Result<Subscription<Header>, GatewayError> {
        self.subscribe("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads").await
    }

    async fn subscribe(&self, begin: &str, end: &str) -> Result<Subscription<Header>, GatewayError> {
        self.client.subscribe(begin, rpc_params![], end).await.map_err(|error| failed(&self.url, begin, error))
    }

    /// What was set at genesis.
    ///
    /// # Errors
    /// [`GatewayError::Node`].
    pub async fn parameters(&self) -> Result<ChainParameters, GatewayError> {
        self.call("GatewayApi_parameters", &(), None).await
    }

    /// The gateway as block `at` knows it.
    ///
    /// # Errors
    /// [`GatewayError::Node`].
    pub async fn gateway(&self, gateway: GatewayId, at: [u8; 32]) -> Result<Option<GatewayRecord>, GatewayError> {
        self.call("GatewayApi_gateway", &gateway, Some(at)).await
    }

    /// Where each device's chain of readings stands after block `at`, or after the best block.
    ///
    /// # Errors
    /// [`GatewayError::Node`], also if the answer is not one cursor a device.
    pub async fn cursors(
        &self,
        devices: &[DeviceId],
        at: Option<[u8; 32]>,
    ) -> Result<Vec<(DeviceId, Option<DeviceCursor>)>, GatewayError> {
        let mut all = Vec::with_capacity(devices.len());
        for some in devices.chunks(MAX_CURSORS_AT_ONCE) {
            let cursors: Vec<Option<DeviceCursor>> = self.call("GatewayApi_cursors", &some.to_vec(), at).await?;
            if cursors.len() != some.len() {
                return Err(self.nonsense("GatewayApi_cursors", "not one cursor a device"));
            }
            all.extend(some.iter().copied().zip(cursors));
        }
        Ok(all)
    }

    /// True if the runtime knows readings of version 2: what it says of a batch without any is no matter.
    ///
    /// # Errors
    /// [`GatewayError::Node`] if the node cannot be asked.
    pub async fn takes_version_2(&self) -> Result<bool, GatewayError> {
        let (genesis, gateway) = ([0; 32], GatewayId([0; 32]));
        let nothing = SampledBatch { genesis, gateway, key_epoch: 0, attempt: 0, readings: Default::default() };
        let signature: Signature = [0; 64];
        match self.state_call(CHECK_V2, &(nothing, signature), None).await {
            Ok(_) => Ok(true),
            Err(ClientError::Call(error)) => {
                // A node says so of a function that its runtime does not export: "Exported method … is not found".
                let said = format!("{} {}", error.message(), error.data().map_or("", |data| data.get()));
                Ok(!(said.contains(CHECK_V2) && said.contains("not found")))
            }
            Err(error) => Err(failed(&self.url, CHECK_V2, error)),
        }
    }

    /// What would become of each reading in the next block.
    ///
    /// # Errors
    /// [`GatewayError::Node`], also if the answer is not one outcome a reading.
    pub(super) async fn check(&self, signed: &SignedBatch) -> Result<Vec<ReadingOutcome>, GatewayError> {
        let SignedBatch { batch, signature } = signed;
        let outcomes: Vec<ReadingOutcome> = match batch {
            Batch::Interval(batch) => self.call("GatewayApi_check", &(batch, signature), None).await?,
            Batch::Sampled(batch) => self.call(CHECK_V2, &(batch, signature), None).await?,
        };
        if outcomes.len() != batch.readings().len() {
            return Err(self.nonsense("GatewayApi_check", "not one outcome a reading"));
        }
        Ok(outcomes)
    }

    /// Has the runtime build the transaction, and gives it to the pool.
    ///
    /// # Errors
    /// [`GatewayError::Node`] if the node cannot be asked; what the pool thinks of the transaction is no error.
    pub(super) async fn submit(&self, signed: &SignedBatch) -> Result<Submitted, GatewayError> {
        let signature = &signed.signature;
        let bytes: Vec<u8> = match &signed.batch {
            Batch::Interval(batch) => self.call("GatewayApi_transaction", &(batch, signature), None).await?,
            Batch::Sampled(batch) => self.call(TRANSACTION_V2, &(batch, signature), None).await?,
        };
        let text = Hex(bytes).to_string();
        let answer: Result<String, ClientError> =
            self.client.request("author_submitExtrinsic", rpc_params![text]).await;
        match answer {
            Ok(_hash) => Ok(Submitted::Pooled),
            Err(ClientError::Call(error)) => Ok(match error.code() {
                // Codes of the transaction pool, from the JSON-RPC interface's `author` errors.
                1013 => Submitted::Pooled,
                1012 => Submitted::Banned,
                1014 => Submitted::Displaced,
                _ => {
                    let data = error.data().map(|data| format!(": {}", data.get())).unwrap_or_default();
                    Submitted::Invalid(format!("{}{data}", error.message()))
                }
            }),
            Err(error) => Err(failed(&self.url, "author_submitExtrinsic", error)),
        }
    }

    /// Calls the runtime with the SCALE bytes of `arguments`, after block `at` or after the best one.
    async fn call<T: DecodeAll>(
        &self,
        function: &str,
        arguments: &impl Encode,
        at: Option<[u8; 32]>,
    ) -> Result<T, GatewayError> {
        let answer = self.state_call(function, arguments, at).await;
        let text = answer.map_err(|error| failed(&self.url, function, error))?;
        self.decode(function, &text)
    }

    async fn state_call(
        &self,
        function: &str,
        arguments: &impl Encode,
        at: Option<[u8; 32]>,
    ) -> Result<String, ClientError> {
        let arguments = Hex(arguments.encode()).to_string();
        let at = at.map(|hash| Hex(hash).to_string());
        self.client.request("state_call", rpc_params![function, arguments, at]).await
    }

    fn decode<T: DecodeAll>(&self, what: &str, text: &str) -> Result<T, GatewayError> {
        Hex::parse_any(text).and_then(|bytes| T::decode_all(&mut &bytes[..]).ok()).ok_or_else(|| {
            self.nonsense(what, "the answer cannot be understood: is this program too old for the chain?")
        })
    }

    fn nonsense(&self, what: &str, reason: &str) -> GatewayError {
        let code = GatewayCode::BadAnswer;
        GatewayError::Node { url: self.url.to_string(), what: what.to_owned(), reason: reason.to_owned(), code }
    }
}

fn failed(url: &Url, what: &str, error: ClientError) -> GatewayError {
    let (code, reason) = match error {
        ClientError::Call(error) if what.starts_with("GatewayApi_") => {
            (GatewayCode::NotADerenNode, format!("{}; does this node serve a DeREN chain?", error.message()))
        }
        ClientError::Call(error) => (GatewayCode::NodeRefused, error.message().to_owned()),
        ClientError::ParseError(error) => (GatewayCode::BadAnswer, ClientError::ParseError(error).to_string()),
        other => (GatewayCode::NodeUnreachable, other.to_string()),
    };
    GatewayError::Node { url: url.to_string(), what: what.to_owned(), reason, code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_numbers_are_hexadecimal() {
        let number = |text: &str| Header { number: text.to_owned() }.number();
        assert_eq!(number("0x1f"), Some(31));
        assert_eq!(number("31"), None);
        assert_eq!(number("0x1ffffffff"), None);
    }

    #[tokio::test]
    async fn a_node_that_is_not_there_is_a_clear_error() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("bound"));
        drop(listener);
        let error = Node::connect(&url.parse().expect("a URL")).await.err().expect("nobody there");
        assert_eq!(error.code(), GatewayCode::NodeUnreachable.into());
        let error = error.to_string();
        assert!(error.contains(&url) && error.contains("connecting"), "{error}");
    }
}
