//! A chain with the design's parameters, but for a clock that runs 75 times as fast: quarter-hours of energy that pass
//! in 12 s each. In its one market homes sell and buy, and what each account has before and after a day is its yield.

use super::super::{
    chain::{account, merged},
    submission::{gateway, genesis_hash, transaction},
};
use crate::{
    AccountId, Balances, Executive, Matching, Metering, OnRamp, Registry, Rewards, Runtime, RuntimeOrigin, System,
    configs::Eur,
    fuzzing::blocks::begin_block_at,
    genesis::{self, DEV},
    units::{BLOCK_MS, EUR, EUR_ASSET},
};
use deren_primitives::{
    Anchor, DeviceId, DeviceRole, IntervalReading, MarketId, Quality, ReadingBatch, ReadingHash, RegisterSpan, Side,
    Signature, SignedReading, SiteId, Slot, Source, Sources, ZoneId, batch_message, interval_message, link_message,
    point_commitment,
};
use frame_support::traits::fungible::Inspect;
use pallet_deren_matching::PriceStep;
use pallet_deren_registry::{NextSite, PointTerms};
use serde_json_no_std::{Value, json};
use sp_core::{H256, Pair, ed25519};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{ApplyExtrinsicResult, DispatchResult};

/// Quarter-hours of a day.
pub const SLOTS_A_DAY: u32 = 96;
/// The first slot of the day that is looked at: an era begins with it. The chain begins two slots before.
pub const DAY: Slot = Slot(SLOTS_A_DAY * 1_553_821);
/// The only market.
pub const MARKET: MarketId = MarketId(0);
/// Its root.
pub const ROOT: ZoneId = ZoneId(0);
/// A zone below, whose line carries everything and costs [`NETWORK_FEE`].
pub const FEEDER: ZoneId = ZoneId(1);
/// The market's cap on network fees, in µ€/kWh: the line's fee.
pub const NETWORK_FEE: u32 = 50_000;
/// More blocks than these a day's end does not take.
const MOST_BLOCKS: u32 = 200;

/// A chain whose blocks come one after the other.
pub struct Chain {
    now_ms: u64,
}

/// An account that has 10 000 € and nothing else.
pub fn person(number: u8) -> AccountId {
    let who = AccountId::new([number; 32]);
    if Eur::balance(&who) == 0 {
        OnRamp::issue(RuntimeOrigin::signed(account(Alice)), who.clone(), 10_000 * EUR).expect("it is within the cap");
    }
    who
}

/// Who operates the market.
pub fn operator() -> AccountId {
    person(200)
}

/// A call's origin.
pub fn by(who: &AccountId) -> RuntimeOrigin {
    RuntimeOrigin::signed(who.clone())
}

/// What these accounts have, in µ€: euros in purses and outside of them, and REN. REN count at the rate at which the
/// chain takes them for fees.
pub fn wealth_ueur(of: &[&AccountId]) -> i128 {
    let rate =
        pallet_asset_rate::ConversionRateToNative::<Runtime>::get(EUR_ASSET).expect("genesis sets it").into_inner();
    let of_one = |who: &&AccountId| {
        let ren = Balances::total_balance(who) + pallet_deren_rewards::Carried::<Runtime>::get(who).unwrap_or_default();
        let purse = pallet_deren_purse::Purses::<Runtime>::get(who).unwrap_or_default();
        Eur::balance(who) + purse.total_ueur() + ren * 1_000_000_000_000_000_000 / rate
    };
    of.iter().map(of_one).sum::<u128>() as i128
}

impl Chain {
    /// Runs `test` on a chain whose slots pass in 12 s.
    pub fn run<T>(test: impl FnOnce(&mut Self) -> T) -> T {
        let metering = json!({
            "slotSeconds": 12, "slotEnergySeconds": 900, "graceSeconds": 3, "graceBlocks": 1, "slotsPerEra": SLOTS_A_DAY,
            "development": true,
        });
        Self::of(metering, u64::from(DAY.0 - 2) * 12_000 + 1_000, test)
    }

    /// Runs `test` on a chain with the design's clock: 300 blocks a slot.
    pub fn in_real_time<T>(test: impl FnOnce(&mut Self) -> T) -> T {
        let metering = json!({
            "slotSeconds": 900, "slotEnergySeconds": 900, "graceSeconds": 120, "graceBlocks": 40,
            "slotsPerEra": SLOTS_A_DAY, "development": true,
        });
        Self::of(metering, 1_790_000_001_000, test)
    }

    fn of<T>(metering: Value, first_block_ms: u64, test: impl FnOnce(&mut Self) -> T) -> T {
        TestExternalities::new_empty().execute_with(|| {
            let patch = genesis::preset(&DEV.into()).expect("the preset exists");
            let mut config: Value = serde_json_no_std::from_slice(&merged(&patch)).expect("JSON");
            config["metering"] = metering;
            genesis::build_state(config.to_string().into_bytes()).expect("it builds");
            let mut chain = Self { now_ms: first_block_ms - BLOCK_MS };
            chain.next_block();
            Registry::create_market(RuntimeOrigin::root(), operator(), 15, 100, NETWORK_FEE).expect("a market");
            Registry::create_zone(by(&operator()), MARKET, None).expect("a root");
            let line = Some((ROOT, NETWORK_FEE, None, None));
            Registry::create_zone(by(&operator()), MARKET, line).expect("a feeder");
            test(&mut chain)
        })
    }

    /// Ends this block and begins the next.
    pub fn next_block(&mut self) {
        self.jump(1);
    }

    /// Ends this block and begins the one so many later, as if those between had been made.
    pub fn jump(&mut self, blocks: u32) {
        if System::block_number() > 0 {
            Executive::finalize_block();
            System::set_block_number(System::block_number() + blocks - 1);
        }
        self.now_ms += u64::from(blocks) * BLOCK_MS;
        begin_block_at(self.now_ms);
    }

    /// No block is made while so many slots pass; the next one has begun then.
    pub fn halt(&mut self, slots: u32) {
        self.now_ms += u64::from(slots) * Metering::clock().slot_ms();
        self.next_block();
    }

    /// The slot of this block.
    pub fn slot(&self) -> Slot {
        Metering::clock().slot_at(self.now_ms)
    }

    /// Makes blocks until the slot has begun.
    pub fn go_to(&mut self, slot: Slot) {
        while self.slot() < slot {
            self.next_block();
        }
    }

    /// Makes blocks until this is so.
    pub fn wait_for(&mut self, what: &str, is_so: impl Fn() -> bool) {
        for _ in 0..MOST_BLOCKS {
            if is_so() {
                return;
            }
            self.next_block();
        }
        panic!("{what} has not come within {MOST_BLOCKS} blocks");
    }

    /// What these accounts earn on a day, in µ€. `read` brings in the readings of each slot once it is over, and the
    /// day ends when its rewards are paid.
    pub fn day(&mut self, of: &[&AccountId], mut read: impl FnMut(u32, Slot)) -> i128 {
        self.go_to(DAY);
        let before_ueur = wealth_ueur(of);
        for number in 0..SLOTS_A_DAY {
            let slot = DAY.plus(number);
            self.go_to(slot.next());
            read(number, slot);
        }
        self.wait_for("the day's rewards", || Rewards::minted(DAY.0 / SLOTS_A_DAY).is_some());
        self.wait_for("the day's rebates", || pallet_deren_matching::Rebates::<Runtime>::iter().next().is_none());
        assert_eq!(crate::check_invariants(), Ok(()));
        wealth_ueur(of) - before_ueur
    }
}

/// What a home's meters show of one slot, in Wh, and how well they looked.
#[derive(Clone, Copy)]
pub struct Shown {
    /// At the grid meter.
    pub import_wh: u64,
    /// At the grid meter.
    pub export_wh: u64,
    /// By production devices.
    pub produced_wh: u64,
    /// By a battery.
    pub discharged_wh: u64,
    /// What the gateway says of the readings.
    pub quality: Quality,
    /// How many samples it says it took.
    pub samples: u32,
}

impl Shown {
    /// Nothing.
    pub const NOTHING: Self =
        Self { import_wh: 0, export_wh: 0, produced_wh: 0, discharged_wh: 0, quality: Quality::GOOD, samples: 12 };

    /// What a home shows that produced and exported `wh`.
    pub fn sold(wh: u64) -> Self {
        Self { export_wh: wh, produced_wh: wh, ..Self::NOTHING }
    }

    /// What a home shows that imported `wh`.
    pub fn bought(wh: u64) -> Self {
        Self { import_wh: wh, ..Self::NOTHING }
    }

    fn of(&self, role: DeviceRole) -> (u64, u64) {
        match role {
            DeviceRole::Grid => (self.import_wh, self.export_wh),
            DeviceRole::Production => (0, self.produced_wh),
            DeviceRole::Storage => (0, self.discharged_wh),
        }
    }
}

#[derive(Clone)]
struct Meter {
    id: DeviceId,
    role: DeviceRole,
    sequence: u64,
    previous: ReadingHash,
    import_mwh: u64,
    export_mwh: u64,
}

impl Meter {
    fn read(&mut self, slot: Slot, shown: &Shown, anchor: Anchor) -> IntervalReading {
        let (import_wh, export_wh) = shown.of(self.role);
        let registers = RegisterSpan {
            import_open_mwh: self.import_mwh,
            import_close_mwh: self.import_mwh + 1_000 * import_wh,
            export_open_mwh: self.export_mwh,
            export_close_mwh: self.export_mwh + 1_000 * export_wh,
        };
        let reading = IntervalReading {
            registers,
            quality: shown.quality,
            samples: shown.samples,
            sequence: self.sequence,
            previous: self.previous,
            anchor,
            ..deren_testing::reading(self.id, slot)
        };
        (self.import_mwh, self.export_mwh) = (registers.import_close_mwh, registers.export_close_mwh);
        (self.sequence, self.previous) = (self.sequence + 1, reading.hash());
        reading
    }
}

/// A site, its gateway and its meters.
#[derive(Clone)]
pub struct Home {
    /// Who trades for it.
    pub owner: AccountId,
    /// Its site.
    pub site: SiteId,
    /// The gateway's key.
    pub key: ed25519::Pair,
    power_w: u32,
    number: u8,
    meters: Vec<Meter>,
}

impl Home {
    /// A site without meters at a point of this power.
    pub fn at(number: u8, owner: &AccountId, zone: ZoneId, power_w: u32) -> Self {
        approve(number, number, owner, zone, power_w).expect("the operator approves it");
        let site = SiteId(NextSite::<Runtime>::get());
        let commitment = H256(point_commitment(MARKET, &[number; 32]));
        Registry::register_site(by(owner), commitment).expect("it is approved");
        let key = ed25519::Pair::from_seed(&[number; 32]);
        let (account, expires_unix_s): ([u8; 32], u64) = (owner.clone().into(), 4_000_000_000);
        let code = key.sign(&link_message(&genesis_hash(), &account, site, expires_unix_s)).0;
        Registry::link_gateway(by(owner), site, key.public().0, expires_unix_s, code).expect("the code is right");
        Self { owner: owner.clone(), site, key, power_w, number, meters: Vec::new() }
    }

    /// Registers one meter more, with this rating and register step.
    pub fn add(&mut self, role: DeviceRole, rated_power_w: u32, register_step_mwh: u32) -> DispatchResult {
        let mut id = [self.number; 32];
        id[0] = self.meters.len() as u8;
        self.register(DeviceId(id), role, rated_power_w, register_step_mwh)?;
        let previous = ReadingHash::default();
        self.meters.push(Meter { id: DeviceId(id), role, sequence: 0, previous, import_mwh: 0, export_mwh: 0 });
        Ok(())
    }

    /// Registers a device under this name.
    pub fn register(&self, id: DeviceId, role: DeviceRole, rated_w: u32, step_mwh: u32) -> DispatchResult {
        let source = (role == DeviceRole::Production).then_some(Source::Solar);
        Registry::register_device(by(&self.owner), self.site, id, role, source, rated_w, step_mwh, gateway(&self.key))
    }

    /// These meters too, each rated as the point.
    pub fn with(mut self, roles: &[DeviceRole], register_step_mwh: u32) -> Self {
        for role in roles {
            self.add(*role, self.power_w, register_step_mwh).expect("it fits the point");
        }
        self
    }

    /// Sells or buys at this net price, from the next slot on: a buyer's limit has the protocol fee of 1% on top.
    pub fn order(&self, side: Side, price_ueur_per_kwh: u32) {
        let limit_ueur_per_kwh = match side {
            Side::Buy => price_ueur_per_kwh / 100 * 101,
            Side::Sell => price_ueur_per_kwh,
        };
        let step = PriceStep { limit_ueur_per_kwh, cap_wh: self.power_w * 3 / 10 };
        let steps = vec![step].try_into().expect("one step");
        Matching::place_order(by(&self.owner), self.site, side, steps).expect("it can be held");
    }

    /// A batch with a reading of each meter, at this anchor.
    pub fn batch_at(&mut self, slot: Slot, shown: &Shown, anchor: Anchor) -> (ReadingBatch, Signature) {
        let key = &self.key;
        let sign = |reading: IntervalReading| {
            let message = interval_message(&genesis_hash(), gateway(key), 0, reading.hash());
            SignedReading { signature: key.sign(&message).0, reading }
        };
        let readings: Vec<_> = self.meters.iter_mut().map(|meter| sign(meter.read(slot, shown, anchor))).collect();
        let readings = readings.try_into().expect("few");
        sealed(key, ReadingBatch { genesis: genesis_hash(), gateway: gateway(key), key_epoch: 0, attempt: 0, readings })
    }

    /// A batch with a reading of each meter, at the block before this one.
    pub fn batch(&mut self, slot: Slot, shown: &Shown) -> (ReadingBatch, Signature) {
        let anchor = Anchor { block_number: System::block_number() - 1, block_hash: System::parent_hash().0 };
        self.batch_at(slot, shown, anchor)
    }

    /// Brings in a reading of each meter.
    pub fn read(&mut self, slot: Slot, shown: &Shown) {
        let (batch, signature) = self.batch(slot, shown);
        submit(batch, signature).expect("it is valid").expect("it succeeds");
    }
}

/// A batch with its gateway's signature.
pub fn sealed(key: &ed25519::Pair, batch: ReadingBatch) -> (ReadingBatch, Signature) {
    let signature = key.sign(&batch_message(&batch)).0;
    (batch, signature)
}

/// Puts a batch into the block.
pub fn submit(batch: ReadingBatch, signature: Signature) -> ApplyExtrinsicResult {
    Executive::apply_extrinsic(transaction(batch, signature))
}

/// The operator approves a point whose official id is `id`, under another salt if it likes.
pub fn approve(salt: u8, id: u8, owner: &AccountId, zone: ZoneId, power_w: u32) -> DispatchResult {
    let terms = PointTerms::new(power_w, Sources::of(&[Source::Solar]));
    let (salted, nullifier) = (H256([salt; 32]), H256([id; 32]));
    Registry::approve_point(by(&operator()), zone, salted, nullifier, owner.clone(), terms)
}
