//! Rows on their way into the database, as the text of COPY.

use sqlx::PgConnection;
use std::{collections::BTreeMap, fmt::Display, fmt::Write};

/// Rows of all tables.
#[derive(Default)]
pub struct Tables(BTreeMap<&'static str, String>);

/// A row that is being written; complete when it is dropped.
pub struct Line<'a> {
    text: &'a mut String,
    is_empty: bool,
}

impl Tables {
    /// A new row of this table.
    pub fn line(&mut self, table: &'static str) -> Line<'_> {
        Line { text: self.0.entry(table).or_default(), is_empty: true }
    }

    /// A block.
    pub fn block(&mut self, number: u32, at_unix_ms: u64) {
        let parent = super::block_hash(number.wrapping_sub(1));
        let line = self.line("blocks").put(number).bytes(&super::block_hash(number));
        line.bytes(&parent).put(at_unix_ms).put(0);
    }

    /// Copies everything into the tables of the search path. Columns behind those that rows have stay NULL.
    pub async fn flush(&mut self, connection: &mut PgConnection) {
        for (table, text) in std::mem::take(&mut self.0) {
            let count = text.lines().next().map_or(0, |line| line.split('\t').count());
            let columns = first_columns(connection, table, count).await;
            let statement = format!("COPY {table} ({columns}) FROM STDIN");
            let mut copy = connection.copy_in_raw(&statement).await.expect("COPY");
            copy.send(text.as_bytes()).await.expect("rows");
            copy.finish().await.unwrap_or_else(|error| panic!("{table}: {error}"));
        }
    }
}

async fn first_columns(connection: &mut PgConnection, table: &str, count: usize) -> String {
    let named = "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM (
                     SELECT attname, attnum FROM pg_attribute
                     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum LIMIT $2
                 ) AS first";
    let count = i64::try_from(count).expect("few columns");
    sqlx::query_scalar(named).bind(table).bind(count).fetch_one(connection).await.expect("columns")
}

impl Line<'_> {
    /// A number or a word.
    pub fn put(mut self, value: impl Display) -> Self {
        self.separate();
        write!(self.text, "{value}").expect("text");
        self
    }

    /// A number or NULL.
    pub fn maybe(self, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.put(value),
            None => self.put("\\N"),
        }
    }

    /// Bytes.
    pub fn bytes(self, value: &[u8]) -> Self {
        self.put("\\\\x").raw(&hex::encode(value))
    }

    /// An array of numbers.
    pub fn array(self, values: impl Iterator<Item = u32>) -> Self {
        let values: Vec<String> = values.map(|value| value.to_string()).collect();
        self.put(format!("{{{}}}", values.join(",")))
    }

    fn raw(self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_empty) {
            self.text.push('\t');
        }
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.text.push('\n');
    }
}
