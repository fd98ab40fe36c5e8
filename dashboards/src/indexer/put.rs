//! Rows into a table, by the faster of two ways: few by one INSERT, many by COPY.
//!
//! COPY ends with a message of its own, and a TCP connection that collects small messages holds it back for some 40 ms.
//! That is nothing while catching up, and far too much for a block that somebody waits to see.

use super::rows::TableRows;
use sqlx::PgConnection;

/// Up to so many rows, one statement is faster than COPY.
const FEW_ROWS: u32 = 2_000;

/// Writes rows that give all of the table's columns, in the table's order.
pub async fn put(connection: &mut PgConnection, table: &str, rows: TableRows) -> Result<(), sqlx::Error> {
    if rows.rows == 0 {
        return Ok(());
    }
    if rows.rows > FEW_ROWS {
        return copy(connection, table, rows).await;
    }
    // A row as text is read by its table's own type, column by column, as COPY would.
    let statement = format!("INSERT INTO {table} SELECT * FROM unnest($1::text[]::{table}[])");
    let records: Vec<String> = rows.text.lines().map(record).collect();
    sqlx::query(sqlx::AssertSqlSafe(statement)).bind(records).execute(connection).await?;
    Ok(())
}

async fn copy(connection: &mut PgConnection, table: &str, rows: TableRows) -> Result<(), sqlx::Error> {
    let statement = format!("COPY {table} ({}) FROM STDIN", rows.columns.join(", "));
    let mut copy = connection.copy_in_raw(&statement).await?;
    match copy.send(rows.text.into_bytes()).await {
        Ok(_) => copy.finish().await.map(|_| ()),
        // The connection is broken then, and says why.
        Err(error) => Err(error),
    }
}

/// A line of COPY as PostgreSQL writes a row as a value: `("1","two",)`.
fn record(line: &str) -> String {
    let mut record = String::with_capacity(line.len() + line.len() / 4);
    record.push('(');
    for (place, field) in line.split('\t').enumerate() {
        if place > 0 {
            record.push(',');
        }
        if field != "\\N" {
            record.push('"');
            quoted(field, &mut record);
            record.push('"');
        }
    }
    record.push(')');
    record
}

/// What a field of COPY says, inside the quotes of a row.
fn quoted(field: &str, out: &mut String) {
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                _ => out.push_str("\\\\"),
            },
            '"' => out.push_str("\\\""),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_row_that_says_the_same() {
        assert_eq!(record("7\t\\N\t\\\\xab01\t{1,2}"), r#"("7",,"\\xab01","{1,2}")"#);
        assert_eq!(record(r"one\ttwo\nthree\\N"), "(\"one\ttwo\nthree\\\\N\")");
        assert_eq!(record("say \"no\", (please)"), r#"("say \"no\", (please)")"#);
    }

    #[test]
    fn nothing_and_an_empty_text_differ() {
        assert_eq!(record("\\N\t"), "(,\"\")");
    }
}
