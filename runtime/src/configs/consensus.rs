//! BABE makes blocks, GRANDPA finalises them; who signs two at once is out until the council lets it back.

use super::{
    AdminOrigin, UrgentOrigin,
    equivocation::{BabeWeight, GrandpaWeight},
};
use crate::{
    AccountId, Babe, Balances, BlockNumber, Grandpa, Metering, Offences, Runtime, RuntimeEvent, RuntimeOrigin, Session,
    SessionKeys, Validators,
    units::{ACCOUNTABLE_SESSIONS, BLOCK_MS, EPOCH_SLOTS, REN},
};
use frame_support::{
    dispatch::DispatchResult,
    parameter_types,
    traits::{ConstU32, ConstU64, ConstU128, Get},
};
use pallet_deren_validators::{
    OnRoster,
    types::{Finality, Restart},
};
use pallet_session::disabling::UpToLimitDisablingStrategy;
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_runtime::traits::OpaqueKeys;

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
    type EquivocationReportSystem = pallet_babe::EquivocationReportSystem<Self, Offences, Validators, ReportLongevity>;
    type ExpectedBlockTime = ConstU64<BLOCK_MS>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type MaxAuthorities = MaxValidators;
    type MaxNominators = ConstU32<0>;
    type WeightInfo = BabeWeight;
}

impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Self, Offences, Validators, ReportLongevity>;
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
    // One that enables an offender again to disable another would free who equivocated first.
    type DisablingStrategy = UpToLimitDisablingStrategy;
    type KeyDeposit = ConstU128<{ 10 * REN }>;
    type Keys = SessionKeys;
    type NextSessionRotation = Babe;
    type RuntimeEvent = RuntimeEvent;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type SessionManager = Validators;
    type ShouldEndSession = Babe;
    type ValidatorId = AccountId;
    type ValidatorIdOf = OnRoster<Self>;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_offences::Config for Runtime {
    type IdentificationTuple = AccountId;
    type OnOffenceHandler = Validators;
    type RuntimeEvent = RuntimeEvent;
}

/// GRANDPA, as far as changes of the set concern it.
pub struct GrandpaFinality;

impl Finality<BlockNumber> for GrandpaFinality {
    fn is_changing() -> bool {
        Grandpa::pending_change().is_some()
    }

    fn restart(restart: Restart<BlockNumber>) -> DispatchResult {
        Grandpa::note_stalled(RuntimeOrigin::root(), restart.delay, restart.best_finalised)
    }
}

/// Four, so that finality goes on without any one of them; a development chain may have one alone.
pub struct MinValidators;

impl Get<u32> for MinValidators {
    fn get() -> u32 {
        if Metering::parameters().development { 1 } else { 4 }
    }
}

impl pallet_deren_validators::Config for Runtime {
    type AccountableSessions = ConstU32<ACCOUNTABLE_SESSIONS>;
    type AdminOrigin = AdminOrigin;
    type Finality = GrandpaFinality;
    type MaxKnown = ConstU32<256>;
    // Within one session, if blocks come as they should.
    type MaxRestartDelay = ConstU32<{ EPOCH_SLOTS as u32 }>;
    type MaxValidators = MaxValidators;
    type MinValidators = MinValidators;
    type UrgentOrigin = UrgentOrigin;
    type WeightInfo = pallet_deren_validators::weights::SubstrateWeight<Runtime>;
}
