//! Who decides: the council; and, in the development preset alone, one key.

use super::BlockWeights;
use crate::{
    AccountId, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    units::{BLOCKS_PER_DAY, share_of},
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, EitherOfDiverse},
    weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_collective::EnsureProportionAtLeast;
use sp_runtime::Perbill;

/// The council, as an instance of the collective.
pub type CouncilCollective = pallet_collective::Instance1;

/// Administers the chain: root, which nobody is beyond development, or two thirds of the council.
pub type AdminOrigin =
    EitherOfDiverse<EnsureRoot<AccountId>, EnsureProportionAtLeast<AccountId, CouncilCollective, 2, 3>>;

/// Decides what cannot wait: stopping a market, banning a validator and the like. Root, or two thirds of the council.
pub type UrgentOrigin =
    EitherOfDiverse<EnsureRoot<AccountId>, EnsureProportionAtLeast<AccountId, CouncilCollective, 2, 3>>;

parameter_types! {
    /// How long the council may vote on a motion.
    pub const MotionDuration: u32 = BLOCKS_PER_DAY.saturating_mul(3);
    /// How heavy a call the council may decide on.
    pub MaxProposalWeight: Weight = share_of(Perbill::from_percent(50), BlockWeights::get().max_block);
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

impl pallet_sudo::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}
