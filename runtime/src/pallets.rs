//! Which pallets there are, under which name and number. A number never changes: it is in every transaction.
#![allow(missing_docs, reason = "the macro generates items without docs")]

use crate::{Block, UncheckedExtrinsic};
use alloc::vec::Vec;
use sp_inherents::{CheckInherentsResult, InherentData};

/// The order of the indices is the order in which pallets begin a block.
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
    #[runtime::pallet_index(12)]
    pub type AssetsHolder = pallet_assets_holder;
    #[runtime::pallet_index(13)]
    pub type AssetRate = pallet_asset_rate;
    #[runtime::pallet_index(14)]
    pub type AssetTxPayment = pallet_asset_tx_payment;
    #[runtime::pallet_index(15)]
    pub type OnRamp = pallet_deren_on_ramp;
    #[runtime::pallet_index(16)]
    pub type Custody = pallet_deren_custody;

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

/// What the author must put first into a block.
pub(crate) fn inherents(data: &InherentData) -> Vec<UncheckedExtrinsic> {
    data.create_extrinsics()
}

/// Whether what the author put first into a block is right.
pub(crate) fn check_inherents(
    block: &<Block as sp_runtime::traits::Block>::LazyBlock,
    data: &InherentData,
) -> CheckInherentsResult {
    data.check_extrinsics(block)
}
