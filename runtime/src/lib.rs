//! DeREN's chain: what a block does, from consensus to the settlement of a kWh.
//!
//! It puts pallets together, gives each its parameters, and answers the queries of `deren-runtime-apis`. It holds
//! no arithmetic of the market (that is `deren-market`'s) and no rule of a pallet. Nothing in it may panic: it is
//! the same code on every node.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![recursion_limit = "512"]

extern crate alloc;

#[cfg(feature = "std")]
mod blob {
    #![allow(missing_docs, dead_code, reason = "the Wasm builder writes these constants")]
    include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
mod sudo_blob {
    #![allow(missing_docs, dead_code, reason = "the Wasm builder writes these constants")]
    include!(concat!(env!("OUT_DIR"), "/wasm_binary_sudo.rs"));
}

mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod genesis;
mod invariants;
mod pallets;
mod production;
pub mod submission;
pub mod units;

#[cfg(test)]
mod tests;

pub use apis::RuntimeApi;
#[cfg(feature = "std")]
pub use blob::{WASM_BINARY, WASM_BINARY_BLOATY};
pub use invariants::check as check_invariants;
/// The same runtime with a key that may do everything: for `--chain dev` alone.
#[cfg(feature = "std")]
pub use sudo_blob::WASM_BINARY as WASM_BINARY_WITH_SUDO;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
    MultiAddress, MultiSignature, generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
};
use sp_version::RuntimeVersion;

/// A signature of an account's owner.
pub type Signature = MultiSignature;
/// Who holds money, sites and markets.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// How an account is written in a transaction.
pub type Address = MultiAddress<AccountId, ()>;
/// Amounts: REN in its smallest unit, EUR in µ€.
pub type Balance = u128;
/// How many transactions an account has sent.
pub type Nonce = u32;
/// Number of a block.
pub type BlockNumber = u32;
/// Hash of a block and of everything in state.
pub type Hash = sp_core::H256;
/// Head of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// A block as a node sees it: its transactions are only bytes.
pub type OpaqueBlock = generic::Block<Header, sp_runtime::OpaqueExtrinsic>;
/// A block with its justification.
pub type SignedBlock = generic::SignedBlock<Block>;
/// Names a block by number or hash.
pub type BlockId = generic::BlockId<Block>;

/// What every transaction passes, in this order. Authorised calls (readings) pay no fee and have no nonce; all
/// others pay in REN or EUR.
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_asset_tx_payment::ChargeAssetTxPayment<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    frame_system::WeightReclaim<Runtime>,
);

/// A transaction as it comes from outside.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a signed transaction's signature is over.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;
/// Runs blocks.
pub type Executive =
    frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

impl_opaque_keys! {
    /// The keys with which a validator makes and finalises blocks.
    pub struct SessionKeys {
        /// Makes blocks.
        pub babe: Babe,
        /// Finalises them.
        pub grandpa: Grandpa,
    }
}

/// Which runtime this is. A change of meaning raises `spec_version`; a change of a call's index or arguments also
/// raises `transaction_version`.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("deren"),
    impl_name: Cow::Borrowed("deren-node"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

pub use pallets::*;
