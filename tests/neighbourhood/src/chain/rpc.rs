//! A node's JSON-RPC over WebSocket. The connection is made again when the node was restarted.

use crate::{NeighbourhoodError, Result};
use codec::{Decode, Encode};
use deren_primitives::{Hex, hex_digits};
use deren_runtime::{Hash, Header};
use futures::lock::Mutex;
use jsonrpsee::{
    core::{
        client::{ClientT, Subscription, SubscriptionClientT},
        params::ArrayParams,
    },
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use serde::de::DeserializeOwned;
use std::{sync::Arc, time::Duration};

/// Longer than any answer takes on a machine that is busy compiling, too.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// A block full of readings as JSON.
const MAX_MESSAGE_BYTES: u32 = 64 * 1024 * 1024;

/// A block by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u32,
    /// Its hash.
    pub hash: Hash,
}

/// A connection to one node.
#[derive(Debug)]
pub struct Rpc {
    url: String,
    client: Mutex<Option<Arc<WsClient>>>,
}

impl Rpc {
    /// The node on this port of 127.0.0.1. Nothing is connected before the first question.
    pub fn new(port: u16) -> Self {
        Self { url: format!("ws://127.0.0.1:{port}"), client: Mutex::new(None) }
    }

    /// Where it asks.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn error(&self, method: &str, reason: impl ToString) -> NeighbourhoodError {
        NeighbourhoodError::Rpc { method: method.to_owned(), url: self.url.clone(), reason: reason.to_string() }
    }

    async fn client(&self) -> Result<Arc<WsClient>> {
        let mut slot = self.client.lock().await;
        if let Some(client) = slot.as_ref().filter(|client| client.is_connected()) {
            return Ok(client.clone());
        }
        let client = WsClientBuilder::default()
            .request_timeout(REQUEST_TIMEOUT)
            .max_response_size(MAX_MESSAGE_BYTES)
            .max_request_size(MAX_MESSAGE_BYTES)
            .max_concurrent_requests(1024)
            .build(&self.url)
            .await
            .map_err(|error| self.error("connect", error))?;
        Ok(slot.insert(Arc::new(client)).clone())
    }

    /// Asks anything.
    pub async fn request<T: DeserializeOwned>(&self, method: &str, params: ArrayParams) -> Result<T> {
        self.client().await?.request(method, params).await.map_err(|error| self.error(method, error))
    }

    /// Sends a transaction and yields what becomes of it.
    pub(super) async fn submit_and_watch<T: DeserializeOwned>(&self, transaction: &[u8]) -> Result<Subscription<T>> {
        let method = "author_submitAndWatchExtrinsic";
        self.client()
            .await?
            .subscribe(method, rpc_params![Hex(transaction).to_string()], "author_unwatchExtrinsic")
            .await
            .map_err(|error| self.error(method, error))
    }

    /// Sends a transaction and does not care.
    pub async fn submit(&self, transaction: &[u8]) -> Result<Hash> {
        self.request("author_submitExtrinsic", rpc_params![Hex(transaction).to_string()]).await
    }

    /// The hash of a block by its number on the best chain; `None` if there is none yet.
    pub async fn block_hash(&self, number: u32) -> Result<Option<Hash>> {
        self.request("chain_getBlockHash", rpc_params![number]).await
    }

    /// The first block's hash.
    pub async fn genesis_hash(&self) -> Result<Hash> {
        self.block_hash(0).await?.ok_or_else(|| self.error("chain_getBlockHash", "there is no first block"))
    }

    /// The newest finalised block.
    pub async fn finalized(&self) -> Result<Head> {
        let hash: Hash = self.request("chain_getFinalizedHead", rpc_params![]).await?;
        Ok(Head { number: self.header(hash).await?.number, hash })
    }

    /// The newest block.
    pub async fn best(&self) -> Result<Head> {
        let header: Header = self.request("chain_getHeader", rpc_params![]).await?;
        Ok(Head { number: header.number, hash: header.hash() })
    }

    /// The head of a block.
    pub async fn header(&self, hash: Hash) -> Result<Header> {
        let header: Option<Header> = self.request("chain_getHeader", rpc_params![hash]).await?;
        header.ok_or_else(|| self.error("chain_getHeader", format!("no block {hash:?}")))
    }

    /// The transactions of a block, as bytes.
    pub async fn transactions(&self, hash: Hash) -> Result<Vec<Vec<u8>>> {
        #[derive(serde::Deserialize)]
        struct Signed {
            block: Inner,
        }
        #[derive(serde::Deserialize)]
        struct Inner {
            extrinsics: Vec<String>,
        }
        let method = "chain_getBlock";
        let block: Option<Signed> = self.request(method, rpc_params![hash]).await?;
        let block = block.ok_or_else(|| self.error(method, format!("no block {hash:?}")))?;
        block.block.extrinsics.iter().map(|text| unhex(text).map_err(|error| self.error(method, error))).collect()
    }

    /// A value of a block's state, as bytes.
    pub async fn storage(&self, key: &[u8], at: Hash) -> Result<Option<Vec<u8>>> {
        let method = "state_getStorage";
        let value: Option<String> = self.request(method, rpc_params![Hex(key).to_string(), at]).await?;
        value.map(|text| unhex(&text).map_err(|error| self.error(method, error))).transpose()
    }

    /// Asks the runtime of a block, with SCALE arguments and answer.
    pub async fn state_call<T: Decode>(&self, function: &str, arguments: impl Encode, at: Hash) -> Result<T> {
        let answer: String =
            self.request("state_call", rpc_params![function, Hex(arguments.encode()).to_string(), at]).await?;
        let bytes = unhex(&answer).map_err(|error| self.error(function, error))?;
        T::decode(&mut bytes.as_slice())
            .map_err(|error| NeighbourhoodError::Decode { what: function.to_owned(), reason: error.to_string() })
    }

    /// How many other nodes it is connected to.
    pub async fn peers(&self) -> Result<u32> {
        #[derive(serde::Deserialize)]
        struct Health {
            peers: u32,
        }
        let health: Health = self.request("system_health", rpc_params![]).await?;
        Ok(health.peers)
    }
}

fn unhex(text: &str) -> Result<Vec<u8>, hex::FromHexError> {
    hex::decode(hex_digits(text))
}
