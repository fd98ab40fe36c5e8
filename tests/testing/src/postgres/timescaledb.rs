//! What a cluster needs for TimescaleDB, where that is installed beside PostgreSQL.

use super::PostgresError;
use std::env;

/// Set: each cluster has TimescaleDB, and each test runs with it.
const EVERYWHERE: &str = "DEREN_TIMESCALEDB";

/// What every cluster of this process has, because who started it said so.
pub(super) fn everywhere() -> Vec<(String, String)> {
    if env::var_os(EVERYWHERE).is_some() { settings().into() } else { Vec::new() }
}

/// Lines of `postgresql.conf`.
pub(super) fn settings() -> [(String, String); 3] {
    [
        ("shared_preload_libraries", "'timescaledb'"),
        ("timescaledb.telemetry_level", "off"),
        // With none a database has no connection but a test's own, and can be copied.
        ("timescaledb.max_background_workers", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// True if a cluster did not start because TimescaleDB is not installed.
pub(super) fn is_missing(error: &PostgresError) -> bool {
    error.to_string().contains("could not access file \"timescaledb\"")
}
