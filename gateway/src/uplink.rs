//! The way to the chain: connects to one node after another, keeps the view of the chain fresh, and brings the outbox
//! to it. A reading leaves the outbox only when a finalised block shows that it was accepted.

mod batch;
mod flight;
mod node;
mod outgoing;
mod refusals;
mod session;

pub use node::{MAX_CURSORS_AT_ONCE, Node};

use crate::{
    board::{Board, Link},
    clock::Clock,
    error::GatewayError,
    health::DeviceHealth,
    joined_chain::{ChainView, JoinedChain},
    outbox::Outbox,
    recorder::Event,
    signer::Signer,
};
use deren_primitives::{Anchor, Backoff, DeviceId, Hex};
use session::Session;
use std::{
    path::PathBuf,
    sync::{Arc, RwLock},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

/// The first wait after a lost connection, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What the uplink works with.
pub struct Uplink {
    /// Nodes to try in turn; at least one.
    pub node_urls: Vec<Url>,
    /// Where the chain is pinned.
    pub data_folder: PathBuf,
    /// The gateway's key.
    pub signer: Arc<RwLock<Signer>>,
    /// The queue on disk.
    pub outbox: Arc<Outbox>,
    /// This machine's clock.
    pub clock: Arc<Clock>,
    /// Where to write what happens.
    pub board: Arc<Board>,
    /// What is known of the devices.
    pub health: watch::Receiver<Vec<DeviceHealth>>,
    /// Notified after a reading is stored.
    pub stored: Arc<Notify>,
    /// Who makes the readings, and must know when a device stands elsewhere on the chain.
    pub recorder: mpsc::Sender<Event>,
    /// The chain, for who makes the readings.
    pub chain: watch::Sender<Option<ChainView>>,
}

impl Uplink {
    /// Keeps at it until `shutdown`.
    ///
    /// # Errors
    /// Only what no other node could help with.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), GatewayError> {
        tokio::select! {
            () = shutdown.cancelled() => Ok(()),
            error = self.connect_for_ever() => Err(error),
        }
    }

    async fn connect_for_ever(&self) -> GatewayError {
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        let mut turn = self.node_urls.iter().cycle();
        loop {
            let Some(url) = turn.next() else {
                return GatewayError::PartEnded { part: "uplink", reason: "no node is configured".to_owned() };
            };
            self.board.update(|status| {
                status.chain.link = Link::Connecting;
                status.chain.node_url = url.to_string();
            });
            let error = match self.session(url, &mut backoff).await {
                Ok(never) => match never {},
                Err(error) => error,
            };
            let other = matches!(error, GatewayError::OtherChain { .. } | GatewayError::OtherParameters { .. });
            self.board.trouble("chain", &error);
            self.board.update(|status| {
                status.chain.link = if other { Link::OtherChain } else { Link::Connecting };
                status.outbox.in_flight_readings = 0;
            });
            tokio::time::sleep(backoff.next_wait(rand::random())).await;
        }
    }

    /// One connection, until it fails.
    async fn session(&self, url: &Url, backoff: &mut Backoff) -> Result<std::convert::Infallible, GatewayError> {
        let node = Node::connect(url).await?;
        let joined = check_chain(&node, &self.data_folder).await?;
        self.clock.trust_chain_alone(joined.parameters.development);
        // Whoever waits for longer than the grace is late with what it made meanwhile.
        let half_the_grace = Duration::from_millis(u64::from(joined.parameters.grace_seconds).saturating_mul(500));
        backoff.bound(half_the_grace.clamp(FIRST_WAIT, LONGEST_WAIT));
        let genesis = Hex(joined.genesis).to_string();
        tracing::info!(%url, genesis, slot_seconds = joined.parameters.slot_seconds, "connected");
        self.board.update(|status| {
            status.chain.link = Link::Connected;
            status.chain.genesis = Some(genesis);
            status.chain.slot_seconds = Some(joined.parameters.slot_seconds);
        });
        Session::new(self, node, joined).run(backoff).await
    }

    /// The devices that have said who they are.
    fn identified(&self) -> Vec<DeviceId> {
        let health = self.health.borrow();
        health.iter().filter(|device| device.is_identified).filter_map(|device| device.device).collect()
    }

    /// Tells who makes the readings what is known of the chain.
    fn show_chain(&self, joined: &JoinedChain, anchor: Anchor, lasting: Anchor) {
        let heard = Some(Instant::now());
        self.chain.send_replace(Some(ChainView { joined: joined.clone(), anchor, lasting, heard }));
    }
}

/// Pins the node's chain at first contact, and later refuses any other.
///
/// # Errors
/// [`GatewayError::OtherChain`], [`GatewayError::OtherParameters`], or what the node or the disk says.
pub async fn check_chain(node: &Node, data_folder: &std::path::Path) -> Result<JoinedChain, GatewayError> {
    let unusable = |reason: &str| GatewayError::OtherParameters { url: node.url().to_string(), reason: reason.into() };
    let genesis = node.block_hash(0).await?.ok_or_else(|| unusable("it has no block 0"))?;
    let pinned = JoinedChain::load(data_folder)?;
    if let Some(pinned) = pinned.as_ref().filter(|pinned| pinned.genesis != genesis) {
        return Err(GatewayError::OtherChain {
            url: node.url().to_string(),
            pinned: Hex(pinned.genesis).to_string(),
            found: Hex(genesis).to_string(),
        });
    }
    let found =
        JoinedChain::new(genesis, node.parameters().await?).ok_or_else(|| unusable("its slots have no length"))?;
    match pinned {
        Some(pinned) if pinned == found => Ok(pinned),
        Some(pinned) if pinned.parameters.slot_seconds != found.parameters.slot_seconds => Err(unusable(&format!(
            "{} s here and {} s there",
            pinned.parameters.slot_seconds, found.parameters.slot_seconds
        ))),
        _ => {
            found.store(data_folder)?;
            Ok(found)
        }
    }
}
