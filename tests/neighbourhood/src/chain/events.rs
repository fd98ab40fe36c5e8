//! What happened in a block, decoded by the runtime's own types.

use super::rpc::Rpc;
use crate::{NeighbourhoodError, Result};
use codec::{Decode, Encode};
use deren_runtime::{Hash, RuntimeError, RuntimeEvent};
use frame_system::EventRecord;
use sp_crypto_hashing::twox_128;
use sp_runtime::DispatchError;

/// All events of a block, in order.
pub async fn events(rpc: &Rpc, block: Hash) -> Result<Vec<EventRecord<RuntimeEvent, Hash>>> {
    let key = [twox_128(b"System"), twox_128(b"Events")].concat();
    let Some(bytes) = rpc.storage(&key, block).await? else { return Ok(Vec::new()) };
    Vec::decode(&mut bytes.as_slice()).map_err(|error| NeighbourhoodError::Decode {
        what: format!("the events of block {block:?}"),
        reason: error.to_string(),
    })
}

/// A failure with the pallet's own name for it.
pub fn error_in_words(error: DispatchError) -> String {
    if let DispatchError::Module(module) = error {
        let bytes = (module.index, module.error).encode();
        if let Ok(named) = RuntimeError::decode(&mut bytes.as_slice()) {
            return format!("{named:?}");
        }
    }
    format!("{error:?}")
}
