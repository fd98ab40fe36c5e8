//! What of a block belongs to the markets that are followed. Everything else here and in snapshots follows from the
//! one list `ROUTES`.
//!
//! A row belongs to the market that it names. One that names none has a route: it is the whole chain's, or it names
//! something else that is known by then, as a site. So what a shard has depends on its markets and on the chain, and
//! never on how blocks came in.

use super::{
    events::DECLARED_EVENTS,
    rows::{BlockRows, TableRows},
};
use crate::markets::Markets;
use sqlx::PgConnection;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashSet},
};

/// Where rows belong that name no market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// To all markets: every shard has them.
    Everyone,
    /// Where the thing that they name is known.
    Known(Known),
}

/// A thing that has no market in itself. A shard knows it from the event on that gives its first row of `table` with
/// the thing's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The table whose rows make it known.
    pub table: &'static str,
    /// The column that names it, there and in the table that asks.
    pub column: &'static str,
    is_number: bool,
}

const SITE: Known = Known { table: "sites", column: "site", is_number: true };
/// A gateway may read sites of several markets: it is known in each from its first link there.
const GATEWAY: Known = Known { table: "gateway_links", column: "gateway", is_number: false };
/// Only rewards are carried.
const EARNER: Known = Known { table: "rewards", column: "owner", is_number: false };

/// The route of each table of events whose rows need not name a market. One that makes something known stands before
/// those that ask for it. A test goes through all declared events.
const ROUTES: [(&str, Route); 10] = [
    ("gateway_links", Route::Known(SITE)),
    ("device_removals", Route::Known(SITE)),
    // Only those that name no market.
    ("registry_notices", Route::Known(SITE)),
    ("gateway_keys", Route::Known(GATEWAY)),
    ("readings_refused", Route::Known(GATEWAY)),
    ("equivocations", Route::Known(GATEWAY)),
    ("rewards_carried", Route::Known(EARNER)),
    // A purse pays in all markets.
    ("purse_changes", Route::Everyone),
    ("slots_closed", Route::Everyone),
    ("eras_paid", Route::Everyone),
];

/// The route of a table's rows that name no market; `None` if all name one.
pub fn route(table: &str) -> Option<Route> {
    ROUTES.iter().find(|(known, _)| *known == table).map(|(_, route)| *route)
}

/// Every table of events with its columns, in the table's order.
pub fn event_tables() -> BTreeMap<&'static str, Vec<&'static str>> {
    let declared = DECLARED_EVENTS.iter().flat_map(|(_, declared)| declared.iter());
    let columns = |declared: &super::Declaration| {
        ["block_number", "event_index"].into_iter().chain(declared.columns.iter().map(|(name, _)| *name)).collect()
    };
    declared.map(|declared| (declared.table, columns(declared))).collect()
}

/// Takes out of a block what names another market.
pub(super) fn leave_out_others(block: &mut BlockRows, markets: &Markets) {
    if markets.are_all() {
        return;
    }
    for rows in block.tables.values_mut() {
        let Some(place) = rows.place("market") else { continue };
        // One that says nothing is judged by its route.
        rows.retain(|line| field(line, place).parse().map_or(true, |market| markets.contain(market)));
    }
    block.tables.retain(|_, rows| rows.rows > 0);
}

/// These successive blocks without what their routes lead elsewhere. The database has all rows of the blocks before;
/// `twin` as where they will be written.
pub(super) async fn without_strangers<'b>(
    connection: &mut PgConnection,
    blocks: &'b [BlockRows],
    twin: Option<&str>,
    markets: &Markets,
) -> Result<Cow<'b, [BlockRows]>, sqlx::Error> {
    let Some(first) = blocks.first().filter(|_| !markets.are_all()) else { return Ok(Cow::Borrowed(blocks)) };
    let first = first.head.id.number;
    let mut blocks = Cow::Borrowed(blocks);
    for (table, route) in ROUTES {
        let Route::Known(thing) = route else { continue };
        let asked = thing.asked(table, &blocks);
        if asked.is_empty() {
            continue;
        }
        let before = thing.before(connection, first, twin, asked).await?;
        let within = thing.within(&blocks);
        for rows in blocks.to_mut().iter_mut().filter_map(|block| block.tables.get_mut(table)) {
            let (Some(place), market) = (rows.place(thing.column), rows.place("market")) else { continue };
            rows.retain(|line| {
                let name = name(field(line, place));
                has_market(line, market)
                    || before.contains(name)
                    || within.get(name).is_some_and(|known| *known <= event(line))
            });
        }
    }
    Ok(blocks)
}

impl Known {
    /// What rows of `table` ask for.
    fn asked(&self, table: &str, blocks: &[BlockRows]) -> BTreeSet<String> {
        let rows = blocks.iter().filter_map(|block| block.tables.get(table));
        let names = rows.filter_map(|rows| Some((rows, rows.place(self.column)?, rows.place("market"))));
        names
            .flat_map(|(rows, place, market)| {
                let lines = rows.text.lines().filter(move |line| !has_market(line, market));
                lines.map(move |line| name(field(line, place)).to_owned())
            })
            .collect()
    }

    /// Which of these the database knows from blocks before this one.
    async fn before(
        &self,
        connection: &mut PgConnection,
        block: u32,
        twin: Option<&str>,
        asked: BTreeSet<String>,
    ) -> Result<HashSet<String>, sqlx::Error> {
        let Self { table, column, is_number } = self;
        let (given, of_type) = match is_number {
            true => (format!("{column}::text"), "bigint"),
            false => (format!("'x' || encode({column}, 'hex')"), "bytea"),
        };
        // Rows of a tail that is about to be replaced have its blocks' numbers, or higher ones.
        let table = twin.map_or_else(|| (*table).to_owned(), |_| format!("seen_{table}"));
        let statement = format!(
            "SELECT DISTINCT {given} FROM {table} WHERE {column} = ANY($1::text[]::{of_type}[]) AND block_number < $2"
        );
        let asked: Vec<String> =
            asked.into_iter().map(|name| if *is_number { name } else { format!("\\{name}") }).collect();
        let known: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(asked)
            .bind(i64::from(block))
            .fetch_all(connection)
            .await?;
        Ok(known.into_iter().collect())
    }

    /// What these blocks make known, and by which event first.
    fn within(&self, blocks: &[BlockRows]) -> BTreeMap<String, (u32, u32)> {
        let mut known = BTreeMap::new();
        for rows in blocks.iter().filter_map(|block| block.tables.get(self.table)) {
            let Some(place) = rows.place(self.column) else { continue };
            for line in rows.text.lines() {
                let event = event(line);
                let first = known.entry(name(field(line, place)).to_owned()).or_insert(event);
                *first = event.min(*first);
            }
        }
        known
    }

    /// The condition in SQL under which a row `alias` of another table belongs to these markets.
    fn condition(&self, alias: &str, markets: &Markets) -> String {
        let Self { table, column, .. } = self;
        let inner = format!("{alias}_{column}");
        let belongs = condition(table, &inner, markets);
        format!(
            "EXISTS (SELECT FROM {table} {inner} WHERE {inner}.{column} = {alias}.{column} \
             AND ({inner}.block_number, {inner}.event_index) <= ({alias}.block_number, {alias}.event_index) \
             AND {belongs})"
        )
    }
}

/// The same in SQL: the condition under which a row `alias` of this table of events belongs to these markets.
pub(crate) fn condition(table: &str, alias: &str, markets: &Markets) -> String {
    let Some(ranges) = markets.ranges() else { return "true".to_owned() };
    let within =
        |range: &std::ops::RangeInclusive<u32>| format!("{alias}.market BETWEEN {} AND {}", range.start(), range.end());
    let named = || format!("({})", ranges.iter().map(within).collect::<Vec<_>>().join(" OR "));
    let names_market = event_tables().get(table).is_some_and(|columns| columns.contains(&"market"));
    match route(table) {
        None => named(),
        Some(Route::Everyone) => "true".to_owned(),
        Some(Route::Known(thing)) if names_market => {
            let known = thing.condition(alias, markets);
            format!("CASE WHEN {alias}.market IS NULL THEN {known} ELSE {} END", named())
        }
        Some(Route::Known(thing)) => thing.condition(alias, markets),
    }
}

impl TableRows {
    /// Where a line has this column.
    fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| *known == column)
    }

    /// Keeps some lines.
    fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        let mut kept = String::new();
        self.rows = 0;
        for line in self.text.lines().filter(|line| keep(line)) {
            kept.push_str(line);
            kept.push('\n');
            self.rows += 1;
        }
        self.text = kept;
    }
}

fn field(line: &str, place: usize) -> &str {
    line.split('\t').nth(place).unwrap_or_default()
}

/// What names a thing, without what COPY puts before bytes.
fn name(field: &str) -> &str {
    field.trim_start_matches('\\')
}

fn has_market(line: &str, place: Option<usize>) -> bool {
    place.is_some_and(|place| field(line, place) != "\\N")
}

/// Block and place of a line's event.
fn event(line: &str) -> (u32, u32) {
    let number = |place| field(line, place).parse().unwrap_or(u32::MAX);
    (number(0), number(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indexer::{BlockHead, BlockId, Cell, ColumnValue, Declaration};

    fn is_given(declared: &Declaration, column: &str) -> bool {
        let value = declared.columns.iter().find(|(name, _)| *name == column);
        value.is_some_and(|(_, value)| !matches!(value, ColumnValue::Always(Cell::Null)))
    }

    /// What is wrong with how an event finds its market.
    fn wrong(declared: &Declaration) -> Option<&'static str> {
        match route(declared.table) {
            None if is_given(declared, "market") => None,
            None => Some("it names no market, and its table has no route in ROUTES"),
            Some(Route::Everyone) if is_given(declared, "market") => Some("it names a market, and goes to everyone"),
            Some(Route::Everyone) => None,
            Some(Route::Known(thing)) if is_given(declared, "market") || is_given(declared, thing.column) => None,
            Some(Route::Known(_)) => Some("it does not name what its table's route asks for"),
        }
    }

    #[test]
    fn every_declared_event_finds_its_market() {
        for declared in DECLARED_EVENTS.iter().flat_map(|(_, declared)| declared.iter()) {
            assert_eq!(wrong(declared), None, "{} into {}", declared.event, declared.table);
        }
    }

    #[test]
    fn an_event_that_says_nothing_of_a_market_is_found_out() {
        let lost = Declaration { event: "Lost", table: "losses", only_with: None, columns: &[], skipped: &[] };
        assert!(wrong(&lost).is_some_and(|wrong| wrong.contains("ROUTES")));
        assert!(
            wrong(&Declaration { table: "rewards_carried", ..lost }).is_some_and(|wrong| wrong.contains("asks for"))
        );
    }

    #[test]
    fn what_makes_something_known_is_judged_before_those_that_ask() {
        let tables = event_tables();
        for (place, (table, route)) in ROUTES.iter().enumerate() {
            assert!(tables.contains_key(table), "{table}: no such table");
            let Route::Known(thing) = route else { continue };
            assert!(tables[thing.table].contains(&thing.column), "{}.{}", thing.table, thing.column);
            let judged = ROUTES.iter().position(|(known, _)| *known == thing.table);
            assert!(judged.is_none_or(|judged| judged < place), "{table} is judged before {}", thing.table);
        }
    }

    fn block() -> BlockRows {
        let id = BlockId { number: 7, hash: [1; 32] };
        BlockRows::new(BlockHead { id, parent: [0; 32], at_unix_ms: 0, events: 0 })
    }

    #[test]
    fn what_names_another_market_is_left_out_and_what_names_none_waits() {
        let mut block = block();
        for (index, market) in [Some(3), None, Some(4), Some(20)].into_iter().enumerate() {
            drop(block.row("registry_notices", index as u32).text("what", "x").maybe("market", market));
        }
        drop(block.row("zones", 9).number("zone", 1).number("market", 4));
        drop(block.row("slots_closed", 10).number("first_slot", 1));
        let whole = block.clone();
        leave_out_others(&mut block, &Markets::ALL);
        assert_eq!(block, whole);
        leave_out_others(&mut block, &"3,20-40".parse().expect("markets"));
        assert_eq!(block.tables["registry_notices"].text, "7\t0\tx\t3\n7\t1\tx\t\\N\n7\t3\tx\t20\n");
        assert_eq!(block.tables["registry_notices"].rows, 3);
        assert!(!block.tables.contains_key("zones") && block.tables.contains_key("slots_closed"));
    }

    #[test]
    fn a_thing_is_known_from_the_first_event_that_names_it() {
        let mut block = block();
        drop(block.row("gateway_links", 5).bytes("gateway", &[0xab, 1]));
        drop(block.row("gateway_links", 2).bytes("gateway", &[0xab, 1]));
        let known = GATEWAY.within(&[block.clone()]);
        assert_eq!(known, BTreeMap::from([("xab01".to_owned(), (7, 2))]));
        drop(block.row("equivocations", 3).bytes("gateway", &[0xab, 1]));
        assert_eq!(GATEWAY.asked("equivocations", &[block]), BTreeSet::from(["xab01".to_owned()]));
    }

    #[test]
    fn the_condition_in_sql_follows_the_same_routes() {
        let markets = "3,20-40".parse().expect("markets");
        assert_eq!(condition("zones", "t", &Markets::ALL), "true");
        assert_eq!(condition("eras_paid", "t", &markets), "true");
        let named = "(t.market BETWEEN 3 AND 3 OR t.market BETWEEN 20 AND 40)";
        assert_eq!(condition("zones", "t", &markets), named);
        let notices = condition("registry_notices", "t", &markets);
        assert!(notices.starts_with("CASE WHEN t.market IS NULL THEN EXISTS (SELECT FROM sites t_site"), "{notices}");
        assert!(notices.ends_with(&format!("ELSE {named} END")), "{notices}");
        let keys = condition("gateway_keys", "t", &markets);
        assert!(keys.contains("FROM gateway_links t_gateway") && keys.contains("FROM sites t_gateway_site"), "{keys}");
    }
}
