//! What was set at genesis, as the indexer wrote it down.

use crate::markets::Markets;
use sqlx::{FromRow, Row, postgres::PgRow};
use std::num::NonZeroU32;

/// What was set at genesis; see the table `chain.parameters`.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// Which chain it is.
    pub genesis_hash: [u8; 32],
    /// Its name, for people.
    pub chain_name: String,
    /// A slot's length in real time.
    pub slot_seconds: NonZeroU32,
    /// The metered time that a slot stands for.
    pub slot_energy_seconds: u32,
    /// Slots of a reward era.
    pub slots_per_era: NonZeroU32,
    /// True where well-known keys are allowed.
    pub development: bool,
    /// The prefix of its addresses.
    pub ss58_prefix: u16,
    /// The asset that stands for euros.
    pub eur_asset_id: u32,
    /// The markets whose rows are here.
    pub markets: Markets,
}

impl FromRow<'_, PgRow> for Parameters {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            genesis_hash: bytes32(row, "genesis_hash")?,
            chain_name: row.try_get("chain_name")?,
            slot_seconds: not_zero(row, "slot_seconds")?,
            slot_energy_seconds: number(row, "slot_energy_seconds")?,
            slots_per_era: not_zero(row, "slots_per_era")?,
            development: row.try_get("development")?,
            ss58_prefix: number(row, "ss58_prefix")?,
            eur_asset_id: number(row, "eur_asset_id")?,
            markets: markets(row)?,
        })
    }
}

/// A column with 32 bytes.
fn bytes32(row: &PgRow, column: &str) -> sqlx::Result<[u8; 32]> {
    let bytes: Vec<u8> = row.try_get(column)?;
    bytes.try_into().map_err(|_| wrong(column, "not 32 bytes"))
}

/// A BIGINT column whose values are of a smaller type.
fn number<T: TryFrom<i64>>(row: &PgRow, column: &str) -> sqlx::Result<T> {
    let number: i64 = row.try_get(column)?;
    T::try_from(number).map_err(|_| wrong(column, "out of range"))
}

fn markets(row: &PgRow) -> sqlx::Result<Markets> {
    let text: Option<String> = row.try_get("markets")?;
    Markets::of_text(text.as_deref()).map_err(|_| wrong("markets", "no list of markets"))
}

fn not_zero(row: &PgRow, column: &str) -> sqlx::Result<NonZeroU32> {
    NonZeroU32::new(number(row, column)?).ok_or_else(|| wrong(column, "zero"))
}

fn wrong(column: &str, what: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: what.into() }
}
