//! The questions that a node answers besides the SDK's own.

use deren_runtime::{AccountId, Balance, BlockNumber, Hash, Nonce, OpaqueBlock as Block};
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_client_api::AuxStore;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_transaction_pool_api::TransactionPool;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::{Error as BlockChainError, HeaderBackend, HeaderMetadata};
use sp_consensus_babe::BabeApi;
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the answers about BABE are made from. While one of these lives, BABE's worker is not let go.
pub struct BabeDeps {
    /// Answers what BABE's epochs are.
    pub worker: BabeWorkerHandle<Block>,
    /// The node's own keys.
    pub keystore: KeystorePtr,
}

/// What the answers about GRANDPA are made from.
pub struct GrandpaDeps<B> {
    /// The votes of the round that is under way.
    pub voters: SharedVoterState,
    /// Who may vote.
    pub authorities: SharedAuthoritySet<Hash, BlockNumber>,
    /// Proofs of finality as they are made.
    pub justifications: GrandpaJustificationStream<Block>,
    /// Proofs of finality of past blocks.
    pub proofs: Arc<FinalityProofProvider<B, Block>>,
}

/// All that is needed to answer.
pub struct FullDeps<C, P, S, B> {
    /// The chain.
    pub client: Arc<C>,
    /// What waits to be put into a block.
    pub pool: Arc<P>,
    /// Which of several chains is the best.
    pub select_chain: S,
    /// For BABE.
    pub babe: BabeDeps,
    /// For GRANDPA.
    pub grandpa: GrandpaDeps<B>,
}

/// Puts the answers together. `executor` runs subscriptions.
pub fn create_full<C, P, S, B>(
    deps: &FullDeps<C, P, S, B>,
    executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>>
where
    C: ProvideRuntimeApi<Block>
        + HeaderBackend<Block>
        + AuxStore
        + HeaderMetadata<Block, Error = BlockChainError>
        + Send
        + Sync
        + 'static,
    C::Api: substrate_frame_rpc_system::AccountNonceApi<Block, AccountId, Nonce>
        + pallet_transaction_payment_rpc::TransactionPaymentRuntimeApi<Block, Balance>
        + BabeApi<Block>
        + BlockBuilder<Block>,
    P: TransactionPool + 'static,
    S: sp_consensus::SelectChain<Block> + 'static,
    B: sc_client_api::Backend<Block> + Send + Sync + 'static,
{
    let FullDeps { client, pool, select_chain, babe, grandpa } = deps;
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool.clone()).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    let BabeDeps { worker, keystore } = babe;
    let babe = Babe::new(client.clone(), worker.clone(), keystore.clone(), select_chain.clone());
    module.merge(babe.into_rpc())?;
    let GrandpaDeps { voters, authorities, justifications, proofs } = grandpa;
    let (authorities, voters) = (authorities.clone(), voters.clone());
    module.merge(Grandpa::new(executor, authorities, voters, justifications.clone(), proofs.clone()).into_rpc())?;
    Ok(module)
}
