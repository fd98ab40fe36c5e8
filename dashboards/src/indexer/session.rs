//! The indexer as it runs: sessions with a node and a database, one after another, until it is told to end.

use super::{
    follow::{FollowError, Follower},
    head::NodeHead,
    metrics::IndexerMetrics,
    node::Node,
    rows::BlockId,
    source::{Source as _, SourceError},
    sync_state::WriteError,
};
use crate::{
    books::{BooksError, reconcile},
    db::{self, DbError},
    markets::Markets,
};
use deren_primitives::Backoff;
use sqlx::postgres::PgConnectOptions;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use url::Url;

/// The first pause after an error, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A session that lasted so long was a good one: the next pause is the first again.
const GOOD_SESSION: Duration = Duration::from_secs(30);
/// Eras that are compared between two steps; the rest waits, blocks go first.
const ERAS_A_STEP: u32 = 16;
/// After a comparison that could not be made, the next is tried this much later.
const RECONCILIATION_PAUSE: Duration = Duration::from_secs(60);

/// Why the indexer ended, or a session of it.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// Following the chain.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// Connecting to the database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Comparing eras.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The settings name development accounts, whose keys everyone knows.
    #[error("the settings have [[development.accounts]], but {0} is no development chain: remove them")]
    NoDevelopmentChain(String),
    /// It was told to end before it was done.
    #[error("it was told to end before it was done")]
    Ended,
}

impl IndexerError {
    /// True if no other try can help before somebody has done something.
    fn is_final(&self) -> bool {
        use WriteError::{OtherChain, OtherMarkets};
        matches!(
            self,
            Self::Follow(FollowError::Write(OtherChain { .. } | OtherMarkets { .. })) | Self::NoDevelopmentChain(_)
        )
    }

    /// True if this node will never have what is asked for.
    fn is_pruned(&self) -> bool {
        matches!(self, Self::Follow(FollowError::Source(SourceError::Pruned { .. })))
    }

    fn is_the_databases(&self) -> bool {
        matches!(self, Self::Follow(FollowError::Write(_)) | Self::Database(_) | Self::Books(BooksError::Sql(_)))
    }
}

/// Follows a node into a schema of a database.
#[derive(Clone, Debug)]
pub struct Indexer {
    database: PgConnectOptions,
    schema: &'static str,
    node_url: Url,
    markets: Markets,
    metrics: IndexerMetrics,
    development_only: bool,
    head: NodeHead,
}

impl Indexer {
    /// Nothing is connected yet. The schema must have its tables ([`db::migrate`]).
    pub fn new(database: PgConnectOptions, schema: &'static str, node_url: Url, metrics: IndexerMetrics) -> Self {
        let markets = Markets::ALL;
        Self { database, schema, node_url, markets, metrics, development_only: false, head: NodeHead::default() }
    }

    /// Tells `head` how far the node is, and when it is lost.
    #[must_use]
    pub fn telling(self, head: NodeHead) -> Self {
        Self { head, ..self }
    }

    /// Follows these markets only.
    #[must_use]
    pub fn of_markets(self, markets: Markets) -> Self {
        Self { markets, ..self }
    }

    /// Refuses to follow a chain on which keys that everyone knows are not expected.
    #[must_use]
    pub fn on_development_chains_only(self, development_only: bool) -> Self {
        Self { development_only, ..self }
    }

    /// Follows the chain until `shutdown`. Node and database may go away and come back; an error is one that waiting
    /// cannot fix.
    pub async fn run(&self, shutdown: &CancellationToken) -> Result<(), IndexerError> {
        self.sessions(shutdown, false).await.map(|_| ())
    }

    /// Follows the chain until the tables have everything that was final when it began, and all paid eras of it are
    /// compared. It gives the last block.
    pub async fn catch_up(&self, shutdown: &CancellationToken) -> Result<BlockId, IndexerError> {
        self.sessions(shutdown, true).await?.ok_or(IndexerError::Ended)
    }

    async fn sessions(&self, shutdown: &CancellationToken, once: bool) -> Result<Option<BlockId>, IndexerError> {
        let mut pauses = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            let began = Instant::now();
            let ended = tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(None),
                ended = Box::pin(self.session(once)) => ended,
            };
            self.head.lost();
            let error = match ended {
                Ok(reached) => return Ok(reached),
                // Who only catches up serves nothing meanwhile, and is told at once.
                Err(error) if error.is_final() || (once && error.is_pruned()) => return Err(error),
                Err(error) => error,
            };
            if error.is_the_databases() { &self.metrics.database_errors } else { &self.metrics.node_errors }.inc();
            if began.elapsed() > GOOD_SESSION {
                pauses.reset();
            }
            let pause = pauses.next_whole_wait();
            tracing::warn!(%error, pause_ms = pause.as_millis() as u64, "the indexer begins again");
            tokio::select! {
                () = shutdown.cancelled() => return Ok(None),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn session(&self, once: bool) -> Result<Option<BlockId>, IndexerError> {
        let connection = db::connect(&self.database, self.schema).await?;
        let node = Node::connect(&self.node_url).await?;
        let goal = if once { Some(node.finalized().await?) } else { None };
        let chain = node.description().name.clone();
        if self.development_only && !node.description().parameters.development {
            return Err(IndexerError::NoDevelopmentChain(chain));
        }
        let (metrics, markets) = (self.metrics.clone(), self.markets.clone());
        let follower = Follower::begin_shard(node, connection, metrics, markets).await?;
        let mut follower = follower.telling(self.head.clone());
        tracing::info!(chain, node = %self.node_url, markets = %self.markets, "following the chain");
        let mut next_comparison = Instant::now();
        loop {
            follower.step().await?;
            let compared = Instant::now() < next_comparison || self.compare(&mut follower, once).await?;
            if !compared {
                next_comparison = Instant::now() + RECONCILIATION_PAUSE;
            }
            match goal {
                Some(goal) if follower.state().cursor.is_some_and(|cursor| cursor.number >= goal.number) => {
                    return Ok(follower.state().cursor);
                }
                _ => follower.changed().await?,
            }
        }
    }

    /// Compares some eras that were paid, or `all` of them; false if the node has no answer.
    async fn compare(&self, follower: &mut Follower<Node>, all: bool) -> Result<bool, IndexerError> {
        let head = follower.state().cursor;
        loop {
            let (node, connection) = follower.parts();
            let eras = reconcile::outstanding(connection, ERAS_A_STEP).await?;
            let last = eras.len() < ERAS_A_STEP as usize;
            for (era, block) in eras {
                let (node, connection) = (node.rpc(), &mut *connection);
                let metrics = &self.metrics.reconciliation;
                let result = match reconcile::reconcile(connection, node, metrics, era, block).await {
                    // The node may have forgotten that state: the newest says the same for as long as the chain keeps
                    // it.
                    Err(BooksError::Chain(error)) => match head {
                        Some(head) if head.number > block.0 => {
                            let now = (head.number, head.hash);
                            reconcile::reconcile(connection, node, metrics, era, now).await
                        }
                        _ => Err(BooksError::Chain(error)),
                    },
                    other => other,
                };
                match result {
                    Ok(_) => {}
                    Err(BooksError::Chain(error)) => {
                        tracing::warn!(era, %error, "the era cannot be compared with the chain now");
                        return Ok(false);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if last || !all {
                return Ok(true);
            }
        }
    }
}

impl From<SourceError> for IndexerError {
    fn from(error: SourceError) -> Self {
        Self::Follow(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waiting_cannot_fix_ends_the_indexer() {
        let away = IndexerError::from(SourceError::Node { what: "x".into(), reason: "refused".into() });
        assert!(!away.is_final() && !away.is_the_databases());
        let lost = IndexerError::Database(DbError::Sql(sqlx::Error::PoolClosed));
        assert!(!lost.is_final() && lost.is_the_databases());
        let development = IndexerError::NoDevelopmentChain("mainnet".into());
        assert!(development.is_final());
        assert!(development.to_string().contains("mainnet") && development.to_string().contains("remove them"));
    }

    #[tokio::test]
    async fn it_ends_at_once_when_it_is_told_while_everything_is_away() {
        let database = db::options("postgres://nobody@127.0.0.1:1/nothing").expect("an address");
        let node = "ws://127.0.0.1:1".parse().expect("an address");
        let metrics = IndexerMetrics::default();
        let indexer = Indexer::new(database, db::CHAIN, node, metrics.clone());
        let shutdown = CancellationToken::new();
        let (ended, ()) = tokio::join!(Box::pin(indexer.run(&shutdown)), async {
            while metrics.database_errors.get() == 0 {
                tokio::task::yield_now().await;
            }
            shutdown.cancel();
        });
        ended.expect("no error");
        let error = Box::pin(indexer.catch_up(&shutdown)).await.expect_err("nothing was reached");
        assert!(matches!(error, IndexerError::Ended));
    }
}
