//! Transactions that nobody signs and nobody pays for: the call itself shows that it may be made.

use codec::Encode;
use deren_runtime::{RuntimeCall, UncheckedExtrinsic, submission::extension};
use sp_runtime::generic::Era;

/// The call as such a transaction, in bytes. No extension counts for it, but each has a value.
pub fn authorised(call: RuntimeCall) -> Vec<u8> {
    UncheckedExtrinsic::new_transaction(call, extension(0, Era::Immortal, 0)).encode()
}
