//! How fast rows get into the database, beside the fastest there is: COPY of the same rows into the same columns.
//!
//! It prints one line. A durable cluster of its own is used; ratios of one run can be compared, rows/s of two cannot.

mod readings;

use anyhow::Context as _;
use deren_dashboards::{
    db,
    indexer::{BlockId, BlockRows, extend_tail, finalize},
};
use deren_testing::postgres::{Cluster, ClusterOptions};
use sqlx::{Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions};
use std::time::Instant;

/// As one slot of a thousand sites comes: a block full of readings, one after another.
const LIVE_BLOCKS: u32 = 60;
const LIVE_ROWS_A_BLOCK: u32 = 330;
/// As a rebuild writes: so many such blocks in one transaction.
const BATCHES: u32 = 6;
const BLOCKS_A_BATCH: u32 = 60;

fn main() -> anyhow::Result<()> {
    // `cargo test --benches` runs it, too.
    if !std::env::args().any(|argument| argument == "--bench") {
        eprintln!("indexer: nothing is measured without --bench");
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new().context("threads")?;
    println!("{}", runtime.block_on(Box::pin(measure()))?);
    Ok(())
}

async fn measure() -> anyhow::Result<String> {
    let durable = ClusterOptions { durable: true, ..ClusterOptions::default() };
    let cluster = Cluster::start(&durable).context("the measurement needs PostgreSQL")?;
    let copy = bare_copy(&fresh(&cluster).await?).await?;
    let live = live(&fresh(&cluster).await?).await?;
    let backfill = backfill(&fresh(&cluster).await?).await?;
    Ok(format!(
        "indexer: bare COPY {copy:.0} rows/s; live {live:.0} rows/s ({:.3} of COPY; {LIVE_ROWS_A_BLOCK} rows a block, \
         written as best and again as final); backfill {backfill:.0} rows/s ({:.3} of COPY)",
        live / copy,
        backfill / copy
    ))
}

async fn fresh(cluster: &Cluster) -> anyhow::Result<PgConnectOptions> {
    let options = db::options(&cluster.fresh_database()?.url)?;
    db::migrate(&options).await?;
    Ok(options)
}

/// The same rows by COPY alone, into a table with the same columns and key and no other index.
async fn bare_copy(options: &PgConnectOptions) -> anyhow::Result<f64> {
    let mut connection = db::connect(options, db::CHAIN).await?;
    connection.execute("CREATE TABLE bare (LIKE readings, PRIMARY KEY (block_number, event_index, starts_at))").await?;
    let blocks = readings::chain(BATCHES * BLOCKS_A_BATCH, LIVE_ROWS_A_BLOCK);
    let mut rows = 0u64;
    let start = Instant::now();
    for batch in blocks.chunks(BLOCKS_A_BATCH as usize) {
        let tables: Vec<_> = batch.iter().filter_map(|block| block.tables.get("readings")).collect();
        let columns = tables.first().context("there are readings")?.columns.join(", ");
        let mut copy = connection.copy_in_raw(&format!("COPY bare ({columns}) FROM STDIN")).await?;
        let text: String = tables.iter().map(|table| table.text.as_str()).collect();
        copy.send(text.into_bytes()).await?;
        rows += copy.finish().await?;
    }
    Ok(per_second(rows, start))
}

/// Each block as the best one, and then as final, each in a transaction of its own.
async fn live(options: &PgConnectOptions) -> anyhow::Result<f64> {
    let mut connection = begun(options).await?;
    let blocks = readings::chain(LIVE_BLOCKS, LIVE_ROWS_A_BLOCK);
    let mut cursor = first(&mut connection, &blocks).await?;
    let (mut rows, start) = (0u64, Instant::now());
    for block in blocks.get(1..).unwrap_or_default().chunks(1) {
        extend_tail(&mut connection, cursor, None, block).await?;
        finalize(&mut connection, cursor, block).await?;
        rows += block.iter().map(|block| block.count() as u64).sum::<u64>();
        cursor = block.last().map(|block| block.head.id);
    }
    Ok(per_second(rows, start))
}

/// Many blocks in a transaction, all of them final.
async fn backfill(options: &PgConnectOptions) -> anyhow::Result<f64> {
    let mut connection = begun(options).await?;
    let blocks = readings::chain(BATCHES * BLOCKS_A_BATCH + 1, LIVE_ROWS_A_BLOCK);
    let mut cursor = first(&mut connection, &blocks).await?;
    let (mut rows, start) = (0u64, Instant::now());
    for batch in blocks.get(1..).unwrap_or_default().chunks(BLOCKS_A_BATCH as usize) {
        finalize(&mut connection, cursor, batch).await?;
        rows += batch.iter().map(|block| block.count() as u64).sum::<u64>();
        cursor = batch.last().map(|block| block.head.id);
    }
    Ok(per_second(rows, start))
}

async fn begun(options: &PgConnectOptions) -> anyhow::Result<PgConnection> {
    let mut connection = db::connect(options, db::CHAIN).await?;
    connection.ping().await?;
    Ok(connection)
}

/// Writes the first block, before anything is measured.
async fn first(connection: &mut PgConnection, blocks: &[BlockRows]) -> anyhow::Result<Option<BlockId>> {
    let first = blocks.get(..1).context("there is a first block")?;
    finalize(connection, None, first).await?;
    Ok(first.last().map(|block| block.head.id))
}

fn per_second(rows: u64, start: Instant) -> f64 {
    rows as f64 / start.elapsed().as_secs_f64()
}
