//! The frame: how much fits into a block, how long its history is, and the time.

use super::CallFilter;
use crate::{
    AccountId, Balance, Block, BlockNumber, Hash, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    RuntimeTask, UncheckedExtrinsic, VERSION,
    units::{BLOCK_MS, MAX_BLOCK_BYTES, MAX_BLOCK_WEIGHT, share_of},
};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU16, ConstU32, ConstU64},
    weights::constants::{BlockExecutionWeight, ExtrinsicBaseWeight, ParityDbWeight},
};
use frame_system::limits;
use sp_runtime::{Perbill, traits::AccountIdLookup};
use sp_version::RuntimeVersion;

/// What share of a block transactions that pay may fill. Readings are of the operational class, and have a limit of
/// their own. So fees follow what is paid for, and each leaves room for the other.
const NORMAL_RATIO: Perbill = Perbill::from_percent(60);
/// What a block has room for of each even if clearing and settling took half of it and the other took the rest. So a
/// block may take five quarters of its time at most.
pub(super) const NORMAL_RESERVE: Perbill = Perbill::from_percent(15);
const READINGS_RESERVE: Perbill = Perbill::from_percent(25);
/// What share of a block the hooks at its start are expected to take.
const HOOKS_RATIO: Perbill = Perbill::from_percent(10);

parameter_types! {
    /// How long the history of block hashes is: two hours. It bounds a transaction's era and the age of a reading's
    /// anchor.
    pub const BlockHashCount: BlockNumber = 2_400;
    /// This runtime's version.
    pub const Version: RuntimeVersion = VERSION;
    /// The bytes that a block may have.
    pub BlockLength: limits::BlockLength = limits::BlockLength::builder()
        .max_length(MAX_BLOCK_BYTES)
        .modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_RATIO.mul_floor(MAX_BLOCK_BYTES))
        .build();
    /// The time that a block may take.
    pub BlockWeights: limits::BlockWeights = limits::BlockWeights::builder()
        .base_block(BlockExecutionWeight::get())
        .for_class(DispatchClass::all(), |class| class.base_extrinsic = ExtrinsicBaseWeight::get())
        .for_class(DispatchClass::Normal, |class| {
            class.max_total = Some(share_of(NORMAL_RATIO, MAX_BLOCK_WEIGHT));
            class.reserved = Some(share_of(NORMAL_RESERVE, MAX_BLOCK_WEIGHT));
        })
        .for_class(DispatchClass::Operational, |class| {
            class.max_total = Some(MAX_BLOCK_WEIGHT);
            class.reserved = Some(share_of(READINGS_RESERVE, MAX_BLOCK_WEIGHT));
        })
        .avg_block_initialization(HOOKS_RATIO)
        .build_or_panic();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountData = pallet_balances::AccountData<Balance>;
    type AccountId = AccountId;
    type BaseCallFilter = CallFilter;
    type Block = Block;
    type BlockHashCount = BlockHashCount;
    type BlockLength = BlockLength;
    type BlockWeights = BlockWeights;
    type DbWeight = ParityDbWeight;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
    type Hash = Hash;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type MaxConsumers = ConstU32<16>;
    type Nonce = Nonce;
    type SS58Prefix = ConstU16<42>;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
    type MinimumPeriod = ConstU64<{ BLOCK_MS / 2 }>;
    type Moment = u64;
    type OnTimestampSet = crate::Babe;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_utility::Config for Runtime {
    type PalletsOrigin = crate::OriginCaller;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}
