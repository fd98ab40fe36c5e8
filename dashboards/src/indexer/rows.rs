//! What one block says, as rows in the form that PostgreSQL's COPY reads. Nothing here knows the chain.

use deren_primitives::Hex;
use std::{collections::BTreeMap, fmt::Display};

/// Which block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId {
    /// Its number.
    pub number: u32,
    /// Its hash.
    pub hash: [u8; 32],
}

impl std::fmt::Display for BlockId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "block {} ({})", self.number, Hex(self.hash))
    }
}

/// A block's place in the chain and in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHead {
    /// Number and hash.
    pub id: BlockId,
    /// Its parent's hash; zero for the first block.
    pub parent: [u8; 32],
    /// Its own time, in milliseconds since 1970; 0 for the first block.
    pub at_unix_ms: u64,
    /// How many events it has, ours or not.
    pub events: u32,
}

/// A block with the rows of all its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRows {
    /// The block.
    pub head: BlockHead,
    /// The rows by table.
    pub tables: BTreeMap<&'static str, TableRows>,
}

/// Rows of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableRows {
    /// Which columns each row gives, in this order; `block_number` and `event_index` come first.
    pub columns: Vec<&'static str>,
    /// Lines in COPY's text form.
    pub text: String,
    /// How many lines.
    pub rows: u32,
}

impl BlockRows {
    /// A block that has said nothing yet.
    pub fn new(head: BlockHead) -> Self {
        Self { head, tables: BTreeMap::new() }
    }

    /// Begins a row of a table for the event with this index. All rows of a table give the same columns in one order.
    pub fn row(&mut self, table: &'static str, event_index: u32) -> Row<'_> {
        let number = self.head.id.number;
        let table = self.tables.entry(table).or_default();
        let first = table.rows == 0;
        table.rows += 1;
        let mut row = Row { table, first, column: 0 };
        row.push("block_number", number);
        row.push("event_index", event_index);
        row
    }

    /// Rows of all tables.
    pub fn count(&self) -> usize {
        self.tables.values().map(|table| table.rows as usize).sum()
    }

    /// Bytes of all rows.
    pub fn bytes(&self) -> usize {
        self.tables.values().map(|table| table.text.len()).sum()
    }
}

/// A row that is being written. It is whole when it is dropped.
#[derive(Debug)]
pub struct Row<'t> {
    table: &'t mut TableRows,
    first: bool,
    column: usize,
}

impl Row<'_> {
    /// A number.
    #[must_use]
    pub fn number(mut self, column: &'static str, value: impl Display) -> Self {
        self.push(column, value);
        self
    }

    /// A number, or nothing.
    #[must_use]
    pub fn maybe(self, column: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.number(column, value),
            None => self.null(column),
        }
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(mut self, column: &'static str, value: &[u8]) -> Self {
        self.push(column, format_args!("\\\\x{}", hex::encode(value)));
        self
    }

    /// Text of any kind.
    #[must_use]
    pub fn text(mut self, column: &'static str, value: &str) -> Self {
        self.begin(column);
        for character in value.chars() {
            match character {
                '\\' => self.table.text.push_str("\\\\"),
                '\n' => self.table.text.push_str("\\n"),
                '\r' => self.table.text.push_str("\\r"),
                '\t' => self.table.text.push_str("\\t"),
                // PostgreSQL has no text with a zero in it.
                '\0' => self.table.text.push('\u{fffd}'),
                other => self.table.text.push(other),
            }
        }
        self
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(self, column: &'static str, value: bool) -> Self {
        self.number(column, if value { 't' } else { 'f' })
    }

    /// Numbers.
    #[must_use]
    pub fn numbers(mut self, column: &'static str, values: impl Iterator<Item = u32>) -> Self {
        let list: Vec<String> = values.map(|value| value.to_string()).collect();
        self.push(column, format_args!("{{{}}}", list.join(",")));
        self
    }

    /// A moment, in seconds since 1970.
    #[must_use]
    pub fn moment(self, column: &'static str, unix_s: u64) -> Self {
        let moment = i64::try_from(unix_s).ok().and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
        match moment {
            Some(moment) => self.number(column, moment.format("%Y-%m-%d %H:%M:%S+00")),
            None => self.number(column, "infinity"),
        }
    }

    /// Nothing.
    #[must_use]
    pub fn null(mut self, column: &'static str) -> Self {
        self.push(column, "\\N");
        self
    }

    fn push(&mut self, column: &'static str, value: impl Display) {
        use std::fmt::Write as _;
        self.begin(column);
        // Writing into a String cannot fail.
        let _ = write!(self.table.text, "{value}");
    }

    fn begin(&mut self, column: &'static str) {
        if self.first {
            self.table.columns.push(column);
        }
        debug_assert_eq!(self.table.columns.get(self.column), Some(&column), "all rows of a table are alike");
        if self.column > 0 {
            self.table.text.push('\t');
        }
        self.column += 1;
    }
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        debug_assert_eq!(self.column, self.table.columns.len(), "all rows of a table are alike");
        self.table.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> BlockRows {
        let id = BlockId { number: 7, hash: [1; 32] };
        BlockRows::new(BlockHead { id, parent: [0; 32], at_unix_ms: 0, events: 0 })
    }

    #[test]
    fn a_row_is_a_line_of_copy() {
        let mut block = block();
        let row = block.row("t", 3).number("a", -5i64).maybe("b", None::<u32>).bytes("c", &[0xab, 1]).flag("d", true);
        drop(row.numbers("e", [1, 2].into_iter()).moment("f", 1_763_646_300));
        let table = &block.tables["t"];
        assert_eq!(table.columns, ["block_number", "event_index", "a", "b", "c", "d", "e", "f"]);
        assert_eq!(table.text, "7\t3\t-5\t\\N\t\\\\xab01\tt\t{1,2}\t2025-11-20 13:45:00+00\n");
        assert_eq!((block.count(), block.bytes()), (1, table_len(&block)));
    }

    fn table_len(block: &BlockRows) -> usize {
        block.tables["t"].text.len()
    }

    #[test]
    fn no_text_ends_a_line_or_a_column() {
        let mut block = block();
        drop(block.row("t", 0).text("a", "one\ttwo\nthree\\N\r\0<b>"));
        assert_eq!(block.tables["t"].text, "7\t0\tone\\ttwo\\nthree\\\\N\\r\u{fffd}<b>\n");
    }

    #[test]
    fn a_moment_beyond_all_calendars_is_the_end_of_time() {
        let mut block = block();
        drop(block.row("t", 0).moment("a", u64::MAX).moment("b", 0));
        assert_eq!(block.tables["t"].text, "7\t0\tinfinity\t1970-01-01 00:00:00+00\n");
    }

    #[test]
    fn columns_are_named_once() {
        let mut block = block();
        drop(block.row("t", 0).number("a", 1));
        drop(block.row("t", 1).number("a", 2));
        drop(block.row("u", 2).null("b"));
        assert_eq!(block.tables["t"].columns.len(), 3);
        assert_eq!(block.count(), 3);
    }
}
