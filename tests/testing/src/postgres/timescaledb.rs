//! Clusters with TimescaleDB, where it is installed beside PostgreSQL.

use super::{Cluster, ClusterOptions, PostgresError, Result};
use std::{
    env,
    io::{self, Write as _},
};

/// Set: each cluster has TimescaleDB, and each test runs with it.
const EVERYWHERE: &str = "DEREN_TIMESCALEDB";

impl Cluster {
    /// A cluster with TimescaleDB loaded; `None` where it is not installed. It says on standard error which of both it
    /// is, also for a test that passes.
    ///
    /// No job runs by itself: a test that needs one says when.
    pub fn with_timescaledb(options: &ClusterOptions) -> Result<Option<Self>> {
        let settings = options.settings.iter().cloned().chain(settings()).collect();
        let (says, cluster) = match Self::start(&ClusterOptions { durable: options.durable, settings }) {
            Ok(cluster) => ("TimescaleDB is installed here: both modes are tested", Some(cluster)),
            Err(error) if is_missing(&error) => ("TimescaleDB is not installed here: plain PostgreSQL is tested", None),
            Err(error) => return Err(error),
        };
        // A test's `eprintln!` is shown only when it fails. Where nobody can be told nothing is lost.
        let _ = writeln!(io::stderr(), "{says}");
        Ok(cluster)
    }
}

/// What every cluster of this process has, because who started it said so.
pub(super) fn everywhere() -> Vec<(String, String)> {
    if env::var_os(EVERYWHERE).is_some() { settings().into() } else { Vec::new() }
}

fn settings() -> [(String, String); 3] {
    [
        ("shared_preload_libraries", "'timescaledb'"),
        ("timescaledb.telemetry_level", "off"),
        // With none a database has no connection but a test's own, and can be copied.
        ("timescaledb.max_background_workers", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn is_missing(error: &PostgresError) -> bool {
    error.to_string().contains("could not access file \"timescaledb\"")
}
