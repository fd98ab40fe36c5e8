//! A gateway's recorder and uplink in this process, with samples that the test makes.

use deren_gateway::{
    board::{Board, Status},
    clock::{Clock, Machine, unix_ms},
    devices::DeviceBook,
    health::DeviceHealth,
    home::{Place, SlotSettings},
    joined_chain::{ChainView, JoinedChain},
    keys::KeyUri,
    outbox::{Bounds, Outbox},
    recorder::{Event, Parts, Recorder},
    settings::DeviceSettings,
    signer::Signer,
    uplink::Uplink,
};
use deren_meters::{Identity, Sample};
use deren_primitives::{Anchor, DeviceId, DeviceRole};
use std::{
    path::Path,
    sync::{Arc, RwLock},
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// A running gateway without drivers.
pub struct Gateway {
    pub signer: Arc<RwLock<Signer>>,
    pub board: Arc<Board>,
    pub outbox: Arc<Outbox>,
    pub health: watch::Receiver<Vec<DeviceHealth>>,
    events: mpsc::Sender<Event>,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

pub fn identity(index: usize) -> Identity {
    Identity { vendor: "V".into(), model: "M".into(), serial: index.to_string(), has_serial: true, sub_unit: 0 }
}

/// What was known of the chain when the gateway ended.
fn known(folder: &Path) -> Option<ChainView> {
    let joined = JoinedChain::load(folder).expect("readable")?;
    let anchor = Anchor { block_number: 0, block_hash: joined.genesis };
    Some(ChainView { joined, anchor, lasting: anchor, heard: None })
}

fn place(index: usize) -> Place {
    Place(index as u64)
}

pub fn settings(index: usize) -> DeviceSettings {
    DeviceSettings {
        name: format!("device-{index}"),
        uri: format!("sunspec+tcp://127.0.0.1:{}?unit=1", 1000 + index).parse().expect("a URI"),
        role: DeviceRole::Grid,
        rated_power_w: None,
        sample_interval: Duration::from_secs(1),
    }
}

/// A machine whose kernel does not vouch for its clock.
struct Unsteered;

impl Machine for Unsteered {
    fn wall_ms(&self) -> u64 {
        unix_ms()
    }

    fn boot_ms(&self) -> u64 {
        unix_ms()
    }

    fn kernel_error_ms(&self) -> Option<u32> {
        None
    }
}

impl Gateway {
    /// Starts one with its data in `folder`, devices without power limits, and these nodes.
    pub fn start(folder: &Path, devices: usize, node_urls: &[String]) -> Self {
        Self::start_with(folder, devices, node_urls, 8)
    }

    /// As [`Gateway::start`], on a machine for whose clock nobody vouches.
    pub fn start_without_clock(folder: &Path, devices: usize, node_urls: &[String]) -> Self {
        let clock = Clock::with_machine(false, Duration::from_secs(10), 0, Box::new(Unsteered));
        Self::start_by(clock, folder, devices, node_urls, 8, None)
    }

    /// As [`Gateway::start`], with an outbox of this size.
    pub fn start_with(folder: &Path, devices: usize, node_urls: &[String], outbox_max_mb: u32) -> Self {
        Self::start_by(Clock::new(true, Duration::from_secs(10), 0), folder, devices, node_urls, outbox_max_mb, None)
    }

    /// As [`Gateway::start`], for samples of the past: only a sample after its end seals a slot, and no clock.
    pub fn start_patient(folder: &Path, devices: usize, node_urls: &[String]) -> Self {
        let wait = Duration::from_secs(365 * 86_400);
        Self::start_by(Clock::new(true, Duration::from_secs(10), 0), folder, devices, node_urls, 8, Some(wait))
    }

    fn start_by(
        clock: Clock,
        folder: &Path,
        devices: usize,
        node_urls: &[String],
        outbox_max_mb: u32,
        boundary_wait: Option<Duration>,
    ) -> Self {
        let key = KeyUri::parse("file:gateway.key", folder).expect("a name");
        let signer = Signer::open(&key, folder).expect("a key");
        let outbox =
            Arc::new(Outbox::open(folder, Bounds { max_mb: outbox_max_mb, ..Bounds::default() }).expect("an outbox"));
        let board = Arc::new(Board::new(signer.gateway(), signer.public_key(), signer.key_epoch()));
        let clock = Arc::new(clock);
        let book = DeviceBook::load(folder).expect("a book");
        let signer = Arc::new(RwLock::new(signer));
        let (events, heard) = mpsc::channel(64);
        let (chain, chain_seen) = watch::channel(known(folder));
        for position in 0..devices {
            let seated = Event::Seated { place: place(position), position, settings: settings(position) };
            events.try_send(seated).expect("room");
        }
        let (health, health_seen) = watch::channel(Vec::new());
        let stored = Arc::new(Notify::new());
        let recorder = Recorder::new(Parts {
            slots: SlotSettings { confirmations: 3, boundary_wait },
            checkpoint_interval: Duration::from_millis(300),
            book,
            signer: signer.clone(),
            outbox: outbox.clone(),
            clock: clock.clone(),
            board: board.clone(),
            events: heard,
            chain: chain_seen,
            health,
            stored: stored.clone(),
        });
        let uplink = Uplink {
            node_urls: node_urls.iter().map(|url| url.parse().expect("a URL")).collect(),
            data_folder: folder.to_owned(),
            signer: signer.clone(),
            outbox: outbox.clone(),
            clock,
            board: board.clone(),
            health: health_seen.clone(),
            stored,
            recorder: events.clone(),
            chain,
        };
        let shutdown = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (one, two) = (shutdown.clone(), shutdown.clone());
        tasks.spawn(async move { recorder.run(one).await.expect("records") });
        tasks.spawn(async move { uplink.run(two).await.expect("uplinks") });
        Self { signer, board, outbox, health: health_seen, events, shutdown, tasks }
    }

    pub fn device(&self, index: usize) -> DeviceId {
        self.signer.read().expect("not poisoned").device_id(&identity(index))
    }

    pub fn devices(&self, count: usize) -> Vec<DeviceId> {
        (0..count).map(|index| self.device(index)).collect()
    }

    pub async fn identify(&self, index: usize) {
        self.identify_as(index, identity(index)).await;
    }

    pub async fn identify_as(&self, index: usize, identity: Identity) {
        let event = Event::Identified { place: place(index), identity, ask_again: Arc::default() };
        self.events.send(event).await.expect("heard");
    }

    /// A sample of now: 1 mWh for each millisecond since 1970.
    pub async fn sample(&self, index: usize) {
        self.sample_at(index, unix_ms(), unix_ms()).await;
    }

    pub async fn sample_at(&self, index: usize, at_unix_ms: u64, import_mwh: u64) {
        let sample = Sample { at_unix_ms, import_mwh: Some(import_mwh), power_w: Some(1), ..Sample::default() };
        self.show(index, sample).await;
    }

    pub async fn show(&self, index: usize, sample: Sample) {
        self.events.send(Event::Sample { place: place(index), sample }).await.expect("heard");
    }

    /// Waits until the status is as wanted.
    pub async fn until(&self, what: &str, condition: impl Fn(&Status) -> bool) {
        for _ in 0..800 {
            if condition(&self.board.status()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("in vain: {what}: {:#?}", self.board.status());
    }

    /// Ends it in order.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("no panic");
        }
        // A thread may still be busy with the outbox, which can be opened again only when nobody has it.
        for _ in 0..800 {
            if Arc::strong_count(&self.outbox) == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("in vain: nobody has the outbox any more");
    }
}
