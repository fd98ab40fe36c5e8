//! A chain as a real node sees it, through its JSON-RPC. It only asks; it sends nothing.

use super::{
    events::EventReader,
    rows::{BlockHead, BlockId, BlockRows},
    source::{ChainDescription, Source, SourceError},
};
use codec::{Compact, Decode as _};
use deren_primitives::{ChainParameters, Hex};
use futures::FutureExt as _;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use subxt::{
    SubstrateConfig,
    config::{RpcConfigFor, substrate::SubstrateHeader},
    rpcs::{LegacyRpcMethods, RpcClient, client::RpcSubscription},
    utils::H256,
};
use url::Url;

type Rpc = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;
type Heads = RpcSubscription<SubstrateHeader<H256>>;

/// No answer within this time means that the node is away.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Time without a new block, after which the node is asked whether it is there at all.
const QUIET: Duration = Duration::from_secs(30);
/// A chain has few runtimes; a longer history reads some descriptions twice.
const MAX_READERS: usize = 8;
/// Code of the node's `state` interface for a state that it has not: pruned, or of a block that it does not know.
const NO_STATE: i32 = 4003;

// twox_128 of the pallet's name, and of the item's.
const EVENTS: &str = "26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7";
const RUNTIME_OF_BLOCK: &str = "26aa394eea5630e07c48ae0c9558cef7f9cce9c888469bb1a0dceaa129672ef8";
const NOW: &str = "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

/// A connection to a node.
#[derive(Debug)]
pub struct Node {
    rpc: Rpc,
    description: ChainDescription,
    /// Finalised and best ones. The lock is never taken: it only lets the node be shared while nobody waits.
    heads: Mutex<[Heads; 2]>,
    readers: Mutex<BTreeMap<u32, Arc<EventReader>>>,
    keys: [Vec<u8>; 3],
}

impl Node {
    /// Connects, and asks what chain it is.
    pub async fn connect(url: &Url) -> Result<Self, SourceError> {
        // The address was given by whoever runs this; inside a machine ws:// is what there is.
        let client = ask("a connection", RpcClient::from_insecure_url(url.as_str())).await?;
        let rpc = Rpc::new(client);
        let genesis = ask("chain_getBlockHash(0)", rpc.genesis_hash()).await?;
        let name = ask("system_chain", rpc.system_chain()).await?;
        let bytes = ask("GatewayApi_parameters", rpc.state_call("GatewayApi_parameters", None, None)).await?;
        let parameters = ChainParameters::decode(&mut bytes.as_slice()).map_err(|error| SourceError::Node {
            what: "GatewayApi_parameters".to_owned(),
            reason: format!("this is no DeREN chain, or another version of it: {error}"),
        })?;
        let finalized = ask("chain_subscribeFinalizedHeads", rpc.chain_subscribe_finalized_heads()).await?;
        let best = ask("chain_subscribeNewHeads", rpc.chain_subscribe_new_heads()).await?;
        let metadata = ask("state_getMetadata", rpc.state_get_metadata(None)).await?.into_raw();
        let ss58_prefix = EventReader::new(0, &metadata, parameters.slot_seconds)?.ss58_prefix();
        let description = ChainDescription { genesis: genesis.0, name, parameters, ss58_prefix };
        let keys = [EVENTS, RUNTIME_OF_BLOCK, NOW].map(|key| hex::decode(key).unwrap_or_default());
        Ok(Self { rpc, description, heads: Mutex::new([finalized, best]), readers: Mutex::default(), keys })
    }

    /// The node's methods, for whoever asks for more than blocks.
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    async fn header(&self, hash: [u8; 32]) -> Result<SubstrateHeader<H256>, SourceError> {
        let header = ask("chain_getHeader", self.rpc.chain_get_header(Some(H256(hash)))).await?;
        header.ok_or_else(|| SourceError::Gone(Hex(hash).to_string()))
    }

    /// Asks for something of a block's state. A node that has no such state has pruned it, or does not know the block.
    async fn of_state<T>(
        &self,
        what: &str,
        block: BlockId,
        question: impl Future<Output = Result<T, subxt::rpcs::Error>>,
    ) -> Result<T, SourceError> {
        match in_time(what, question).await? {
            Ok(answer) => Ok(answer),
            Err(error) if has_no_state(&error) => {
                self.header(block.hash).await?;
                let from = self.first_state(block.number).await.ok();
                Err(SourceError::Pruned { block: block.number, from, reason: error.to_string() })
            }
            Err(error) => Err(refused(what, &error)),
        }
    }

    /// The first block of which the node has a state, if it has none of this one: old ones go before newer ones.
    async fn first_state(&self, mut gone: u32) -> Result<u32, SourceError> {
        let mut there = self.finalized().await?.number;
        while there.saturating_sub(gone) > 1 {
            let between = gone.midpoint(there);
            if self.has_state(between).await? {
                there = between;
            } else {
                gone = between;
            }
        }
        Ok(there)
    }

    async fn has_state(&self, number: u32) -> Result<bool, SourceError> {
        let (what, [_, _, now]) = ("state_getStorage", &self.keys);
        let hash = self.hash(number).await?.ok_or_else(|| SourceError::Gone(number.to_string()))?;
        match in_time(what, self.rpc.state_get_storage(now, Some(H256(hash)))).await? {
            Ok(_) => Ok(true),
            Err(error) if has_no_state(&error) => Ok(false),
            Err(error) => Err(refused(what, &error)),
        }
    }

    /// What the block wrote into its state: its events, the runtime that made it, and its time.
    async fn written(&self, block: BlockId) -> Result<[Option<Vec<u8>>; 3], SourceError> {
        let keys = self.keys.iter().map(Vec::as_slice);
        let answer = self.rpc.state_query_storage_at(keys, Some(H256(block.hash)));
        let sets = self.of_state("state_queryStorageAt", block, answer).await?;
        let mut values = [None, None, None];
        for (key, value) in sets.into_iter().flat_map(|set| set.changes) {
            for (wanted, place) in self.keys.iter().zip(&mut values) {
                if *wanted == key.0 {
                    *place = value.clone().map(|bytes| bytes.0);
                }
            }
        }
        Ok(values)
    }

    /// The reader for blocks that this runtime made. A block that changes the runtime was still made by the one before,
    /// which its parent's state describes.
    async fn reader(&self, spec_version: u32, parent: [u8; 32], block: u32) -> Result<Arc<EventReader>, SourceError> {
        let known = self.readers.lock().unwrap_or_else(PoisonError::into_inner).get(&spec_version).cloned();
        if let Some(reader) = known {
            return Ok(reader);
        }
        let before = BlockId { number: block.saturating_sub(1), hash: parent };
        let metadata = self.rpc.state_get_metadata(Some(H256(parent)));
        let metadata = self.of_state("state_getMetadata", before, metadata).await?.into_raw();
        let reader = Arc::new(EventReader::new(spec_version, &metadata, self.description.parameters.slot_seconds)?);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() >= MAX_READERS {
            readers.pop_first();
        }
        readers.insert(spec_version, reader.clone());
        Ok(reader)
    }
}

impl Source for Node {
    fn description(&self) -> &ChainDescription {
        &self.description
    }

    async fn finalized(&self) -> Result<BlockId, SourceError> {
        let hash = ask("chain_getFinalizedHead", self.rpc.chain_get_finalized_head()).await?;
        Ok(BlockId { number: number(&self.header(hash.0).await?)?, hash: hash.0 })
    }

    async fn best(&self) -> Result<BlockId, SourceError> {
        let hash = ask("chain_getBlockHash", self.rpc.chain_get_block_hash(None)).await?;
        let hash = hash.ok_or_else(|| SourceError::Gone("of the best chain".to_owned()))?;
        Ok(BlockId { number: number(&self.header(hash.0).await?)?, hash: hash.0 })
    }

    async fn hash(&self, number: u32) -> Result<Option<[u8; 32]>, SourceError> {
        let hash = self.rpc.chain_get_block_hash(Some(number.into()));
        Ok(ask("chain_getBlockHash", hash).await?.map(|hash| hash.0))
    }

    async fn parent(&self, block: BlockId) -> Result<[u8; 32], SourceError> {
        Ok(self.header(block.hash).await?.parent_hash.0)
    }

    async fn block(&self, block: BlockId) -> Result<BlockRows, SourceError> {
        let (header, written) = tokio::try_join!(self.header(block.hash), self.written(block))?;
        let [events, runtime, now] = written;
        let parent = header.parent_hash.0;
        let head = BlockHead { id: block, parent, at_unix_ms: unix_ms(now), events: 0 };
        if block.number == 0 {
            // Nothing has happened yet, and it has no parent that could describe a runtime.
            return Ok(BlockRows::new(head));
        }
        let runtime = runtime.and_then(|bytes| Compact::<u32>::decode(&mut bytes.as_slice()).ok());
        let spec_version = runtime.map_or(0, |version| version.0);
        let reader = self.reader(spec_version, parent, block.number).await?;
        Ok(reader.read(head, events.unwrap_or_default())?)
    }

    async fn changed(&mut self) -> Result<(), SourceError> {
        let ended = || SourceError::Node { what: "with new blocks".to_owned(), reason: "the connection ended".into() };
        let [finalized, best] = self.heads.get_mut().unwrap_or_else(PoisonError::into_inner);
        let waited = tokio::time::timeout(QUIET, async {
            tokio::select! {
                head = finalized.next() => head,
                head = best.next() => head,
            }
        });
        match waited.await {
            Ok(Some(head)) => head.map_err(|error| refused("with new blocks", &error))?,
            Ok(None) => return Err(ended()),
            Err(_) => return Ok(()),
        };
        // Heads that piled up while we wrote say nothing more: what is new is asked for.
        while let Some(Some(_)) = finalized.next().now_or_never() {}
        while let Some(Some(_)) = best.next().now_or_never() {}
        Ok(())
    }
}

/// The block's time; what has no time is the first block.
fn unix_ms(now: Option<Vec<u8>>) -> u64 {
    now.and_then(|bytes| u64::decode(&mut bytes.as_slice()).ok()).unwrap_or_default()
}

fn number(header: &SubstrateHeader<H256>) -> Result<u32, SourceError> {
    u32::try_from(header.number).map_err(|_| SourceError::Node {
        what: "chain_getHeader".to_owned(),
        reason: format!("block number {} is above {}", header.number, u32::MAX),
    })
}

async fn ask<T>(what: &str, question: impl Future<Output = Result<T, subxt::rpcs::Error>>) -> Result<T, SourceError> {
    in_time(what, question).await?.map_err(|error| refused(what, &error))
}

/// What comes of a question, if anything comes before the node counts as away.
async fn in_time<T>(what: &str, question: impl Future<Output = T>) -> Result<T, SourceError> {
    tokio::time::timeout(TIMEOUT, question).await.map_err(|_| {
        let reason = format!("nothing came within {} s", TIMEOUT.as_secs());
        SourceError::Node { what: what.to_owned(), reason }
    })
}

fn refused(what: &str, error: &subxt::rpcs::Error) -> SourceError {
    SourceError::Node { what: what.to_owned(), reason: error.to_string() }
}

/// True if the node says that it has no such state.
fn has_no_state(error: &subxt::rpcs::Error) -> bool {
    matches!(error, subxt::rpcs::Error::User(error) if error.code == NO_STATE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode as _;

    #[test]
    fn a_pruned_state_is_told_from_a_node_that_is_away() {
        let says = |code, message: &str| {
            subxt::rpcs::Error::User(subxt::rpcs::UserError { code, message: message.into(), data: None })
        };
        let pruned = says(NO_STATE, "UnknownBlock: State already discarded for 0x12");
        assert!(has_no_state(&pruned));
        let words = |from| SourceError::Pruned { block: 7, from, reason: pruned.to_string() }.to_string();
        for needed in ["block 7", "it has states from block 900 on", "--state-pruning=archive", "snapshot import"] {
            assert!(words(Some(900)).contains(needed), "{needed}");
        }
        assert!(!words(None).contains("it has states"));
        assert!(!has_no_state(&says(-32603, "the state was discarded, or pruned")));
        assert!(!has_no_state(&subxt::rpcs::Error::Client("connection refused".into())));
    }

    #[test]
    fn a_block_without_time_is_the_first() {
        assert_eq!(unix_ms(None), 0);
        assert_eq!(unix_ms(Some(1_763_646_300_000u64.encode())), 1_763_646_300_000);
        assert_eq!(unix_ms(Some(vec![1])), 0);
    }
}
