//! BABE makes blocks, GRANDPA finalises them; who signs two at once is disabled.

use super::equivocation::{BabeWeight, GrandpaWeight};
use crate::{
    AccountId, Babe, Balances, Historical, Offences, Runtime, RuntimeEvent, Session, SessionKeys,
    units::{ACCOUNTABLE_SESSIONS, BLOCK_MS, EPOCH_SLOTS, REN},
    validators::{DisableOffenders, GenesisValidators, Nothing},
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64, ConstU128},
};
use pallet_session::{disabling::UpToLimitWithReEnablingDisablingStrategy, historical::NoteHistoricalRoot};
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// One slot in four is given by lot; in the others the validators take turns, so that no slot is empty. The turns
/// are signed with a VRF too.
pub const BABE_EPOCH: BabeEpochConfiguration =
    BabeEpochConfiguration { c: (1, 4), allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots };

/// More validators than this cannot be.
pub(super) type MaxValidators = ConstU32<64>;

parameter_types! {
    /// How many blocks back an offence can be reported.
    pub const ReportLongevity: u64 = EPOCH_SLOTS.saturating_mul(ACCOUNTABLE_SESSIONS as u64);
}

impl pallet_babe::Config for Runtime {
    type DisabledValidators = Session;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type EpochDuration = ConstU64<EPOCH_SLOTS>;
    type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
    type ExpectedBlockTime = ConstU64<BLOCK_MS>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type MaxAuthorities = MaxValidators;
    type MaxNominators = ConstU32<0>;
    type WeightInfo = BabeWeight;
}

impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type MaxAuthorities = MaxValidators;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<{ ACCOUNTABLE_SESSIONS as u64 }>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = GrandpaWeight;
}

impl pallet_authorship::Config for Runtime {
    type EventHandler = ();
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_session::Config for Runtime {
    type Currency = Balances;
    type DisablingStrategy = UpToLimitWithReEnablingDisablingStrategy;
    type KeyDeposit = ConstU128<{ 10 * REN }>;
    type Keys = SessionKeys;
    type NextSessionRotation = Babe;
    type RuntimeEvent = RuntimeEvent;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type SessionManager = NoteHistoricalRoot<Self, GenesisValidators>;
    type ShouldEndSession = Babe;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
    type FullIdentification = ();
    type FullIdentificationOf = Nothing;
    type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
    type OnOffenceHandler = DisableOffenders;
    type RuntimeEvent = RuntimeEvent;
}
