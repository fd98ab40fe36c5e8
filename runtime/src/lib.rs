//! DeREN's chain: what a block does, from consensus to the settlement of a kWh.
//!
//! It puts pallets together, gives each its parameters, and answers the queries of `deren-runtime-apis`. It holds
//! no arithmetic of the market (that is `deren-market`'s) and no rule of a pallet. Nothing in it may panic: it is
//! the same code on every node.
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![recursion_limit = "512"]
// The root has what the macro makes of the pallets, without docs. The modules that anyone sees ask for docs again.
#![allow(missing_docs, reason = "the macro generates items without docs")]

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
#[warn(missing_docs)]
pub mod configs;
#[cfg(any(test, feature = "fuzzing"))]
#[warn(missing_docs)]
pub mod fuzzing;
#[warn(missing_docs)]
pub mod genesis;
/// First states for load tests; no part of the chain's Wasm.
#[cfg(feature = "std")]
#[warn(missing_docs)]
pub mod homes;
mod invariants;
mod production;
#[warn(missing_docs)]
pub mod submission;
#[warn(missing_docs)]
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

/// What every transaction passes, in this order. Authorised calls (readings) pay no fee and have no nonce; all
/// others pay in EUR or else in REN, and name neither.
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
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
    spec_version: 3,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    // 2: a transaction names no asset for its fee any more. 3: matching's `claim` is gone.
    transaction_version: 3,
    system_version: 1,
};

/// Which pallets there are, under which name and number. A number never changes: it is in every transaction. The order
/// of the numbers is the order in which pallets begin a block. This stands in the crate's root because Python's clients
/// find the events by their path there.
#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    // Consensus. Babe needs the time, and everything that asks for an author needs Babe.
    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Babe = pallet_babe;
    #[runtime::pallet_index(3)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(5)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(7)]
    pub type Offences = pallet_offences;
    #[runtime::pallet_index(8)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(9)]
    pub type Validators = pallet_deren_validators;

    // Money.
    #[runtime::pallet_index(10)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(11)]
    pub type Assets = pallet_assets;
    // 12 held euros on accounts: what was on hold is in purses.
    #[runtime::pallet_index(13)]
    pub type AssetRate = pallet_asset_rate;
    // 14 took fees in an asset that the transaction named.
    #[runtime::pallet_index(15)]
    pub type OnRamp = pallet_deren_on_ramp;
    #[runtime::pallet_index(16)]
    pub type Custody = pallet_deren_custody;
    #[runtime::pallet_index(17)]
    pub type Fees = pallet_deren_fees;
    #[runtime::pallet_index(18)]
    pub type Purse = pallet_deren_purse;

    // Who decides. One key does only where a development chain runs the Wasm that was built with it.
    #[runtime::pallet_index(20)]
    pub type Council = pallet_collective<Instance1>;
    #[cfg(any(feature = "std", feature = "sudo"))]
    #[runtime::pallet_index(21)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(22)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(23)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(24)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(25)]
    pub type Notice = pallet_deren_notice;
    #[runtime::pallet_index(26)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(27)]
    pub type Proxy = pallet_proxy;

    // The market. Metering closes slots, matching clears and settles what is closed, rewards pay what is settled.
    #[runtime::pallet_index(30)]
    pub type Registry = pallet_deren_registry;
    #[runtime::pallet_index(31)]
    pub type Metering = pallet_deren_metering;
    #[runtime::pallet_index(32)]
    pub type Matching = pallet_deren_matching;
    #[runtime::pallet_index(33)]
    pub type Rewards = pallet_deren_rewards;
}
