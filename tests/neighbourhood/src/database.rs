//! The dashboards' database: a private PostgreSQL cluster that is gone when everything has ended.

use crate::{NeighbourhoodError, Result, binaries::system, script::said_by};
use deren_testing::postgres::{Cluster, ClusterOptions};
use std::{collections::BTreeMap, process::Command, time::Duration};

const NAME: &str = "deren";
/// More than any of our questions takes.
const QUERY_DEADLINE: Duration = Duration::from_secs(60);
/// What a chain writes: tables, not the views on them.
const TABLES_OF_CHAIN: &str =
    "select table_name from information_schema.tables where table_schema = 'chain' and table_type = 'BASE TABLE'";

/// A database that can be killed and started again.
#[derive(Debug)]
pub struct Database {
    cluster: Cluster,
    url: String,
}

impl Database {
    /// Makes and starts it; that takes a few seconds, in which nothing else here waits.
    pub async fn start() -> Result<Self> {
        let started = tokio::task::spawn_blocking(|| {
            let cluster = Cluster::start(&ClusterOptions::default())?;
            let url = cluster.create_database(NAME)?.url;
            Ok(Self { cluster, url })
        });
        started.await.map_err(|error| NeighbourhoodError::Configuration(format!("PostgreSQL: {error}")))?
    }

    /// Its address, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Kills it with -9 and starts it again on what it had on disk.
    pub fn crash(&mut self) -> Result<()> {
        self.cluster.kill();
        Ok(self.cluster.restart()?)
    }

    /// Every row that comes from the chain, as sorted text, by table.
    pub async fn rows_of_chain(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut rows = BTreeMap::new();
        for table in self.ask(TABLES_OF_CHAIN).await? {
            let each = self.ask(&format!("select t::text from chain.{table} t order by 1")).await?;
            rows.insert(table, each);
        }
        Ok(rows)
    }

    /// The lines of an answer.
    async fn ask(&self, sql: &str) -> Result<Vec<String>> {
        let mut psql = Command::new(system("psql")?);
        psql.args(["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--command", sql]).arg(&self.url);
        let said = said_by(psql, &format!("psql: {sql}"), "", QUERY_DEADLINE).await?;
        Ok(said.lines().map(str::to_owned).collect())
    }
}
