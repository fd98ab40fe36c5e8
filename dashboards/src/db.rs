//! The database: how to reach it, what is in it, and how others hear of new rows.
//!
//! Statements name tables without a schema, or with `chain.` and `local.`; both find them. Only what indexes must name
//! them without, because a rebuild writes the same statements into another schema.

mod notice;
mod schema;

pub use notice::{CHANNEL, Notice};
pub use schema::{CHAIN, CHAIN_REBUILT, LOCAL, begin_rebuild, drop_rebuilt, finish_rebuild, migrate};

use sqlx::{
    Connection as _, PgConnection, PgPool, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{str::FromStr, time::Duration};

/// A request waits this long for a connection before it is told that the database is too busy or away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// No statement of ours should take longer; a rebuild's take seconds.
const STATEMENT_TIMEOUT: &str = "60s";

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Not the form `postgres://user@host:port/database`.
    #[error("database_url is not a PostgreSQL address (postgres://user@host:port/database): {0}")]
    Url(String),
    /// The tables could not be made or changed.
    #[error("the database's tables could not be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database refused something, or is away.
    #[error("the database: {0}")]
    Sql(#[from] sqlx::Error),
}

impl DbError {
    /// True if the database cannot be reached, or is starting or stopping: it is worth another try.
    pub fn is_away(&self) -> bool {
        use sqlx::{Error, migrate::MigrateError};
        let (Self::Sql(error) | Self::Migrate(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _))) =
            self
        else {
            return false;
        };
        match error {
            Error::Io(_) => true,
            // PostgreSQL's classes 08 (no connection) and 57P (told to stop, crashed, starting).
            Error::Database(error) => {
                error.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P"))
            }
            _ => false,
        }
    }
}

/// Reads an address. Nothing is connected.
pub fn options(database_url: &str) -> Result<PgConnectOptions, DbError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| database_url.starts_with(scheme)) {
        return Err(DbError::Url("it begins otherwise".to_owned()));
    }
    let options = PgConnectOptions::from_str(database_url).map_err(|error| DbError::Url(error.to_string()))?;
    Ok(options.application_name("deren-dashboards"))
}

/// Connections that find tables of `schema` first. None is made before it is needed, so it works while the database is
/// away, and again when it is back.
pub fn pool(options: &PgConnectOptions, schema: &str, connections: u32) -> PgPool {
    impatient_pool(options, schema, connections, STATEMENT_TIMEOUT)
}

/// As [`pool`], with another limit for each statement's time (as `5s`).
pub fn impatient_pool(options: &PgConnectOptions, schema: &str, connections: u32, statement_timeout: &str) -> PgPool {
    let options = in_schema(options, schema, statement_timeout);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // Instead of the pool's own test whether a connection still works.
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_outside_transaction(connection)))
        .connect_lazy_with(options)
}

/// False if a transaction is open on a connection that nobody uses, and such a connection is closed. A request that its
/// client cuts off while its transaction begins leaves one; what the next request wrote there would be lost.
async fn is_outside_transaction(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // In a transaction of its own, a statement begins when its transaction does. This holds for a simple query only. A
    // prepared one begins when it is executed, a moment after it was bound, and the binding already began the
    // transaction.
    sqlx::raw_sql("SELECT now() = statement_timestamp()").fetch_one(connection).await?.try_get(0)
}

/// One connection that finds tables of `schema` first.
pub async fn connect(options: &PgConnectOptions, schema: &str) -> Result<PgConnection, DbError> {
    Ok(PgConnection::connect_with(&in_schema(options, schema, STATEMENT_TIMEOUT)).await?)
}

fn in_schema(options: &PgConnectOptions, schema: &str, statement_timeout: &str) -> PgConnectOptions {
    let path = format!("{schema},{LOCAL},public");
    // Compiling a statement takes seconds, and none of ours runs long enough to win them back.
    let settings = [("search_path", path.as_str()), ("statement_timeout", statement_timeout), ("jit", "off")];
    options.clone().options(settings)
}

/// Sends a notice when the transaction commits.
pub async fn notify(connection: &mut PgConnection, notice: &Notice) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(notice.payload()).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_something_else_is_refused_with_its_form() {
        for wrong in ["", "mysql://localhost/deren", "127.0.0.1:5432"] {
            let error = options(wrong).expect_err("no address");
            assert!(error.to_string().contains("postgres://user@host:port/database"), "{wrong}: {error}");
        }
    }

    #[test]
    fn an_address_may_name_a_socket() {
        assert!(options("postgres://deren@localhost/deren?host=/var/run/postgresql").is_ok());
    }
}
