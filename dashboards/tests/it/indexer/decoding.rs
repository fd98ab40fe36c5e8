//! Every event of the real runtime becomes rows that the real tables take.

use super::support::{
    encode::Encoder,
    node::Node,
    rows::{all, connect, finalized, fresh},
};
use deren_dashboards::indexer::{
    BlockHead, BlockId, BlockRows, DECLARED_EVENTS, EventReader, TableRows, extend_tail, finalize, put,
};

const SLOT_SECONDS: u32 = 900;

async fn metadata() -> Vec<u8> {
    let node = Node::dev().await;
    let source = node.source().await;
    source.rpc().state_get_metadata(None).await.expect("metadata").into_raw()
}

fn head(number: u32) -> BlockHead {
    let mut hash = [0; 32];
    hash[..4].copy_from_slice(&number.to_le_bytes());
    hash[31] = 1;
    let mut parent = [0; 32];
    if let Some(before) = number.checked_sub(1) {
        parent[..4].copy_from_slice(&before.to_le_bytes());
        parent[31] = 1;
    }
    BlockHead { id: BlockId { number, hash }, parent, at_unix_ms: 1, events: 0 }
}

/// Writes blocks as final, the first being block 0.
async fn write(database: &sqlx::postgres::PgConnectOptions, blocks: &[BlockRows]) {
    finalize(&mut connect(database).await, None, blocks).await.expect("the tables take them");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_becomes_rows_that_the_tables_take() {
    let metadata = metadata().await;
    let reader = EventReader::new(1, &metadata, SLOT_SECONDS).expect("a reader");
    assert_eq!(reader.ss58_prefix(), 42);
    let mut blocks = Vec::new();
    // Each seed takes other variants of each enum, and Some or None.
    for seed in 0..14u32 {
        let mut encoder = Encoder::new(&metadata, seed.into());
        let names: Vec<(&str, String)> = DECLARED_EVENTS
            .into_iter()
            .flat_map(|(pallet, _)| encoder.names(pallet).into_iter().map(move |name| (pallet, name)))
            .collect();
        assert!(names.len() > 40, "{names:?}");
        names.iter().for_each(|(pallet, name)| encoder.push(pallet, name));
        let rows = reader.read(head(seed), encoder.bytes()).expect("all can be read");
        assert_eq!(rows.head.events as usize, names.len());
        for (index, name) in names.iter().enumerate() {
            let begins = format!("{seed}\t{index}\t");
            let lines = rows.tables.values().flat_map(|table| table.text.lines());
            assert!(lines.filter(|line| line.starts_with(&begins)).count() > 0, "{name:?} gives no row");
        }
        blocks.push(rows);
    }
    let database = fresh().await;
    let mut connection = connect(&database).await;
    for (table, rows) in &blocks[0].tables {
        let columns = "SELECT column_name::text FROM information_schema.columns
                       WHERE table_schema = 'chain' AND table_name = $1 ORDER BY ordinal_position";
        let columns: Vec<String> =
            sqlx::query_scalar(columns).bind(*table).fetch_all(&mut connection).await.expect("columns");
        assert_eq!(columns, rows.columns, "the columns of {table}, in order");
    }
    write(&database, &blocks).await;
    let rows = all(&database).await;
    for (table, rows) in rows {
        let by_sessions = ["parameters", "reconciliations"].contains(&table.as_str());
        assert!(by_sessions || table.starts_with("tail_") || !rows.is_empty(), "{table} is empty");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tail_takes_the_same_rows_and_shows_them_as_not_final() {
    let metadata = metadata().await;
    let reader = EventReader::new(1, &metadata, SLOT_SECONDS).expect("a reader");
    let mut encoder = Encoder::new(&metadata, 1);
    for (pallet, _) in DECLARED_EVENTS {
        encoder.names(pallet).iter().for_each(|name| encoder.push(pallet, name));
    }
    let (first, second) = (BlockRows::new(head(0)), reader.read(head(1), encoder.bytes()).expect("readable"));
    let database = fresh().await;
    write(&database, std::slice::from_ref(&first)).await;
    let mut connection = connect(&database).await;
    let cursor = Some(first.head.id);
    extend_tail(&mut connection, cursor, None, std::slice::from_ref(&second)).await.expect("the tail takes them");
    let seen = "SELECT count(*), bool_or(finalized) FROM seen_readings";
    assert_eq!(sqlx::query_as::<_, (i64, bool)>(seen).fetch_one(&mut connection).await.expect("rows"), (1, false));
    finalize(&mut connection, cursor, std::slice::from_ref(&second)).await.expect("final");
    assert_eq!(sqlx::query_as::<_, (i64, bool)>(seen).fetch_one(&mut connection).await.expect("rows"), (1, true));
    let rows = all(&database).await;
    assert!(rows.iter().all(|(table, rows)| !table.starts_with("tail_") || rows.is_empty()), "no tail is left");
    let clean = fresh().await;
    write(&clean, &[first, second]).await;
    assert_eq!(finalized(&clean).await, finalized(&database).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_where_they_belong_and_of_any_size() {
    let metadata = metadata().await;
    let reader = EventReader::new(1, &metadata, SLOT_SECONDS).expect("a reader");
    let mut encoder = Encoder::new(&metadata, 1)
        .with("import_close_mwh", u64::MAX)
        .with("capacity_up_wh", u64::MAX)
        .with("sequence", u64::MAX)
        .with("first_slot", 1_988_000)
        .with("site", 77)
        .with("market", 3);
    for (pallet, event) in [("Metering", "ReadingAccepted"), ("Registry", "EdgeSet"), ("Metering", "ReadingRefused")] {
        encoder.push(pallet, event);
    }
    let rows = reader.read(head(0), encoder.bytes()).expect("readable");
    let database = fresh().await;
    write(&database, &[rows]).await;
    let mut connection = connect(&database).await;
    let reading: (i64, i64, i64, String, String, i64) = sqlx::query_as(
        "SELECT market, site, first_slot, import_close_mwh::text, role, extract(epoch FROM starts_at)::bigint FROM readings",
    )
    .fetch_one(&mut connection)
    .await
    .expect("a reading");
    let registers = u64::MAX.to_string();
    assert_eq!(reading, (3, 77, 1_988_000, registers.clone(), "production".to_owned(), 1_988_000 * 900));
    let capacity: String = sqlx::query_scalar("SELECT capacity_up_wh::text FROM edge_versions")
        .fetch_one(&mut connection)
        .await
        .expect("one");
    assert_eq!(capacity, registers);
    let refused: (String, String) = sqlx::query_as("SELECT sequence::text, error FROM readings_refused")
        .fetch_one(&mut connection)
        .await
        .expect("one");
    assert_eq!(refused, (registers, "UnknownGateway".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_others_are_passed_over_and_broken_bytes_are_an_error() {
    let metadata = metadata().await;
    let reader = EventReader::new(1, &metadata, SLOT_SECONDS).expect("a reader");
    let mut encoder = Encoder::new(&metadata, 0);
    encoder.push("System", "NewAccount");
    let rows = reader.read(head(7), encoder.bytes()).expect("readable");
    assert_eq!((rows.head.events, rows.count()), (1, 0));
    encoder.push("Metering", "SlotsClosed");
    let bytes = encoder.bytes();
    for cut in 1..bytes.len() {
        let error = reader.read(head(7), bytes[..cut].to_vec()).expect_err("cut off").to_string();
        assert!(error.contains("block 7") || error.contains("they end after"), "{error}");
    }
    assert_eq!(reader.read(head(7), Vec::new()).expect("no events").count(), 0);
    let error = EventReader::new(9, &metadata[..100], SLOT_SECONDS).expect_err("cut off").to_string();
    assert!(error.contains("runtime version 9"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_and_few_rows_become_the_same() {
    let metadata = metadata().await;
    let reader = EventReader::new(1, &metadata, SLOT_SECONDS).expect("a reader");
    let mut encoder = Encoder::new(&metadata, 1);
    let events = ["OrderPlaced", "OrderCancelled", "FillSettled", "SettlementHalted"];
    (0..3_000).for_each(|_| events.iter().for_each(|event| encoder.push("Matching", event)));
    let many = reader.read(head(0), encoder.bytes()).expect("readable");
    // The same rows, 500 events at a time, each lot with its own numbers in place.
    let (one, other) = (fresh().await, fresh().await);
    write(&one, std::slice::from_ref(&many)).await;
    let mut connection = connect(&other).await;
    finalize(&mut connection, None, &[BlockRows::new(many.head)]).await.expect("an empty block");
    for (table, rows) in &many.tables {
        let lines: Vec<&str> = rows.text.split_inclusive('\n').collect();
        for some in lines.chunks(500) {
            put(&mut connection, table, TableRows { text: some.concat(), rows: 500, ..rows.clone() })
                .await
                .expect("few");
        }
    }
    assert_eq!(finalized(&one).await, finalized(&other).await);
}
