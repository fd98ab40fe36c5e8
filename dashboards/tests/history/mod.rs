//! A made-up history of a market, as an honest chain would have written it. It has registrations, orders, readings,
//! clearings and settlements, row by row in the finalised tables. Tests compare answers with what it knows by itself;
//! the benchmark measures over a month of it.
//!
//! The arithmetic is the market crate's. Where every row comes from is written here a second time, and never read from
//! the tables that are to be tested.

#![allow(dead_code, unused_imports, reason = "tests and the benchmark each use a part of it")]

mod home;
mod jobs;
mod orders;
mod readings;
mod registration;
mod settlement;
mod tables;
mod truth;

pub use jobs::Job;
pub use tables::Tables;
pub use truth::{ExpectedGap, SlotTruth, Truth};

use ed25519_dalek::SigningKey;
use home::Home;
use orders::{PriceSteps, Versions};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sqlx::PgConnection;

/// The market of every history.
pub const MARKET: u32 = 0;
/// The key of its operator.
pub fn operator_key() -> SigningKey {
    SigningKey::from_bytes(&[0xee; 32])
}

/// How large a history is, and how eventful.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// How many sites there are.
    pub sites: u32,
    /// How many feeders below the substation.
    pub feeders: u32,
    /// The first slot of which there are readings.
    pub first_slot: u32,
    /// A slot's length.
    pub slot_seconds: u32,
    /// Slots of an era.
    pub slots_per_era: u32,
    /// Blocks in the time of a slot, at least 3.
    pub blocks_per_slot: u32,
    /// True: orders, lines, fees, meters and gateways change and fail all the time.
    pub eventful: bool,
}

impl Plan {
    /// A few homes with a lot of trouble.
    pub fn eventful(seed: u64) -> Self {
        Self {
            seed,
            sites: 9,
            feeders: 3,
            first_slot: 2_000_001,
            slot_seconds: 900,
            slots_per_era: 4,
            blocks_per_slot: 3,
            eventful: true,
        }
    }

    /// The same so many days ago.
    #[must_use]
    pub fn days_ago(self, days: u64) -> Self {
        let first_slot = (deren_testing::unix_s() - days * 86_400) / u64::from(self.slot_seconds);
        Self { first_slot: first_slot as u32, ..self }
    }
}

/// A history as it is being made, slot by slot.
pub struct History {
    pub plan: Plan,
    pub truth: Truth,
    pub tables: Tables,
    rng: StdRng,
    homes: Vec<Home>,
    orders: Versions<(u32, deren_primitives::Side), Option<PriceSteps>>,
    edges: Versions<u32, deren_market::Edge>,
    fees_bp: Versions<(), u16>,
    active: Versions<u32, bool>,
    next_slot: u32,
    next_device: u64,
    block: u32,
    event: u32,
    era_wh: std::collections::BTreeMap<u32, u64>,
    operator: [u8; 32],
}

impl History {
    /// The chain's first blocks: everything is registered, every home has an order.
    pub fn new(plan: Plan) -> Self {
        let mut history = Self {
            plan,
            truth: Truth::default(),
            tables: Tables::default(),
            rng: StdRng::seed_from_u64(plan.seed),
            homes: Vec::new(),
            orders: Versions::default(),
            edges: Versions::default(),
            fees_bp: Versions::default(),
            active: Versions::default(),
            next_slot: plan.first_slot,
            next_device: 1,
            block: 0,
            event: 0,
            era_wh: Default::default(),
            operator: operator_key().verifying_key().to_bytes(),
        };
        history.register();
        history
    }

    /// Makes everything that comes of the next slot in three blocks. The first has changes and readings, the second the
    /// clearing and what came late, and the third the settlement.
    pub fn slot(&mut self) {
        let slot = self.next_slot;
        self.next_slot += 1;
        self.begin_block(slot);
        self.change(slot);
        let read = self.read(slot);
        self.begin_block(slot);
        self.clear_and_settle(slot, read);
        for _ in 3..self.plan.blocks_per_slot {
            self.begin_block(slot);
        }
    }

    /// Writes what has been made since the last time.
    pub async fn flush(&mut self, connection: &mut PgConnection) {
        self.tables.flush(connection).await;
        sqlx::query("INSERT INTO cursor (height, hash) VALUES ($1, $2) ON CONFLICT (only_one) DO UPDATE SET height = $1, hash = $2")
            .bind(i64::from(self.block))
            .bind(block_hash(self.block).as_slice())
            .execute(connection)
            .await
            .expect("the cursor");
    }

    /// The last block.
    pub fn head(&self) -> (u32, [u8; 32]) {
        (self.block, block_hash(self.block))
    }

    fn begin_block(&mut self, slot: u32) {
        self.block += 1;
        self.event = 0;
        let after_ms = u64::from(self.block % self.plan.blocks_per_slot) * 3_000;
        let at_unix_ms = (u64::from(slot) + 1) * u64::from(self.plan.slot_seconds) * 1000 + after_ms;
        self.tables.block(self.block, at_unix_ms);
    }

    /// A row of this table that comes from the block's next event.
    fn event(&mut self, table: &'static str) -> tables::Line<'_> {
        self.event += 1;
        self.tables.line(table).put(self.block).put(self.event - 1)
    }

    /// True once in so many times, in an eventful history.
    fn once_in(&mut self, times: u32) -> bool {
        self.plan.eventful && self.rng.random_ratio(1, times)
    }

    fn starts_at(&self, slot: u32) -> String {
        let unix_s = i64::from(slot) * i64::from(self.plan.slot_seconds);
        chrono::DateTime::from_timestamp(unix_s, 0).expect("a time").format("%Y-%m-%d %H:%M:%S+00").to_string()
    }
}

/// The hash of a made-up block.
pub fn block_hash(number: u32) -> [u8; 32] {
    let mut hash = [0xb1; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    hash
}
