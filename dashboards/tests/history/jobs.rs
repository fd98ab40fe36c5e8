//! TimescaleDB's jobs, which run when a test says so.

use sqlx::PgConnection;

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub enum Job {
    /// Compresses what nothing corrects any more.
    Compress,
    /// Drops what is too old.
    Retain,
    /// Sums hours ahead.
    Refresh,
}

impl Job {
    fn procedure(self) -> &'static str {
        match self {
            Self::Compress => "policy_compression",
            Self::Retain => "policy_retention",
            Self::Refresh => "policy_refresh_continuous_aggregate",
        }
    }

    /// Runs those of the schema `chain`, and gives how many they were.
    pub async fn run(self, connection: &mut PgConnection) -> usize {
        let of_chain = "SELECT job_id FROM timescaledb_information.jobs
            WHERE proc_name = $1 AND (hypertable_schema = 'chain' OR hypertable_name IN (
                SELECT materialization_hypertable_name FROM timescaledb_information.continuous_aggregates
                WHERE view_schema = 'chain'))
            ORDER BY job_id";
        let jobs: Vec<i32> =
            sqlx::query_scalar(of_chain).bind(self.procedure()).fetch_all(&mut *connection).await.expect("jobs");
        for job in &jobs {
            let call = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CALL run_job({job})")));
            call.execute(&mut *connection).await.unwrap_or_else(|error| panic!("{self:?}: {error}"));
        }
        jobs.len()
    }
}
