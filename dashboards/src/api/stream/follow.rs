//! Listens to the indexer's notices and tells the hub what they mean. It reads rows; it never writes any.

use super::changes;
use crate::{
    api::state::Api,
    db::{CHANNEL, Notice},
};
use sqlx::postgres::PgListener;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long to wait before the database is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Follows until `shutdown`. While the database is away it tries again; clients are then sent back to ask anew.
pub async fn follow(api: Api, shutdown: CancellationToken) {
    let forever = async {
        loop {
            if let Err(error) = listen(&api).await {
                tracing::warn!(%error, "the stream lost the database");
            }
            api.hub().interrupt();
            tokio::time::sleep(RETRY).await;
        }
    };
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = forever => {}
    }
    // Streams would otherwise keep the server from ending.
    api.hub().interrupt();
}

/// Ends when the connection is lost.
async fn listen(api: &Api) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(api.db()).await?;
    listener.listen(CHANNEL).await?;
    // What happened before is in the rows: the newest block stands for it.
    changes::publish_head(api).await?;
    while let Some(notification) = listener.try_recv().await? {
        match Notice::parse(notification.payload()) {
            Some(Notice::Best { number, forked_at, .. }) => {
                changes::publish(api, forked_at.unwrap_or(number), number, false).await?;
            }
            Some(Notice::Finalized { first, number, .. }) => changes::publish(api, first, number, true).await?,
            Some(Notice::Rebuilt) => api.hub().interrupt(),
            None => tracing::warn!("someone else writes into the channel {CHANNEL}"),
        }
    }
    Ok(())
}
