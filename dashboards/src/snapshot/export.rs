//! From a database into a file: all tables as they were at one moment, row by row.

use super::{Carried, FORM, Header, SnapshotError, Writer, file::Kind, named_tables, prepare, tables};
use crate::{
    db,
    indexer::{BlockId, cursor, shard::condition},
    markets::Markets,
};
use deren_primitives::Hex;
use futures::TryStreamExt as _;
use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::io::AsyncWrite;

/// Rows are collected into frames of this size.
const FRAME_BYTES: usize = 64 * 1024;

/// Writes what is final of these markets, and gives back what it was written to.
pub async fn export<W: AsyncWrite + Unpin>(
    database: &PgConnectOptions,
    markets: &Markets,
    out: W,
) -> Result<(Carried, W), SnapshotError> {
    let mut connection = db::connect(database, db::CHAIN).await?;
    prepare(&mut connection).await?;
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut connection).await?;
    let (header, through) = header(&mut connection, markets).await?;
    let mut writer = Writer::new(out);
    let text = serde_json::to_vec(&header).map_err(std::io::Error::from)?;
    writer.put(Kind::Header, &text).await?;
    let mut all = 0u64;
    for (table, columns) in tables() {
        writer.put(Kind::Table, table.as_bytes()).await?;
        let rows = copy(&mut connection, &statement(table, &columns, markets), &mut writer).await?;
        writer.put(Kind::Count, &rows.to_be_bytes()).await?;
        if table != super::BLOCKS.0 {
            all = all.saturating_add(rows);
        }
    }
    Ok((Carried { through, rows: all }, writer.end().await?))
}

async fn header(connection: &mut PgConnection, asked: &Markets) -> Result<(Header, BlockId), SnapshotError> {
    let noted: Option<(Vec<u8>, String, Option<String>)> =
        sqlx::query_as("SELECT genesis_hash, chain_name, markets FROM parameters")
            .fetch_optional(&mut *connection)
            .await?;
    let (genesis, chain, markets) = noted.ok_or(SnapshotError::Empty)?;
    let through = cursor(connection).await?.ok_or(SnapshotError::Empty)?;
    let known = Markets::of_text(markets.as_deref()).map_err(|error| SnapshotError::Damaged(error.to_string()))?;
    if !known.contain_all(asked) {
        return Err(SnapshotError::NotHere { known: known.words(), asked: asked.words() });
    }
    let header = Header {
        deren_snapshot: FORM,
        chain,
        genesis_hash: Hex(genesis).to_string(),
        markets: asked.text(),
        block: through.number,
        block_hash: Hex(through.hash).to_string(),
        tables: named_tables(),
    };
    Ok((header, through))
}

/// Rows in the order of the chain: two exports of the same rows are the same bytes.
fn statement(table: &str, columns: &[&str], markets: &Markets) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("t.{column}")).collect();
    let (condition, order) = match table == super::BLOCKS.0 {
        true => ("true".to_owned(), "t.number"),
        false => (condition(table, "t", markets), "t.block_number, t.event_index"),
    };
    let columns = columns.join(", ");
    format!("COPY (SELECT {columns} FROM {table} t WHERE {condition} ORDER BY {order}) TO STDOUT")
}

async fn copy<W: AsyncWrite + Unpin>(
    connection: &mut PgConnection,
    statement: &str,
    writer: &mut Writer<W>,
) -> Result<u64, SnapshotError> {
    let mut lines = connection.copy_out_raw(statement).await?;
    let (mut rows, mut frame) = (0u64, Vec::with_capacity(FRAME_BYTES));
    while let Some(line) = lines.try_next().await? {
        // Inside a row, the form of COPY has no line's end.
        rows = rows.saturating_add(line.iter().filter(|byte| **byte == b'\n').count() as u64);
        frame.extend_from_slice(&line);
        if frame.len() >= FRAME_BYTES {
            writer.put(Kind::Rows, &frame).await?;
            frame.clear();
        }
    }
    writer.put(Kind::Rows, &frame).await?;
    Ok(rows)
}
