//! From a file into tables beside those that serve. They take their place only when everything is proved right.

use super::{Carried, FORM, Header, Reader, SnapshotError, file::Kind, named_tables, prepare, tables};
use crate::{
    db,
    indexer::{BlockId, Source, describe},
    markets::Markets,
};
use deren_primitives::Hex;
use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::io::AsyncRead;

/// Puts a snapshot of these markets in the place of what serves. The source is a node of the chain.
pub async fn import<S: Source, R: AsyncRead + Unpin>(
    database: &PgConnectOptions,
    source: &S,
    markets: &Markets,
    from: R,
) -> Result<Carried, SnapshotError> {
    let mut reader = Reader::new(from);
    let through = expected(&mut reader, source, markets).await?;
    db::begin_rebuild(database).await?;
    match fill(database, source, markets, through, &mut reader).await {
        Ok(rows) => {
            db::finish_rebuild(database).await?;
            Ok(Carried { through, rows })
        }
        Err(error) => {
            // What serves was never touched; what is left of this is only in the way.
            db::drop_rebuilt(database).await?;
            Err(error)
        }
    }
}

/// Reads the header, and makes sure that the chain, its last block and the markets are as they should be.
async fn expected<S: Source, R: AsyncRead + Unpin>(
    reader: &mut Reader<R>,
    source: &S,
    markets: &Markets,
) -> Result<BlockId, SnapshotError> {
    let header = header(reader).await?;
    let chain = source.description();
    let genesis = Hex(chain.genesis).to_string();
    if header.genesis_hash != genesis {
        let (theirs, their_genesis) = (header.chain, header.genesis_hash);
        let (ours, our_genesis) = (chain.name.clone(), genesis);
        return Err(SnapshotError::OtherChain { theirs, their_genesis, ours, our_genesis });
    }
    let damaged = |error: crate::markets::MarketsError| SnapshotError::Damaged(error.to_string());
    let theirs = Markets::of_text(header.markets.as_deref()).map_err(damaged)?;
    if theirs != *markets {
        return Err(SnapshotError::OtherMarkets { theirs: theirs.words(), ours: markets.words() });
    }
    let hash = hex::decode(header.block_hash.trim_start_matches("0x")).ok().and_then(|hash| hash.try_into().ok());
    let hash = hash.ok_or_else(|| SnapshotError::Damaged(format!("{} is no block's hash", header.block_hash)))?;
    let last = BlockId { number: header.block, hash };
    let finalized = source.finalized().await?.number;
    if finalized < last.number {
        return Err(SnapshotError::Ahead { last, finalized });
    }
    match source.hash(last.number).await? {
        Some(hash) if hash == last.hash => Ok(last),
        _ => Err(SnapshotError::Foreign(last)),
    }
}

async fn header<R: AsyncRead + Unpin>(reader: &mut Reader<R>) -> Result<Header, SnapshotError> {
    let (Kind::Header, bytes) = reader.next().await? else {
        return Err(SnapshotError::Damaged("it does not begin with a header".to_owned()));
    };
    let text: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| SnapshotError::Damaged(error.to_string()))?;
    // Another form may have another header.
    let form = text.get("deren_snapshot").and_then(serde_json::Value::as_u64);
    if form != Some(FORM.into()) {
        return Err(SnapshotError::OtherVersion(format!("its form is {form:?}, not {FORM}")));
    }
    let header: Header = serde_json::from_value(text).map_err(|error| SnapshotError::Damaged(error.to_string()))?;
    let ours = named_tables();
    let other = ours.iter().find(|(table, columns)| header.tables.get(*table) != Some(columns));
    let other = other.map(|(table, _)| table).or_else(|| header.tables.keys().find(|table| !ours.contains_key(*table)));
    match other {
        Some(table) => Err(SnapshotError::OtherVersion(format!("its table {table} is another"))),
        None => Ok(header),
    }
}

/// Copies all tables into the schema that is to serve, and gives the number of rows of events.
async fn fill<S: Source, R: AsyncRead + Unpin>(
    database: &PgConnectOptions,
    source: &S,
    markets: &Markets,
    through: BlockId,
    reader: &mut Reader<R>,
) -> Result<u64, SnapshotError> {
    let mut connection = db::connect(database, db::CHAIN_REBUILT).await?;
    prepare(&mut connection).await?;
    describe(&mut connection, source.description(), markets).await?;
    let mut all = 0u64;
    for (table, columns) in tables() {
        let statement = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
        let rows = copy(&mut connection, (table, &statement), reader).await?;
        if table != super::BLOCKS.0 {
            all = all.saturating_add(rows);
        }
    }
    match reader.next().await? {
        (Kind::End, _) => {}
        (other, _) => return Err(SnapshotError::Damaged(format!("{other:?} instead of its end"))),
    }
    ensure_one_chain(&mut connection, through, source.description().genesis).await?;
    sqlx::query("INSERT INTO cursor (height, hash) VALUES ($1, $2)")
        .bind(i64::from(through.number))
        .bind(through.hash.as_slice())
        .execute(&mut connection)
        .await?;
    Ok(all)
}

async fn copy<R: AsyncRead + Unpin>(
    connection: &mut PgConnection,
    (table, statement): (&str, &str),
    reader: &mut Reader<R>,
) -> Result<u64, SnapshotError> {
    match reader.next().await? {
        (Kind::Table, name) if name == table.as_bytes() => {}
        (other, _) => return Err(SnapshotError::Damaged(format!("{other:?} instead of the table {table}"))),
    }
    let mut copy = connection.copy_in_raw(statement).await?;
    let noted = loop {
        match reader.next().await {
            Ok((Kind::Rows, rows)) => drop(copy.send(rows).await?),
            Ok((Kind::Count, count)) => break count,
            other => {
                copy.abort("the snapshot ends here").await?;
                let (kind, _) = other?;
                return Err(SnapshotError::Damaged(format!("{kind:?} among the rows of {table}")));
            }
        }
    };
    // A row that no table takes was written by nobody.
    let rows = copy.finish().await.map_err(|error| SnapshotError::Damaged(format!("rows of {table}: {error}")))?;
    if noted != rows.to_be_bytes() {
        return Err(SnapshotError::Damaged(format!("{table} has {rows} rows, and another number is noted")));
    }
    Ok(rows)
}

/// Makes sure that the blocks go from the chain's first one to the last, each the child of the one before.
async fn ensure_one_chain(
    connection: &mut PgConnection,
    last: BlockId,
    genesis: [u8; 32],
) -> Result<(), SnapshotError> {
    let whole: bool = sqlx::query_scalar(
        "SELECT count(*) = $1 + 1
                AND bool_and(CASE WHEN number = 0 THEN hash = $3 ELSE parent_hash = before AND number = at END)
                AND bool_or(number = $1 AND hash = $2)
         FROM (SELECT number, hash, parent_hash, lag(hash) OVER past AS before, row_number() OVER past - 1 AS at
               FROM blocks WINDOW past AS (ORDER BY number)) AS b",
    )
    .bind(i64::from(last.number))
    .bind(last.hash.as_slice())
    .bind(genesis.as_slice())
    .fetch_one(connection)
    .await?;
    if whole { Ok(()) } else { Err(SnapshotError::Damaged("its blocks are no chain up to its last one".to_owned())) }
}
