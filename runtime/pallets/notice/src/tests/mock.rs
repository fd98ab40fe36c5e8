//! A runtime with the real scheduler and preimages, and how tests drive it.

use crate as pallet_deren_notice;
use frame_support::{
    derive_impl, ord_parameter_types, parameter_types,
    traits::{Contains, EqualPrivilegeOnly, Hooks},
    weights::Weight,
};
use frame_system::EnsureSignedBy;
use sp_runtime::{BuildStorage, DispatchResult};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Preimage: pallet_preimage,
        Scheduler: pallet_scheduler,
        Notice: pallet_deren_notice,
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

impl pallet_preimage::Config for Test {
    type Consideration = ();
    type Currency = ();
    type ManagerOrigin = frame_system::EnsureRoot<u64>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
}

ord_parameter_types! {
    /// The council.
    pub const Council: u64 = 1;
}

parameter_types! {
    pub const NoticeBlocks: u64 = 10;
    pub const MaxAnnounced: u32 = 3;
    pub const MaxScheduled: u32 = 8;
    pub const MaxWeight: Weight = Weight::from_parts(1_000_000_000_000, 1_000_000);
    pub const SchedulerWeight: Weight = Weight::from_parts(2_000_000_000_000, u64::MAX);
}

impl pallet_scheduler::Config for Test {
    type BlockNumberProvider = System;
    type MaxScheduledPerBlock = MaxScheduled;
    type MaximumWeight = SchedulerWeight;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    type PalletsOrigin = OriginCaller;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type ScheduleOrigin = frame_support::traits::NeverEnsureOrigin<()>;
    type WeightInfo = ();
}

/// Everything but storage set by hand.
pub struct Announceable;

impl Contains<RuntimeCall> for Announceable {
    fn contains(call: &RuntimeCall) -> bool {
        !matches!(call, RuntimeCall::System(frame_system::Call::set_storage { .. }))
    }
}

impl crate::Config for Test {
    type Announceable = Announceable;
    type CouncilOrigin = EnsureSignedBy<Council, u64>;
    type MaxAnnounced = MaxAnnounced;
    type MaxWeight = MaxWeight;
    type NoticeBlocks = NoticeBlocks;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type Scheduler = Scheduler;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// A chain in block 1.
pub fn new_test_ext() -> sp_io::TestExternalities {
    let mut ext: sp_io::TestExternalities =
        frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis").into();
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test; after it, every invariant holds.
pub fn run(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        assert_eq!(Notice::check_invariants(), Ok(()));
    });
}

/// Blocks up to this one.
pub fn run_to(block: u64) {
    while System::block_number() < block {
        System::set_block_number(System::block_number() + 1);
        Scheduler::on_initialize(System::block_number());
    }
}

/// The council announces.
pub fn announce(call: impl Into<RuntimeCall>) -> DispatchResult {
    Notice::announce(RuntimeOrigin::signed(1), Box::new(call.into()))
}

/// Gives an account money out of nothing, which only root can.
pub fn endow(who: u64) -> RuntimeCall {
    RuntimeCall::Balances(pallet_balances::Call::force_set_balance { who, new_free: 700 })
}
