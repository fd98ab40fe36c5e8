//! The transactions with which a gateway submits a batch, built from the runtime's own types. So a gateway needs to
//! know nothing of how transactions look.

use crate::{Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic};
use alloc::vec::Vec;
use codec::Encode;
use deren_primitives::{ReadingBatch, SampledBatch, Signature};
use pallet_deren_metering::Call;
use sp_runtime::generic::Era;

/// The bytes of a general transaction (version 5) that submits this batch. It is signed by nobody but the gateway's
/// signature inside: nonce, era, tip and fee mean nothing for it.
pub fn transaction(batch: ReadingBatch, signature: Signature) -> Vec<u8> {
    general(Call::submit { batch, signature })
}

/// The same for a batch of version 2.
pub fn transaction_v2(batch: SampledBatch, signature: Signature) -> Vec<u8> {
    general(Call::submit_v2 { batch, signature })
}

fn general(call: Call<Runtime>) -> Vec<u8> {
    UncheckedExtrinsic::new_transaction(RuntimeCall::Metering(call), extension(0, Era::Immortal, 0)).encode()
}

/// The values of all extensions of a transaction with this nonce, era and tip, in REN.
pub fn extension(nonce: crate::Nonce, era: Era, tip: crate::Balance) -> TxExtension {
    (
        frame_system::AuthorizeCall::<Runtime>::new(),
        frame_system::CheckNonZeroSender::<Runtime>::new(),
        frame_system::CheckSpecVersion::<Runtime>::new(),
        frame_system::CheckTxVersion::<Runtime>::new(),
        frame_system::CheckGenesis::<Runtime>::new(),
        frame_system::CheckEra::<Runtime>::from(era),
        frame_system::CheckNonce::<Runtime>::from(nonce),
        frame_system::CheckWeight::<Runtime>::new(),
        pallet_transaction_payment::ChargeTransactionPayment::<Runtime>::from(tip),
        frame_metadata_hash_extension::CheckMetadataHash::<Runtime>::new(false),
        frame_system::WeightReclaim::<Runtime>::new(),
    )
}
