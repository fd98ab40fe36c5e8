//! A runtime with real sessions and balances, and how tests drive it.

use crate as pallet_deren_validators;
use crate::types::{Finality, Restart, ValidatorState};
use codec::Encode;
use frame_support::{
    assert_ok, derive_impl, parameter_types,
    traits::{ConstU32, ConstU64},
};
use frame_system::EnsureRoot;
use pallet_session::disabling::UpToLimitDisablingStrategy;
use sp_runtime::{BuildStorage, DispatchResult, Perbill, RuntimeAppPublic, impl_opaque_keys, testing::UintAuthorityId};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Session: pallet_session,
        Validators: pallet_deren_validators,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig as pallet_balances::DefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
}

impl_opaque_keys! {
    pub struct Keys {
        pub only: UintAuthorityId,
    }
}

parameter_types! {
    pub static MinValidators: u32 = 4;
    pub static Changing: bool = false;
    pub static Restarted: Option<Restart<u64>> = None;
}

/// What a validator leaves for its keys.
pub const KEY_DEPOSIT: u64 = 10;
/// For how many sessions a validator can be held to account.
pub const ACCOUNTABLE: u32 = 5;
/// How many accounts the roster holds.
pub const MAX_KNOWN: u32 = 12;

impl pallet_session::Config for Test {
    type Currency = Balances;
    type DisablingStrategy = UpToLimitDisablingStrategy;
    type KeyDeposit = ConstU64<KEY_DEPOSIT>;
    type Keys = Keys;
    type NextSessionRotation = ();
    type RuntimeEvent = RuntimeEvent;
    type SessionHandler = pallet_session::TestSessionHandler;
    type SessionManager = Validators;
    type ShouldEndSession = pallet_session::PeriodicSessions<ConstU64<1_000_000>, ConstU64<0>>;
    type ValidatorId = u64;
    type ValidatorIdOf = crate::OnRoster<Self>;
    type WeightInfo = ();
}

/// Finality of the tests' wishes.
pub struct Table;

impl Finality<u64> for Table {
    fn is_changing() -> bool {
        Changing::get()
    }

    fn restart(restart: Restart<u64>) -> DispatchResult {
        Restarted::set(Some(restart));
        Ok(())
    }
}

impl crate::Config for Test {
    type AccountableSessions = ConstU32<ACCOUNTABLE>;
    type AdminOrigin = EnsureRoot<u64>;
    type Finality = Table;
    type MaxKnown = ConstU32<MAX_KNOWN>;
    type MaxRestartDelay = ConstU64<100>;
    type MaxValidators = ConstU32<9>;
    type MinValidators = MinValidators;
    type UrgentOrigin = EnsureRoot<u64>;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// A chain on which 1 to 4 validate, and 5 to 20 may have keys one day.
pub fn new_test_ext() -> sp_io::TestExternalities {
    with_validators(4)
}

/// A chain on which 1 to `count` validate.
pub fn with_validators(count: u64) -> sp_io::TestExternalities {
    MinValidators::set(4);
    Changing::set(false);
    Restarted::set(None);
    let keys = (1..=count).map(|who| (who, who, key(who))).collect();
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: (1..=20).map(|who| (who, 100)).collect(),
            ..Default::default()
        },
        session: pallet_session::GenesisConfig { keys, ..Default::default() },
        ..Default::default()
    };
    let mut ext: sp_io::TestExternalities = genesis.build_storage().expect("a genesis").into();
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// The keys of this number.
pub fn key(number: u64) -> Keys {
    Keys { only: UintAuthorityId(number) }
}

/// Has `who` set the keys of this number.
pub fn set_keys(who: u64, number: u64) -> DispatchResult {
    let proof = UintAuthorityId(number).sign(&who.encode()).expect("it signs").encode();
    Session::set_keys(RuntimeOrigin::signed(who), key(number), proof)
}

/// Ends so many sessions. After each, every invariant holds.
pub fn sessions(count: u32) {
    for _ in 0..count {
        Session::rotate_session();
        assert_eq!(Validators::check_invariants(), Ok(()));
    }
}

/// These were proved to have signed two things at once.
pub fn offend(offenders: &[u64]) {
    let details: Vec<_> = offenders.iter().map(|who| OffenceDetails { offender: *who, reporters: vec![] }).collect();
    let fractions = vec![Perbill::one(); offenders.len()];
    <Validators as OnOffenceHandler<u64, u64, _>>::on_offence(&details, &fractions, 0);
    assert_eq!(Validators::check_invariants(), Ok(()));
}

/// Who validates now.
pub fn set() -> Vec<u64> {
    Session::validators()
}

/// Who of them is disabled.
pub fn disabled() -> Vec<u64> {
    Session::disabled_validators().into_iter().map(|place| set()[place as usize]).collect()
}

/// Who stands how on the roster.
pub fn state_of(who: u64) -> Option<ValidatorState> {
    crate::Roster::<Test>::get().get(&who).copied()
}

pub fn add(who: u64) {
    assert_ok!(Validators::add_validator(RuntimeOrigin::root(), who));
}

/// Adds an account and has it set keys of its own number.
pub fn add_with_keys(who: u64) {
    add(who);
    assert_ok!(set_keys(who, who));
}

pub fn remove(who: u64) -> DispatchResult {
    Validators::remove_validator(RuntimeOrigin::root(), who)
}

pub fn ban(who: u64) -> DispatchResult {
    Validators::ban(RuntimeOrigin::root(), who)
}

pub fn readmit(who: u64) -> DispatchResult {
    Validators::readmit(RuntimeOrigin::root(), who)
}

/// The pallet's events since the last call, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
    let all = System::read_events_for_pallet::<crate::Event<Test>>();
    System::reset_events();
    all
}
