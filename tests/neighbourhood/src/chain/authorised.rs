//! Transactions that nobody signs and nobody pays for: the call itself shows that it may be made.

use codec::Encode;
use deren_runtime::{RuntimeCall, TxExtension, UncheckedExtrinsic};
use sp_runtime::generic::Era;

/// The call as such a transaction, in bytes.
pub fn authorised(call: RuntimeCall) -> Vec<u8> {
    UncheckedExtrinsic::new_transaction(call, extension()).encode()
}

/// Of an authorised call no extension counts, but each has a value.
fn extension() -> TxExtension {
    (
        frame_system::AuthorizeCall::new(),
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(Era::Immortal),
        frame_system::CheckNonce::from(0),
        frame_system::CheckWeight::new(),
        pallet_asset_tx_payment::ChargeAssetTxPayment::from(0, None),
        frame_metadata_hash_extension::CheckMetadataHash::new(false),
        frame_system::WeightReclaim::new(),
    )
}
