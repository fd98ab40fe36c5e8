//! Transactions as people's wallets make them: signed, mortal, watched until they are in a block and found to
//! have done what they should.

use super::{
    account::Account,
    events::{error_in_words, events},
    rpc::{Head, Rpc},
};
use crate::{NeighbourhoodError, Result};
use codec::Encode;
use deren_runtime::{Hash, RuntimeCall, RuntimeEvent, SignedPayload, UncheckedExtrinsic, VERSION};
use frame_system::Phase;
use jsonrpsee::rpc_params;
use serde::Deserialize;
use sp_core::Pair;
use sp_runtime::generic::Era;
use std::time::Duration;

/// For how many blocks after its making a transaction may enter a block.
const MORTAL_BLOCKS: u64 = 64;
/// More than a transaction needs to be finalised while validators come back from a restart.
const DEADLINE: Duration = Duration::from_secs(180);

/// When a transaction counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It is in a block. Where one validator makes all blocks, it stays there.
    InBlock,
    /// That block is finalised.
    Finalized,
}

/// A transaction that did what it should.
#[derive(Clone, Debug)]
pub struct Included {
    /// The block it is in.
    pub block: Hash,
    /// What it caused, in order.
    pub events: Vec<RuntimeEvent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Future,
    Ready,
    Broadcast(serde::de::IgnoredAny),
    InBlock(Hash),
    Retracted(serde::de::IgnoredAny),
    FinalityTimeout(Hash),
    Finalized(Hash),
    Usurped(Hash),
    Dropped,
    Invalid,
}

/// One who sends transactions to one chain.
#[derive(Debug)]
pub struct Wallet<'a> {
    rpc: &'a Rpc,
    genesis: Hash,
    until: Until,
}

impl<'a> Wallet<'a> {
    /// A wallet for the chain of this node.
    pub async fn new(rpc: &'a Rpc, until: Until) -> Result<Self> {
        Ok(Self { rpc, genesis: rpc.genesis_hash().await?, until })
    }

    /// The node to which it sends.
    pub fn rpc(&self) -> &'a Rpc {
        self.rpc
    }

    /// The chain's first block.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// Signs `call`, sends it, waits until it counts as done, and makes sure that it succeeded. `what` says in an
    /// error what it should have done.
    pub async fn send(&self, who: &Account, what: &str, call: RuntimeCall) -> Result<Included> {
        let fail = |reason: String| NeighbourhoodError::Transaction {
            who: who.name().to_owned(),
            what: what.to_owned(),
            reason,
        };
        let nonce = self.rpc.request("system_accountNextIndex", rpc_params![who.id()]).await?;
        let anchor = self.rpc.finalized().await?;
        let bytes = signed(who, call, nonce, self.genesis, anchor).encode();
        let block = match tokio::time::timeout(DEADLINE, self.watch(&bytes)).await {
            Ok(Ok(block)) => block,
            Ok(Err(NeighbourhoodError::Rpc { reason, .. })) => return Err(fail(reason)),
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(fail(format!("it was in no block within {} s", DEADLINE.as_secs()))),
        };
        let transactions = self.rpc.transactions(block).await?;
        let index = transactions
            .iter()
            .position(|other| *other == bytes)
            .and_then(|index| u32::try_from(index).ok())
            .ok_or_else(|| fail(format!("it is not in the block {block:?} that the node named")))?;
        let events: Vec<RuntimeEvent> = events(self.rpc, block)
            .await?
            .into_iter()
            .filter(|record| record.phase == Phase::ApplyExtrinsic(index))
            .map(|record| record.event)
            .collect();
        match events.iter().find_map(failure) {
            Some(reason) => Err(fail(reason)),
            None => Ok(Included { block, events }),
        }
    }

    async fn watch(&self, transaction: &[u8]) -> Result<Hash> {
        let refused = |reason: String| NeighbourhoodError::Rpc {
            method: "author_submitAndWatchExtrinsic".into(),
            url: self.rpc.url().to_owned(),
            reason,
        };
        let mut updates = self.rpc.submit_and_watch::<Status>(transaction).await?;
        while let Some(update) = updates.next().await {
            match update.map_err(|error| refused(error.to_string()))? {
                Status::InBlock(block) if self.until == Until::InBlock => return Ok(block),
                Status::Finalized(block) => return Ok(block),
                Status::Future | Status::Ready | Status::Broadcast(_) | Status::InBlock(_) | Status::Retracted(_) => {}
                Status::FinalityTimeout(block) => return Err(refused(format!("block {block:?} was never finalised"))),
                Status::Usurped(by) => return Err(refused(format!("another transaction took its place: {by:?}"))),
                Status::Dropped => return Err(refused("the node's pool dropped it: too many transactions".into())),
                Status::Invalid => return Err(refused("it became invalid before it was in a block".into())),
            }
        }
        Err(refused("the node ended the connection".into()))
    }
}

/// Why the transaction, or what the administration did in it, failed; `None` if this event says nothing of it.
fn failure(event: &RuntimeEvent) -> Option<String> {
    match event {
        RuntimeEvent::System(frame_system::Event::ExtrinsicFailed { dispatch_error, .. }) => {
            Some(error_in_words(*dispatch_error))
        }
        RuntimeEvent::Sudo(pallet_sudo::Event::Sudid { sudo_result: Err(error) })
        | RuntimeEvent::Council(pallet_collective::Event::Executed { result: Err(error), .. }) => {
            Some(error_in_words(*error))
        }
        _ => None,
    }
}

/// The call as a signed transaction that may enter one of the next blocks after `anchor`.
fn signed(who: &Account, call: RuntimeCall, nonce: u32, genesis: Hash, anchor: Head) -> UncheckedExtrinsic {
    let era = Era::mortal(MORTAL_BLOCKS, anchor.number.into());
    let extension = deren_runtime::submission::extension(nonce, era, 0);
    let implicit =
        ((), (), VERSION.spec_version, VERSION.transaction_version, genesis, anchor.hash, (), (), (), None, ());
    let payload = SignedPayload::from_raw(call, extension, implicit);
    let signature = payload.using_encoded(|bytes| who.pair().sign(bytes));
    let (call, extension, _) = payload.deconstruct();
    UncheckedExtrinsic::new_signed(call, who.id().into(), signature.into(), extension)
}

/// The bytes of a transaction that nobody signs and nobody pays for: the call itself shows that it may be made. No
/// extension counts for it, but each has a value.
pub fn authorised(call: RuntimeCall) -> Vec<u8> {
    UncheckedExtrinsic::new_transaction(call, deren_runtime::submission::extension(0, Era::Immortal, 0)).encode()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_a_transaction_is_understood() {
        let hash = format!("{:?}", Hash::repeat_byte(7));
        let status = |text: &str| serde_json::from_str::<Status>(text).expect("a status");
        assert!(matches!(status("\"ready\""), Status::Ready));
        assert!(matches!(status("{\"broadcast\":[\"peer\"]}"), Status::Broadcast(_)));
        assert!(matches!(status(&format!("{{\"inBlock\":\"{hash}\"}}")), Status::InBlock(block) if block.0 == [7; 32]));
        assert!(matches!(status("\"invalid\""), Status::Invalid));
    }

    #[test]
    fn a_signature_is_over_call_extensions_and_chain() {
        let alice = Account::derived("Alice", "//Alice").expect("a path");
        let call = || RuntimeCall::System(frame_system::Call::remark { remark: b"hello".to_vec() });
        let anchor = Head { number: 70, hash: Hash::repeat_byte(2) };
        let one = signed(&alice, call(), 0, Hash::repeat_byte(1), anchor);
        let other = signed(&alice, call(), 0, Hash::repeat_byte(9), anchor);
        assert_eq!(one.encode().len(), other.encode().len());
        assert_ne!(one.encode(), other.encode());
    }
}
