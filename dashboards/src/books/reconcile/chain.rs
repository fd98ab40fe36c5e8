//! What the chain's state says, asked through the runtime's own queries. It never reads storage by its keys, so a
//! runtime may be upgraded as long as its answers stay.

use codec::{Decode, DecodeAll, Encode};
use std::future::Future;
use subxt::rpcs::{LegacyRpcMethods, RpcConfig};

/// The chain did not answer, or not in a form that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node is away, has not that block's state any more, or refused the question.
    #[error("the node did not answer {function} at block 0x{at}: {reason}")]
    Call {
        /// The runtime's query.
        function: &'static str,
        /// The block.
        at: String,
        /// What the node said.
        reason: String,
    },
    /// Other bytes than this program knows.
    #[error("the answer of {function} cannot be read: {reason}; this program may be older than the runtime")]
    Decode {
        /// The runtime's query.
        function: &'static str,
        /// What was wrong with the bytes.
        reason: codec::Error,
    },
}

/// A node's view of the chain's state.
pub trait ChainState: Sync {
    /// Asks a query of the runtime at a block: SCALE in, SCALE out.
    fn call(
        &self,
        function: &'static str,
        arguments: Vec<u8>,
        at: [u8; 32],
    ) -> impl Future<Output = Result<Vec<u8>, ChainError>> + Send;
}

impl<T> ChainState for LegacyRpcMethods<T>
where
    T: RpcConfig + Sync,
    T::Hash: From<[u8; 32]> + Send,
{
    async fn call(&self, function: &'static str, arguments: Vec<u8>, at: [u8; 32]) -> Result<Vec<u8>, ChainError> {
        let answer = self.state_call(function, Some(&arguments), Some(T::Hash::from(at))).await;
        answer.map_err(|error| ChainError::Call { function, at: hex::encode(at), reason: error.to_string() })
    }
}

/// Asks, and reads the answer.
pub(super) async fn ask<C: ChainState, A: Encode, T: Decode>(
    chain: &C,
    function: &'static str,
    arguments: A,
    at: [u8; 32],
) -> Result<T, ChainError> {
    let answer = chain.call(function, arguments.encode(), at).await?;
    T::decode_all(&mut answer.as_slice()).map_err(|reason| ChainError::Decode { function, reason })
}
