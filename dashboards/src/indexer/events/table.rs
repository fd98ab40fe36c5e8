//! How an event is declared, and what its fields become: a row of COPY.
//!
//! A declaration says only where a column's value is found. Migrations say what the tables look like, and the runtime
//! says what events there are. Tests compare the three.

use super::decoded::{Decoded, variant};
use crate::indexer::rows::{BlockRows, Row};
use std::borrow::Cow;
use subxt::ext::{scale_decode::Error, scale_value::Value};

/// One row that an event gives. An event that gives several rows has several declarations.
#[derive(Debug)]
pub struct Declaration {
    /// The event's name in the metadata.
    pub event: &'static str,
    /// The table, in the schema `chain`.
    pub table: &'static str,
    /// An optional field, without which there is no row.
    pub only_with: Option<&'static str>,
    /// The table's columns after `block_number` and `event_index`, in the table's order, and what each gets.
    pub columns: &'static [(&'static str, ColumnValue)],
    /// Fields that are in no column, by their paths.
    pub skipped: &'static [&'static str],
}

/// What a column gets.
#[derive(Debug)]
pub enum ColumnValue {
    /// The field at this path, and what it holds. A path has the names of fields within fields, with dots between them.
    Field(&'static str, Kind),
    /// The same in every row.
    Always(Cell<'static>),
}

/// What a field holds, and what its column says of it.
#[derive(Debug)]
pub enum Kind {
    /// A number without a sign, of this many bits.
    Unsigned(u32),
    /// A number with a sign, of this many bits.
    Signed(u32),
    /// An account, a key, a device, a gateway or a hash.
    Bytes32,
    /// An enum of these variants, in small letters, and of no others.
    Word(&'static [&'static str]),
    /// An enum of any variants, and the text that a function makes of one.
    Variant(fn(&Value<u32>) -> String),
    /// An option of this kind; one that holds nothing is NULL.
    Optional(&'static Kind),
    /// A field of this kind that earlier runtimes did not have: NULL in the rows of their blocks.
    Added(&'static Kind),
    /// A list of structs, of which the column lists the field with this name, a `u32`.
    Each(&'static str),
    /// A number, and what a function makes of it and of a slot's length in seconds.
    Computed(&'static Kind, fn(u64, u32) -> Cell<'static>),
}

/// What stands in one column of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'v> {
    /// A number.
    Unsigned(u128),
    /// A number with a sign.
    Signed(i128),
    /// Bytes.
    Bytes(&'v [u8]),
    /// Text.
    Text(Cow<'v, str>),
    /// Yes or no.
    Flag(bool),
    /// Numbers.
    Numbers(Vec<u32>),
    /// Seconds since 1970.
    Moment(u64),
    /// Nothing.
    Null,
}

/// Declares events: `Event => table { column: kind = path.of.field, column = "constant" } skip field;`.
///
/// A column with its field's name needs no path. `if field` before the columns leaves out the row without that optional
/// field. `Added<kind>` stands for a field that earlier runtimes did not have.
macro_rules! events {
    ($($event:ident => $table:ident $(if $given:ident)? {
        $($column:ident $(: $kind:ident $(<$of:ident>)?)? $(= $value:tt $(. $inner:ident)*)?),* $(,)?
    } $(skip $($skipped:ident $(. $part:ident)*),+)?;)*) => {
        &[$(Declaration {
            event: stringify!($event),
            table: stringify!($table),
            only_with: events!(@given $($given)?),
            columns: &[$(
                (stringify!($column), events!(@value $column $(: $kind $(<$of>)?)? $(= $value $(. $inner)*)?))
            ),*],
            skipped: &[$($(concat!(stringify!($skipped) $(, ".", stringify!($part))*)),+)?],
        }),*]
    };
    (@given) => { None };
    (@given $field:ident) => { Some(stringify!($field)) };
    (@value $column:ident = null) => { ColumnValue::Always(Cell::Null) };
    (@value $column:ident = true) => { ColumnValue::Always(Cell::Flag(true)) };
    (@value $column:ident = false) => { ColumnValue::Always(Cell::Flag(false)) };
    (@value $column:ident = $text:literal) => { ColumnValue::Always(Cell::Text(std::borrow::Cow::Borrowed($text))) };
    (@value $column:ident: $kind:ident $(<$of:ident>)?) => {
        ColumnValue::Field(stringify!($column), events!(@kind $kind $(<$of>)?))
    };
    (@value $column:ident: $kind:ident $(<$of:ident>)? = $field:ident $(. $inner:ident)*) => {
        ColumnValue::Field(concat!(stringify!($field) $(, ".", stringify!($inner))*), events!(@kind $kind $(<$of>)?))
    };
    (@kind Option<$kind:ident>) => { Kind::Optional(&$kind) };
    (@kind Added<$kind:ident>) => { Kind::Added(&$kind) };
    (@kind $kind:ident) => { $kind };
}
pub(super) use events;

impl Declaration {
    /// Adds the event's row, if it gives one. A row that cannot be read is not begun.
    pub(super) fn add_row(
        &self,
        event: &Decoded<'_, '_>,
        (event_index, slot_seconds): (u32, u32),
        rows: &mut BlockRows,
    ) -> Result<(), Error> {
        let given = self.only_with.map(|field| find(event, field)).transpose()?;
        if let Some(Decoded::Nothing) = given {
            return Ok(());
        }
        let cells = self.columns.iter().map(|(column, value)| Ok((*column, value.cell(event, slot_seconds)?)));
        let cells = cells.collect::<Result<Vec<_>, Error>>()?;
        drop(cells.iter().fold(rows.row(self.table, event_index), |row, (column, cell)| cell.put(row, column)));
        Ok(())
    }
}

impl ColumnValue {
    fn cell<'v>(&self, event: &'v Decoded<'_, '_>, slot_seconds: u32) -> Result<Cell<'v>, Error> {
        match self {
            Self::Field(path, Kind::Added(_)) if event.at(path).is_none() => Ok(Cell::Null),
            Self::Field(path, kind) => kind.cell(find(event, path)?, slot_seconds).ok_or_else(|| {
                Error::custom_string(format!("this is no {kind:?}, which the column takes")).at_field(*path)
            }),
            Self::Always(cell) => Ok(cell.clone()),
        }
    }
}

fn find<'v, 's, 't>(event: &'v Decoded<'s, 't>, path: &'static str) -> Result<&'v Decoded<'s, 't>, Error> {
    event.at(path).ok_or_else(|| Error::custom_str("there is no such field").at_field(path))
}

impl Kind {
    /// What the value becomes; `None` if it is of another kind.
    fn cell<'v>(&self, value: &'v Decoded<'_, '_>, slot_seconds: u32) -> Option<Cell<'v>> {
        match (self, value) {
            (Self::Optional(_), Decoded::Nothing) => Some(Cell::Null),
            (Self::Optional(kind) | Self::Added(kind), value) => kind.cell(value, slot_seconds),
            (Self::Unsigned(bits), Decoded::Unsigned(number)) => {
                (number.checked_shr(*bits).unwrap_or_default() == 0).then_some(Cell::Unsigned(*number))
            }
            (Self::Signed(bits), Decoded::Signed(number)) => {
                // All bits above those of the number are its sign.
                matches!(number.checked_shr(bits.saturating_sub(1)), Some(0 | -1)).then_some(Cell::Signed(*number))
            }
            (Self::Bytes32, Decoded::Bytes(bytes)) => (bytes.len() == 32).then_some(Cell::Bytes(bytes)),
            (Self::Word(_), Decoded::Variant(value)) => self.word(&variant(value)).map(|word| Cell::Text(word.into())),
            (Self::Variant(text), Decoded::Variant(value)) => Some(Cell::Text(text(value).into())),
            (Self::Each(field), Decoded::List(items)) => {
                let number = |item: &Decoded<'_, '_>| match item.at(field) {
                    Some(Decoded::Unsigned(number)) => u32::try_from(*number).ok(),
                    _ => None,
                };
                items.iter().map(number).collect::<Option<_>>().map(Cell::Numbers)
            }
            (Self::Computed(kind, function), value) => match kind.cell(value, slot_seconds)? {
                Cell::Unsigned(number) => Some(function(u64::try_from(number).ok()?, slot_seconds)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The word for a variant; `None` if there is none.
    pub(super) fn word(&self, variant: &str) -> Option<&'static str> {
        let Self::Word(words) = self else { return None };
        words.iter().find(|word| word.eq_ignore_ascii_case(variant)).copied()
    }
}

impl Cell<'_> {
    /// The row with this cell.
    fn put<'r>(&self, row: Row<'r>, column: &'static str) -> Row<'r> {
        match self {
            Self::Unsigned(number) => row.number(column, number),
            Self::Signed(number) => row.number(column, number),
            Self::Bytes(bytes) => row.bytes(column, bytes),
            Self::Text(text) => row.text(column, text),
            Self::Flag(flag) => row.flag(column, *flag),
            Self::Numbers(numbers) => row.numbers(column, numbers.iter().copied()),
            Self::Moment(unix_s) => row.moment(column, *unix_s),
            Self::Null => row.null(column),
        }
    }
}

#[cfg(test)]
mod tests;
