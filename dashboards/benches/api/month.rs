//! A month of quarter-hours of many sites, copied into the finalised tables.

use crate::history::{History, Plan};
use deren_dashboards::db;
use deren_testing::postgres::{Cluster, Database};
use std::time::Instant;

/// The length of a slot in production.
const SLOT_SECONDS: u32 = 900;
/// Blocks of 3 s in a slot.
const BLOCKS_PER_SLOT: u32 = 300;
/// 2027-01-01 00:00 UTC.
const FIRST_SLOT: u32 = 1_798_761_600 / SLOT_SECONDS;
/// How many slots are kept in memory before they are copied.
const SLOTS_A_COPY: u32 = 16;

/// What is in the database.
pub struct Month {
    pub sites: u32,
    pub days: u32,
    pub slots: u32,
    pub readings: u64,
    pub fills: u64,
}

impl Month {
    /// Makes it in a new database of the cluster.
    pub async fn generate(cluster: &Cluster, database: &Database, sites: u32, days: u32) -> Self {
        let began = Instant::now();
        let options = db::options(&database.url).expect("an address");
        db::migrate(&options).await.expect("tables");
        let mut connection = db::connect(&options, db::CHAIN).await.expect("a connection");
        sqlx::query("SET statement_timeout = 0").execute(&mut connection).await.expect("patience");
        let slots = days * 86_400 / SLOT_SECONDS;
        let mut history = History::new(Plan {
            seed: 1,
            sites,
            feeders: 1 + sites / 60,
            first_slot: FIRST_SLOT,
            slot_seconds: SLOT_SECONDS,
            slots_per_era: 96,
            blocks_per_slot: BLOCKS_PER_SLOT,
            eventful: false,
        });
        for slot in 1..=slots {
            history.slot();
            if slot % SLOTS_A_COPY == 0 || slot == slots {
                history.flush(&mut connection).await;
                let truth = &history.truth;
                if slot % 480 == 0 {
                    let seconds = began.elapsed().as_secs();
                    eprintln!("api: {slot} of {slots} slots, {} readings, {seconds} s", truth.readings);
                }
            }
        }
        // As in a server that has run for a while, nothing is left to be counted or written.
        sqlx::query("VACUUM (ANALYZE)").execute(&mut connection).await.expect("peace");
        cluster.checkpoint().expect("peace");
        let (readings, fills) = (history.truth.readings, history.truth.fills);
        eprintln!("api: a month of {sites} sites is there after {} s", began.elapsed().as_secs());
        Self { sites, days, slots, readings, fills }
    }

    /// The first second of a day of it.
    pub fn day_unix_s(&self, day: u32) -> u64 {
        u64::from(FIRST_SLOT) * u64::from(SLOT_SECONDS) + u64::from(day % self.days) * 86_400
    }

    /// The slot that begins then.
    pub fn slot(&self, unix_s: u64) -> u64 {
        unix_s / u64::from(SLOT_SECONDS)
    }
}
