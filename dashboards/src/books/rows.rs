//! From columns to types that cannot be wrong, and a view of the database that does not change under a reader.

use super::BooksError;
use deren_primitives::{DeviceRole, Side};
use sqlx::{PgPool, Postgres, Transaction};

/// A transaction in which all questions are answered from the same moment, and nothing is written.
pub async fn snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
}

/// A number as the type that it is. `what` names table and column.
pub(super) fn narrow<T: TryFrom<i64>>(what: &'static str, value: i64) -> Result<T, BooksError> {
    T::try_from(value).map_err(|_| BooksError::Row { what, value: value.to_string() })
}

/// A number that was selected as text, because it may be more than a BIGINT.
pub(super) fn number<T: std::str::FromStr>(what: &'static str, value: &str) -> Result<T, BooksError> {
    value.parse().map_err(|_| BooksError::Row { what, value: value.to_owned() })
}

/// 32 bytes.
pub(super) fn bytes32(what: &'static str, value: &[u8]) -> Result<[u8; 32], BooksError> {
    value.try_into().map_err(|_| BooksError::Row { what, value: hex::encode(value) })
}

/// The side of an order.
pub(super) fn side(value: &str) -> Result<Side, BooksError> {
    match value {
        "buy" => Ok(Side::Buy),
        "sell" => Ok(Side::Sell),
        _ => Err(BooksError::Row { what: "a side", value: value.to_owned() }),
    }
}

/// What a device measures.
pub(super) fn role(value: &str) -> Result<DeviceRole, BooksError> {
    value.parse().map_err(|_| BooksError::Row { what: "a role", value: value.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_cannot_be_says_where_and_what_to_do() {
        let error = narrow::<u16>("market_versions.protocol_fee_bp", -1).expect_err("negative").to_string();
        assert!(error.contains("market_versions.protocol_fee_bp = -1") && error.contains("rebuild"), "{error}");
        assert!(narrow::<u32>("x", 1 << 32).is_err() && number::<u64>("x", "18446744073709551616").is_err());
        assert!(bytes32("x", &[0; 31]).is_err() && side("both").is_err() && role("meter").is_err());
    }

    #[test]
    fn sides_and_roles_are_read_as_the_chain_names_them() {
        for each in [Side::Buy, Side::Sell] {
            let name = serde_json::to_value(each).expect("JSON");
            assert_eq!(side(name.as_str().expect("a name")).expect("known"), each);
        }
        for each in DeviceRole::ALL {
            let name = serde_json::to_value(each).expect("JSON");
            assert_eq!(role(name.as_str().expect("a name")).expect("known"), each);
        }
    }
}
