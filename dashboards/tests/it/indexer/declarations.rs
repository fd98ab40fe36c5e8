//! What the indexer declares of each event agrees with the runtime's metadata and with the tables. A field that was
//! renamed, or is new, fails here before it is indexed.

use super::support::{
    metadata::{fields, rename_field, retype_field},
    node::Node,
    rows::{connect, fresh},
};
use deren_dashboards::indexer::{Cell, ColumnValue, DECLARED_EVENTS, Declaration, Kind};
use std::collections::{BTreeMap, BTreeSet};
use subxt::{Metadata, ext::codec::Decode as _};

/// The columns of each table of events, after block and event: name, type, and whether it may be NULL.
type Tables = BTreeMap<String, Vec<(String, String, bool)>>;

async fn metadata() -> Metadata {
    let node = Node::dev().await;
    let bytes = node.source().await.rpc().state_get_metadata(None).await.expect("metadata").into_raw();
    Metadata::decode(&mut bytes.as_slice()).expect("metadata")
}

async fn tables() -> Tables {
    let database = fresh().await;
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'YES'
         FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE table_schema = 'chain' AND t.table_type = 'BASE TABLE' AND c.table_name NOT LIKE 'tail\\_%'
         ORDER BY c.table_name, c.ordinal_position",
    )
    .fetch_all(&mut connect(&database).await)
    .await
    .expect("columns");
    let mut tables = Tables::new();
    for (table, column, of_type, nullable) in columns {
        tables.entry(table).or_default().push((column, of_type, nullable));
    }
    tables.retain(|_, columns| columns.iter().any(|(column, ..)| column == "event_index"));
    for (table, columns) in &mut tables {
        let common: Vec<_> = columns.drain(..2).map(|(column, ..)| column).collect();
        assert_eq!(common, ["block_number", "event_index"], "{table}");
    }
    tables
}

/// Every event of our pallets that is declared otherwise than the metadata says.
fn differences_from_metadata(metadata: &Metadata) -> Vec<String> {
    let mut differences = Vec::new();
    for (pallet, declared) in DECLARED_EVENTS {
        let known = metadata.pallet_by_name(pallet).expect("a pallet").event_variants().expect("events");
        let known: BTreeSet<&str> = known.iter().map(|event| event.name.as_str()).collect();
        let ours: BTreeSet<&str> = declared.iter().map(|declared| declared.event).collect();
        differences.extend(ours.difference(&known).map(|event| format!("{pallet}.{event}: there is no such event")));
        differences.extend(known.difference(&ours).map(|event| format!("{pallet}.{event}: not declared")));
        for event in ours.intersection(&known) {
            let of_event = declared.iter().filter(|declared| declared.event == *event);
            let wrong = fields_that_differ(&of_event.collect::<Vec<_>>(), fields(metadata, pallet, event));
            differences.extend(wrong.into_iter().map(|wrong| format!("{pallet}.{event}: {wrong}")));
        }
    }
    differences
}

fn fields_that_differ(declared: &[&Declaration], fields: BTreeMap<String, String>) -> Vec<String> {
    let (mut wrong, mut unused) = (Vec::new(), fields.clone());
    for declared in declared {
        for (_, value) in declared.columns {
            let ColumnValue::Field(path, kind) = value else { continue };
            let path = path_in_metadata(path, kind, declared.only_with);
            unused.remove(&path);
            match fields.get(&path) {
                None => wrong.push(format!("there is no field {path}")),
                Some(found) if is_of_kind(found, kind) => {}
                Some(found) => wrong.push(format!("{path} is {found}, not {kind:?}")),
            }
        }
        for skipped in declared.skipped {
            let within = format!("{skipped}.");
            let is_skipped = |path: &String| path == skipped || path.starts_with(&within);
            if !fields.keys().any(is_skipped) {
                wrong.push(format!("there is no field {skipped} to skip"));
            }
            unused.retain(|path, _| !is_skipped(path));
        }
    }
    wrong.extend(unused.into_keys().map(|path| format!("{path} is in no column and not skipped")));
    wrong
}

/// Fields of an option have a question mark, and those of a list's items brackets.
fn path_in_metadata(path: &str, kind: &Kind, only_with: Option<&str>) -> String {
    let path = match only_with {
        Some(option) => path.replacen(&format!("{option}."), &format!("{option}?."), 1),
        None => path.to_owned(),
    };
    match kind {
        Kind::Each(field) => format!("{path}[].{field}"),
        Kind::Added(kind) => path_in_metadata(&path, kind, None),
        _ => path,
    }
}

fn is_of_kind(found: &str, kind: &Kind) -> bool {
    match kind {
        Kind::Unsigned(bits) => found == format!("u{bits}"),
        Kind::Signed(bits) => found == format!("i{bits}"),
        Kind::Bytes32 => found == "[u8; 32]",
        Kind::Word(words) => found.to_lowercase() == format!("enum {}", words.join(" ")),
        Kind::Variant(_) => found.starts_with("enum "),
        Kind::Optional(kind) => {
            let inner = found.strip_prefix("Option<").and_then(|found| found.strip_suffix('>'));
            inner.is_some_and(|found| is_of_kind(found, kind))
        }
        Kind::Added(kind) => is_of_kind(found, kind),
        Kind::Each(_) => found == "u32",
        Kind::Computed(of, _) => is_of_kind(found, of),
    }
}

/// Every column that is declared otherwise than its table has it.
fn differences_from_tables(tables: &Tables) -> Vec<String> {
    let declared: Vec<&Declaration> = DECLARED_EVENTS.iter().flat_map(|(_, declared)| declared.iter()).collect();
    let filled: BTreeSet<&str> = declared.iter().map(|declared| declared.table).collect();
    let unfilled = tables.keys().filter(|table| !filled.contains(table.as_str()));
    let mut differences: Vec<String> = unfilled.map(|table| format!("{table}: no event gives rows")).collect();
    for Declaration { event, table, columns: ours, .. } in declared {
        let Some(columns) = tables.get(*table) else {
            differences.push(format!("{event}: there is no table {table}"));
            continue;
        };
        let names = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(", ");
        let declared = names(&mut ours.iter().map(|(name, _)| *name));
        let has = names(&mut columns.iter().map(|(name, ..)| name.as_str()));
        if declared != has {
            differences.push(format!("{event}: {table} has the columns {has}, not {declared}"));
            continue;
        }
        for ((_, value), (name, of_type, nullable)) in ours.iter().zip(columns) {
            let (types, may_be_null) = types_that_take(value);
            if !types.is_empty() && !types.contains(&of_type.as_str()) {
                differences.push(format!("{event}: {table}.{name} is {of_type}, not {}", types.join(" or ")));
            }
            if may_be_null && !nullable {
                differences.push(format!("{event}: {table}.{name} is NOT NULL"));
            }
        }
    }
    differences
}

/// The types of columns that take this value, none if all do, and whether it may be NULL.
fn types_that_take(value: &ColumnValue) -> (&'static [&'static str], bool) {
    match value {
        ColumnValue::Always(Cell::Null) => (&[], true),
        ColumnValue::Always(cell) => (types_of_cell(cell), false),
        ColumnValue::Field(_, Kind::Optional(kind) | Kind::Added(kind)) => (types_of_kind(kind), true),
        ColumnValue::Field(_, kind) => (types_of_kind(kind), false),
    }
}

fn types_of_kind(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Unsigned(8 | 16) => &["integer", "bigint"],
        Kind::Unsigned(32) => &["bigint"],
        Kind::Unsigned(_) | Kind::Signed(_) => &["bigint", "numeric"],
        Kind::Bytes32 => &["bytea"],
        Kind::Word(_) | Kind::Variant(_) => &["text"],
        Kind::Optional(kind) | Kind::Added(kind) => types_of_kind(kind),
        Kind::Each(_) => &["ARRAY"],
        Kind::Computed(_, function) => types_of_cell(&function(0, 900)),
    }
}

fn types_of_cell(cell: &Cell<'_>) -> &'static [&'static str] {
    match cell {
        Cell::Unsigned(_) | Cell::Signed(_) => &["bigint", "numeric"],
        Cell::Bytes(_) => &["bytea"],
        Cell::Text(_) => &["text"],
        Cell::Flag(_) => &["boolean"],
        Cell::Numbers(_) => &["ARRAY"],
        Cell::Moment(_) => &["timestamp with time zone"],
        Cell::Null => &[],
    }
}

const NONE: [&str; 0] = [];

#[tokio::test]
async fn a_column_is_added_to_a_table_and_wherever_its_rows_are_shown() {
    let database = fresh().await;
    let mut connection = connect(&database).await;
    // The second table is a hypertable where TimescaleDB is loaded.
    for table in ["devices", "readings"] {
        for column in ["added", "\"Added too\""] {
            let add = format!("SELECT add_event_column('{table}', '{}', 'BYTEA')", column.trim_matches('"'));
            sqlx::raw_sql(sqlx::AssertSqlSafe(add)).execute(&mut connection).await.expect("added");
            for prefix in ["", "tail_", "seen_"] {
                let read = format!("SELECT event_index, {column} FROM {prefix}{table}");
                sqlx::raw_sql(sqlx::AssertSqlSafe(read)).execute(&mut connection).await.expect("it is there");
            }
        }
        let read = format!("SELECT finalized FROM seen_{table}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(read)).execute(&mut connection).await.expect("as before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_each_event_is_declared_with_its_type() {
    assert_eq!(differences_from_metadata(&metadata().await), NONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_or_another_field_of_an_event_is_found() {
    let mut metadata = metadata().await;
    rename_field(&mut metadata, "SlotCleared", "welfare_neur", "surplus_neur");
    rename_field(&mut metadata, "SiteTransferred", "former", "seller");
    retype_field(&mut metadata, "Rewarded", "wh", "amount");
    let differences = differences_from_metadata(&metadata);
    let expected = [
        "Registry.SiteTransferred: there is no field former to skip",
        "Registry.SiteTransferred: seller is in no column and not skipped",
        "Matching.SlotCleared: there is no field welfare_neur",
        "Matching.SlotCleared: surplus_neur is in no column and not skipped",
        "Rewards.Rewarded: wh is u128, not Unsigned(64)",
    ];
    assert_eq!(differences, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_column_of_each_table_is_declared_with_its_type() {
    assert_eq!(differences_from_tables(&tables().await), NONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_column_than_a_tables_is_found() {
    let mut tables = tables().await;
    tables.get_mut("purse_changes").expect("a table")[2].0 = "paid_ueur".to_owned();
    tables.get_mut("zones").expect("a table")[2].2 = false;
    tables.get_mut("slots_empty").expect("a table")[0].1 = "text".to_owned();
    tables.insert("losses".to_owned(), Vec::new());
    tables.remove("eras_paid");
    let expected = [
        "losses: no event gives rows",
        "ZoneCreated: zones.parent is NOT NULL",
        "SlotEmpty: slots_empty.market is text, not bigint",
        "Filled: purse_changes has the columns account, change, paid_ueur, not account, change, amount_ueur",
        "Drawn: purse_changes has the columns account, change, paid_ueur, not account, change, amount_ueur",
        "Frozen: purse_changes has the columns account, change, paid_ueur, not account, change, amount_ueur",
        "Thawed: purse_changes has the columns account, change, paid_ueur, not account, change, amount_ueur",
        "EraPaid: there is no table eras_paid",
    ];
    assert_eq!(differences_from_tables(&tables), expected);
}
