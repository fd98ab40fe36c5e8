//! The two schemas: `chain`, which can be dropped and made again, and `local`, which cannot.

use super::DbError;
use sqlx::{Connection, Executor, PgConnection, migrate::Migrator, postgres::PgConnectOptions};

/// Holds what comes from the chain.
pub const CHAIN: &str = "chain";
/// Where `rebuild` makes `chain` again, before it takes the old one's place.
pub const CHAIN_REBUILT: &str = "chain_rebuilt";
/// Holds what is nowhere else: sessions, names, tariffs.
pub const LOCAL: &str = "local";

/// PostgreSQL's code for a deadlock.
const DEADLOCK: &str = "40P01";
/// Maximum number of times that the rebuilt schema tries to take its place.
const MAX_TRIES: u32 = 10;

static CHAIN_MIGRATIONS: Migrator = sqlx::migrate!("migrations/chain");
static LOCAL_MIGRATIONS: Migrator = sqlx::migrate!("migrations/local");

/// Brings both schemas to what this program needs. Safe to run again, and by several at once.
pub async fn migrate(options: &PgConnectOptions) -> Result<(), DbError> {
    migrate_schema(options, CHAIN, &CHAIN_MIGRATIONS).await?;
    migrate_schema(options, LOCAL, &LOCAL_MIGRATIONS).await
}

/// Makes an empty schema for `rebuild`, whatever an earlier one left.
pub async fn begin_rebuild(options: &PgConnectOptions) -> Result<(), DbError> {
    drop_rebuilt(options).await?;
    migrate_schema(options, CHAIN_REBUILT, &CHAIN_MIGRATIONS).await
}

/// Takes away what was being rebuilt.
pub async fn drop_rebuilt(options: &PgConnectOptions) -> Result<(), DbError> {
    let mut connection = connect(options, CHAIN_REBUILT).await?;
    connection.execute(sqlx::AssertSqlSafe(format!("DROP SCHEMA IF EXISTS {CHAIN_REBUILT} CASCADE"))).await?;
    Ok(connection.close().await?)
}

/// Puts what was rebuilt in the place of what served until now, in one moment.
pub async fn finish_rebuild(options: &PgConnectOptions) -> Result<(), DbError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match replace_by_rebuilt(options).await {
            // Whoever writes into the old one while all of its tables are being locked may be in our way, and we in
            // its.
            Err(DbError::Sql(sqlx::Error::Database(error)))
                if error.code().as_deref() == Some(DEADLOCK) && tries < MAX_TRIES => {}
            done => return done,
        }
    }
}

async fn replace_by_rebuilt(options: &PgConnectOptions) -> Result<(), DbError> {
    let mut connection = connect(options, CHAIN).await?;
    let mut transaction = connection.begin().await?;
    for statement in
        [format!("DROP SCHEMA IF EXISTS {CHAIN} CASCADE"), format!("ALTER SCHEMA {CHAIN_REBUILT} RENAME TO {CHAIN}")]
    {
        transaction.execute(sqlx::AssertSqlSafe(statement)).await?;
    }
    super::notify(&mut transaction, &super::Notice::Rebuilt).await?;
    transaction.commit().await?;
    Ok(connection.close().await?)
}

async fn migrate_schema(options: &PgConnectOptions, schema: &str, migrations: &Migrator) -> Result<(), DbError> {
    let mut connection = connect(options, schema).await?;
    create_schema(&mut connection, schema).await?;
    migrations.run(&mut connection).await?;
    Ok(connection.close().await?)
}

/// `CREATE SCHEMA IF NOT EXISTS` fails where two do it at once; then the other one's is there.
async fn create_schema(connection: &mut PgConnection, schema: &str) -> Result<(), DbError> {
    let statement = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
    match connection.execute(sqlx::AssertSqlSafe(statement)).await {
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(()),
        other => Ok(other.map(|_| ())?),
    }
}

async fn connect(options: &PgConnectOptions, schema: &str) -> Result<PgConnection, DbError> {
    // A statement's plan is not worth keeping here, and the NOTICEs of `IF EXISTS` are none of anyone's business.
    let options = options.clone().options([("search_path", schema), ("client_min_messages", "warning")]);
    Ok(PgConnection::connect_with(&options).await?)
}
