//! A runtime with metering, the real registry and timestamps. Blocks are of 3 s, slots of 12 s that stand for 900 s,
//! and the grace is 30 s and two blocks.

use crate as pallet_deren_metering;
use crate::{Call, Config, Energies, Event, batch::Batch, weights::SubstrateWeight};
use codec::Encode;
use deren_primitives::{
    Anchor, DeviceId, DeviceRole, GatewayId, IntervalReading, MarketId, PublicKey, Quality, ReadingBatch, ReadingError,
    ReadingHash, ReadingOutcome, ReadingVerdict, RegisterSpan, SampledBatch, SampledReading, Signature, SignedReading,
    SiteId, Slot, Source, Sources, ZoneId, interval_message, link_message, point_commitment,
};
use deren_runtime_apis::SettlementProgress;
use ed25519_dalek::{Signer, SigningKey};
use frame_support::{
    assert_ok, derive_impl,
    pallet_prelude::{TransactionSource, TransactionValidityError, ValidTransaction},
    parameter_types,
    traits::{Authorize, ConstU32, ConstU64, ConstU128, Hooks, UnfilteredDispatchable},
};
use frame_system::{EnsureRoot, RawOrigin};
use pallet_deren_registry::PointTerms;
use sp_core::H256;
use sp_runtime::{AccountId32, BuildStorage, traits::IdentityLookup};

type Block = frame_system::mocking::MockBlock<Test>;
pub type Error = crate::Error<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Timestamp: pallet_timestamp,
        Registry: pallet_deren_registry,
        Metering: pallet_deren_metering,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type Block = Block;
    type BlockHashCount = ConstU64<64>;
}

impl pallet_timestamp::Config for Test {
    type Moment = u64;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<1>;
    type WeightInfo = ();
}

parameter_types! {
    pub static Settled: u32 = 0;
    pub static MaxRefTimeInBlock: u64 = u64::MAX;
    pub static MaxBytesInBlock: u32 = u32::MAX;
    /// How many signatures were checked.
    pub static SignatureChecks: u32 = 0;
}

pub struct Progress;

impl SettlementProgress for Progress {
    fn settled_through(_: MarketId) -> Slot {
        Slot(Settled::get())
    }
}

/// Nothing costs a deposit here.
pub struct NoDeposits;

impl pallet_deren_registry::Deposits<AccountId32> for NoDeposits {
    fn hold(_: &AccountId32, _: u128) -> sp_runtime::DispatchResult {
        Ok(())
    }

    fn release(_: &AccountId32, _: u128) -> sp_runtime::DispatchResult {
        Ok(())
    }

    fn held(_: &AccountId32) -> u128 {
        0
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn endow(_: &AccountId32, _: u128) {}
}

impl pallet_deren_registry::Config for Test {
    type AdminOrigin = EnsureRoot<AccountId32>;
    type UrgentOrigin = EnsureRoot<AccountId32>;
    type Orders = ();
    type Deposits = NoDeposits;
    type SiteDeposit = ConstU128<0>;
    type LinkDeposit = ConstU128<0>;
    type DeviceDeposit = ConstU128<0>;
    type PointDeposit = ConstU128<0>;
    type Time = Timestamp;
    type Metering = Metering;
    type Progress = Progress;
    type FeeNotice = ConstU32<1>;
    type SlotEnergySeconds = ConstU32<900>;
    type MaxMarkets = ConstU32<4>;
    type MaxPointsPerMarket = ConstU32<1_000>;
    type MaxSitesPerGateway = ConstU32<64>;
    type MaxDevicesPerGateway = ConstU32<64>;
    type WeightInfo = pallet_deren_registry::weights::SubstrateWeight<Test>;
}

impl Config for Test {
    type Registry = Registry;
    type Time = Timestamp;
    type MaxAnchorAgeBlocks = ConstU32<50>;
    type MaxMarkets = ConstU32<4>;
    type MaxRefTimeInBlock = MaxRefTimeInBlock;
    type MaxBytesInBlock = MaxBytesInBlock;
    type BatchLongevityBlocks = ConstU64<20>;
    type ForgottenPerBlock = ConstU32<3>;
    type WeightInfo = SubstrateWeight<Test>;
}

pub const MARKET: MarketId = MarketId(0);
pub const SITE: SiteId = SiteId(0);
pub const OPERATOR: AccountId32 = AccountId32::new([1; 32]);
pub const OWNER: AccountId32 = AccountId32::new([2; 32]);
pub const GENESIS: [u8; 32] = [0x45; 32];
/// The slot of the first block.
pub const FIRST: u32 = 100_000;
pub const SLOT_MS: u64 = 12_000;
pub const GRID: u8 = 1;
pub const SOLAR: u8 = 2;
pub const BATTERY: u8 = 3;

pub fn new_test_ext() -> sp_io::TestExternalities {
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis");
    crate::GenesisConfig::<Test> {
        slot_seconds: 12,
        slot_energy_seconds: 900,
        grace_seconds: 30,
        grace_blocks: 2,
        slots_per_era: 1,
        development: true,
        _config: Default::default(),
    }
    .assimilate_storage(&mut storage)
    .expect("a genesis");
    let mut ext = sp_io::TestExternalities::new(storage);
    ext.register_extension(sp_keystore::KeystoreExt::new(sp_keystore::testing::MemoryKeystore::new()));
    ext.execute_with(|| {
        Settled::set(0);
        block_at(u64::from(FIRST) * SLOT_MS);
    });
    ext
}

/// Runs `test` with a site whose grid meter, inverter and battery serve from the present slot on, then looks at the
/// invariants.
pub fn run(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        with_site();
        go_to(FIRST + 1);
        test();
        check_invariants();
    });
}

pub fn check_invariants() {
    assert_eq!(Metering::check_invariants(), Ok(()));
    assert_eq!(Registry::check_invariants(), Ok(()));
}

/// The hash of a block, as the blocks after it know it.
pub fn hash_of(block: u64) -> [u8; 32] {
    if block == 0 { GENESIS } else { sp_io::hashing::blake2_256(&block.encode()) }
}

/// Makes the next block at this time; no block is older than the one before.
pub fn block_at(ms: u64) {
    let parent = System::block_number();
    let number = parent + 1;
    Metering::on_finalize(parent);
    System::initialize(&number, &H256(hash_of(parent)), &Default::default());
    Metering::on_initialize(number);
    Timestamp::set_timestamp(ms);
}

pub fn next_block() {
    block_at(now_ms() + 3_000);
}

pub fn now_ms() -> u64 {
    pallet_timestamp::Now::<Test>::get()
}

/// Makes blocks until the first one of this slot.
pub fn go_to(slot: u32) {
    while u64::from(slot) * SLOT_MS > now_ms() {
        next_block();
    }
}

pub fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

pub fn public(n: u8) -> PublicKey {
    key(n).verifying_key().to_bytes()
}

pub fn gateway() -> GatewayId {
    GatewayId(public(7))
}

pub fn device(n: u8) -> DeviceId {
    DeviceId([n; 32])
}

pub fn with_site() {
    assert_ok!(Registry::create_market(RawOrigin::Root.into(), OPERATOR, 15, 100, 50_000));
    assert_ok!(Registry::create_zone(by(OPERATOR), MARKET, None));
    let salted = H256([1; 32]);
    let terms = PointTerms::new(30_000, Sources::ALL);
    assert_ok!(Registry::approve_point(by(OPERATOR), ZoneId(0), salted, salted, OWNER, terms));
    let point = H256(point_commitment(MARKET, salted.as_fixed_bytes()));
    assert_ok!(Registry::register_site(by(OWNER), point));
    let expires = now_ms() / 1000 + 60;
    let code = key(7).sign(&link_message(&GENESIS, OWNER.as_ref(), SITE, expires)).to_bytes();
    assert_ok!(Registry::link_gateway(by(OWNER), SITE, public(7), expires, code));
    register(GRID, DeviceRole::Grid);
    register(SOLAR, DeviceRole::Production);
    register(BATTERY, DeviceRole::Storage);
}

/// A device rated 4 kW with steps of 1 Wh, so that more than 1 102 Wh a slot is above its rating.
pub fn register(n: u8, role: DeviceRole) {
    let source = (role == DeviceRole::Production).then_some(Source::Solar);
    assert_ok!(Registry::register_device(by(OWNER), SITE, device(n), role, source, 4_000, 1_000, gateway()));
}

pub fn by(who: AccountId32) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

/// A device as its gateway follows it.
#[derive(Clone)]
pub struct Meter {
    pub device: DeviceId,
    pub sequence: u64,
    pub previous: ReadingHash,
    pub register_epoch: u32,
    pub import_mwh: u64,
    pub export_mwh: u64,
}

impl Meter {
    pub fn new(n: u8) -> Self {
        Self {
            device: device(n),
            sequence: 0,
            previous: ReadingHash::default(),
            register_epoch: 0,
            import_mwh: 5_000_000,
            export_mwh: 7_000_000,
        }
    }

    /// The next reading, without taking note of it.
    pub fn peek(&self, slot: u32, import_wh: u64, export_wh: u64) -> IntervalReading {
        IntervalReading {
            device: self.device,
            first_slot: Slot(slot),
            slot_count: 1,
            register_epoch: self.register_epoch,
            registers: RegisterSpan {
                import_open_mwh: self.import_mwh,
                import_close_mwh: self.import_mwh + import_wh * 1000,
                export_open_mwh: self.export_mwh,
                export_close_mwh: self.export_mwh + export_wh * 1000,
            },
            quality: Quality::GOOD,
            clock_error_ms: 10,
            samples: 6,
            max_gap_ms: 2_000,
            sequence: self.sequence,
            previous: self.previous,
            anchor: anchor(System::block_number() - 1),
        }
    }

    /// Takes note of a reading, whatever was changed in it.
    pub fn note(&mut self, reading: IntervalReading) -> IntervalReading {
        self.sequence = reading.sequence + 1;
        self.previous = reading.hash();
        self.register_epoch = reading.register_epoch;
        self.import_mwh = reading.registers.import_close_mwh;
        self.export_mwh = reading.registers.export_close_mwh;
        reading
    }

    /// The next reading.
    pub fn read(&mut self, slot: u32, import_wh: u64, export_wh: u64) -> IntervalReading {
        self.note(self.peek(slot, import_wh, export_wh))
    }

    /// Takes note of a reading of version 2, whatever was changed in it.
    pub fn note_v2(&mut self, reading: SampledReading) -> SampledReading {
        self.note(reading.interval.clone());
        self.previous = reading.hash();
        reading
    }

    /// The next reading, of version 2.
    pub fn read_v2(&mut self, slot: u32, import_wh: u64, export_wh: u64) -> SampledReading {
        self.note_v2(sampled(self.peek(slot, import_wh, export_wh)))
    }
}

pub fn anchor(block: u64) -> Anchor {
    Anchor { block_number: block as u32, block_hash: hash_of(block) }
}

/// Signed by key `n` in this epoch.
pub fn sign_with(n: u8, epoch: u32, reading: IntervalReading) -> SignedReading {
    let message = interval_message(&GENESIS, gateway(), epoch, reading.hash());
    SignedReading { signature: key(n).sign(&message).to_bytes(), reading }
}

pub fn sign(reading: IntervalReading) -> SignedReading {
    sign_with(7, 0, reading)
}

pub fn batch_of(readings: Vec<SignedReading>) -> ReadingBatch {
    ReadingBatch {
        genesis: GENESIS,
        gateway: gateway(),
        key_epoch: 0,
        attempt: 0,
        readings: readings.try_into().expect("at most 64"),
    }
}

/// A reading of version 2, with the root of its samples if it says that it has any.
pub fn sampled(interval: IntervalReading) -> SampledReading {
    let samples_root = if interval.samples == 0 { [0; 32] } else { [0x5a; 32] };
    SampledReading { interval, samples_root }
}

pub fn batch_v2_of(readings: Vec<SampledReading>) -> SampledBatch {
    SampledBatch {
        genesis: GENESIS,
        gateway: gateway(),
        key_epoch: 0,
        attempt: 0,
        readings: readings.try_into().expect("at most 64"),
    }
}

/// A batch of either version, as calls take it.
pub trait AnyBatch: Batch + Clone {
    fn call(self, signature: Signature) -> Call<Test>;
    fn check(self, signature: Signature) -> Vec<ReadingOutcome>;
}

impl AnyBatch for ReadingBatch {
    fn call(self, signature: Signature) -> Call<Test> {
        Call::submit { batch: self, signature }
    }

    fn check(self, signature: Signature) -> Vec<ReadingOutcome> {
        Metering::check(self, signature)
    }
}

impl AnyBatch for SampledBatch {
    fn call(self, signature: Signature) -> Call<Test> {
        Call::submit_v2 { batch: self, signature }
    }

    fn check(self, signature: Signature) -> Vec<ReadingOutcome> {
        Metering::check_v2(self, signature)
    }
}

pub fn sign_batch(n: u8, batch: &impl AnyBatch) -> Signature {
    key(n).sign(&batch.message()).to_bytes()
}

/// What the transaction pool says, and each block before it takes the batch.
pub fn authorize(batch: &impl AnyBatch, signature: &Signature) -> Result<ValidTransaction, TransactionValidityError> {
    let call = batch.clone().call(*signature);
    call.authorize(TransactionSource::External).expect("the call has an authorisation").map(|(valid, _)| valid)
}

/// Sends a batch as a gateway does, and returns what became of each reading, which is what `check` had foretold.
pub fn send(batch: impl AnyBatch, signature: Signature) -> Result<Vec<ReadingOutcome>, TransactionValidityError> {
    authorize(&batch, &signature)?;
    let foretold = batch.clone().check(signature);
    let before = System::event_count() as usize;
    assert_ok!(batch.call(signature).dispatch_bypass_filter(RawOrigin::Authorized.into()));
    let outcomes: Vec<_> = events().into_iter().skip(before).filter_map(outcome).collect();
    assert_eq!(outcomes, foretold);
    Ok(outcomes)
}

/// Sends readings in one batch signed by key 7 in epoch 0.
pub fn submit(readings: Vec<IntervalReading>) -> Result<Vec<ReadingOutcome>, TransactionValidityError> {
    let batch = batch_of(readings.into_iter().map(sign).collect());
    let signature = sign_batch(7, &batch);
    send(batch, signature)
}

/// The same in one batch of version 2.
pub fn submit_v2(readings: Vec<SampledReading>) -> Result<Vec<ReadingOutcome>, TransactionValidityError> {
    let batch = batch_v2_of(readings);
    let signature = sign_batch(7, &batch);
    send(batch, signature)
}

/// Sends one reading and returns its verdict.
pub fn verdict_of(reading: IntervalReading) -> ReadingVerdict {
    match submit(vec![reading]).as_deref() {
        Ok([ReadingOutcome::Accepted(verdict)]) => *verdict,
        other => panic!("not accepted: {other:?}"),
    }
}

pub fn accepted(verdict: ReadingVerdict) -> ReadingOutcome {
    ReadingOutcome::Accepted(verdict)
}

pub fn good() -> ReadingOutcome {
    accepted(ReadingVerdict::GOOD)
}

pub fn refused(error: ReadingError) -> ReadingOutcome {
    ReadingOutcome::Refused(error)
}

fn outcome(event: RuntimeEvent) -> Option<ReadingOutcome> {
    match event {
        RuntimeEvent::Metering(Event::ReadingAccepted { verdict, .. }) => Some(accepted(verdict)),
        RuntimeEvent::Metering(Event::ReadingRefused { error, .. }) => Some(refused(error)),
        _ => None,
    }
}

pub fn events() -> Vec<RuntimeEvent> {
    System::events().into_iter().map(|record| record.event).collect()
}

/// What unflagged readings show of the site in this slot.
pub fn shown(slot: u32) -> crate::SlotEnergies {
    crate::SiteEnergies::<Test>::get((MARKET, Slot(slot)), SITE).unwrap_or_default()
}

pub fn wh(import_wh: u64, export_wh: u64) -> Energies {
    Energies { import_wh, export_wh }
}

/// Changes how long the grace is.
pub fn set_grace(grace_seconds: u32) {
    let parameters = Metering::parameters();
    crate::Parameters::<Test>::put(deren_primitives::ChainParameters { grace_seconds, ..parameters });
}

/// Makes blocks until this slot is closed.
pub fn close(slot: u32) {
    while crate::ClosedThrough::<Test>::get().is_none_or(|closed| closed < Slot(slot)) {
        next_block();
    }
}
