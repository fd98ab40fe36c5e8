//! One street: two feeders, three sites, one settled slot, one that is cleared in an unfinalised block, one that is
//! only measured. Every number is chosen so that answers can be worked out by hand.

use crate::helpers::run_sql;
use sqlx::PgPool;

pub const OPERATOR: [u8; 32] = [0x0e; 32];
/// Owns site 0: sun, and sells.
pub const ANNA: [u8; 32] = [0x0a; 32];
/// Owns site 1, on the other feeder: buys.
pub const BEN: [u8; 32] = [0x0b; 32];
/// Owns site 2, on Anna's feeder: buys.
pub const CLARA: [u8; 32] = [0x0c; 32];
/// Owns nothing.
pub const STRANGER: [u8; 32] = [0x55; 32];

/// The settled slot; the next is cleared, the one after measured.
pub const SLOT: i64 = 1_900_000;
/// When it begins.
pub const START: i64 = SLOT * 900;

/// `from` and `to` of all three slots.
pub fn hour() -> String {
    format!("from={START}&to={}", START + 3600)
}

pub async fn insert(db: &PgPool) {
    let mut statements = include_str!("fixture.sql").to_owned();
    for (name, account) in [("operator", OPERATOR), ("anna", ANNA), ("ben", BEN), ("clara", CLARA)] {
        statements = statements.replace(&format!(":{name}"), &format!("'\\x{}'", hex::encode(account)));
    }
    run_sql(db, &statements).await;
}
