//! Who decides: the council, whose acts wait for a notice period in public; and, in the development preset alone, one
//! key.

use super::{Announceable, BlockWeights};
use crate::{
    AccountId, Balances, BlockNumber, Metering, OriginCaller, Preimage, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, Scheduler, System,
    units::{BLOCKS_PER_DAY, share_of},
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, EitherOfDiverse, EqualPrivilegeOnly, Get, NeverEnsureOrigin},
    weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_collective::EnsureProportionAtLeast;
use sp_runtime::Perbill;

/// The council, as an instance of the collective.
pub type CouncilCollective = pallet_collective::Instance1;

/// Two thirds of the council.
pub type CouncilOrigin = EnsureProportionAtLeast<AccountId, CouncilCollective, 2, 3>;

/// Administers the chain: root. Beyond development root is only what the council announced a notice period ago.
pub type AdminOrigin = EnsureRoot<AccountId>;

/// Decides what cannot wait: stopping a market, banning a validator and the like. Root, or two thirds of the council.
pub type UrgentOrigin = EitherOfDiverse<EnsureRoot<AccountId>, CouncilOrigin>;

parameter_types! {
    /// How long the council may vote on a motion.
    pub const MotionDuration: u32 = BLOCKS_PER_DAY.saturating_mul(3);
    /// How heavy a call the council may decide on.
    pub MaxProposalWeight: Weight = share_of(Perbill::from_percent(50), BlockWeights::get().max_block);
    /// What announced acts may take of a block together: clearing and settling take half of it.
    pub SchedulerBudget: Weight = share_of(Perbill::from_percent(25), BlockWeights::get().max_block);
    /// How heavy one announced act may be, so that it always fits beside the scheduler's own work.
    pub MaxAnnouncedWeight: Weight = share_of(Perbill::from_percent(20), BlockWeights::get().max_block);
}

/// How many blocks lie between an announcement and the act: seven days, or some seconds in development.
pub struct NoticeBlocks;

impl Get<BlockNumber> for NoticeBlocks {
    fn get() -> BlockNumber {
        if Metering::parameters().development { 5 } else { BLOCKS_PER_DAY.saturating_mul(7) }
    }
}

impl pallet_collective::Config<CouncilCollective> for Runtime {
    type Consideration = ();
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type DisapproveOrigin = EnsureRoot<AccountId>;
    type KillOrigin = EnsureRoot<AccountId>;
    type MaxMembers = ConstU32<32>;
    type MaxProposalWeight = MaxProposalWeight;
    type MaxProposals = ConstU32<32>;
    type MotionDuration = MotionDuration;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type SetMembersOrigin = AdminOrigin;
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
}

impl pallet_preimage::Config for Runtime {
    // Only the runtime itself keeps preimages: the filter lets nobody note any.
    type Consideration = ();
    type Currency = Balances;
    type ManagerOrigin = EnsureRoot<AccountId>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}

impl pallet_scheduler::Config for Runtime {
    type BlockNumberProvider = System;
    type MaxScheduledPerBlock = ConstU32<64>;
    type MaximumWeight = SchedulerBudget;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type PalletsOrigin = OriginCaller;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    // What is announced is all that is ever scheduled.
    type ScheduleOrigin = NeverEnsureOrigin<()>;
    type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
}

impl pallet_deren_notice::Config for Runtime {
    type Announceable = Announceable;
    type CouncilOrigin = CouncilOrigin;
    type MaxAnnounced = ConstU32<64>;
    type MaxWeight = MaxAnnouncedWeight;
    type NoticeBlocks = NoticeBlocks;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type Scheduler = Scheduler;
    type WeightInfo = pallet_deren_notice::weights::SubstrateWeight<Runtime>;
}

#[cfg(any(feature = "std", feature = "sudo"))]
impl pallet_sudo::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}
