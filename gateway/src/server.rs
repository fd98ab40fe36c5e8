//! Joins the actors, with bounded channels between them, in three groups: the field is read, the books are kept, and
//! the outside gets to know. All end in order: samplers and the page first, then the recorder with what it still holds,
//! and the uplink with it.

use crate::{
    board::Board,
    clock::Clock,
    codes::GatewayCode,
    devices::DeviceBook,
    error::GatewayError,
    health::DeviceHealth,
    home::SlotSettings,
    home_assistant,
    joined_chain::{ChainView, JoinedChain},
    outbox::Outbox,
    page::{Page, SetupApi},
    proof::{self, Exporter},
    recorder::{Event, Parts, Recorder},
    reload::{self, Followers, Reload},
    samplers::Samplers,
    settings::{DeviceSettings, HomeAssistantSettings, Settings},
    setup::Setup,
    signer::Signer,
    single_instance::{OnThisMachine, OnThisNetwork},
    systemd,
    uplink::Uplink,
};
use deren_meters::Library;
use deren_primitives::Anchor;
use std::sync::{Arc, RwLock};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc, watch},
};
use tokio_util::sync::CancellationToken;

/// Capacity of the recorder's queue. When it is full, samplers wait.
const EVENTS_WAITING: usize = 256;

/// Runs the gateway until `shutdown`, and lets it follow its configuration.
///
/// # Errors
/// What keeps it from starting, or the first part that failed for good.
pub async fn run(settings: Settings, reload: Reload, shutdown: CancellationToken) -> Result<(), GatewayError> {
    let books = Books::open(&settings)?;
    let book = DeviceBook::load(&settings.data_folder)?;
    let setup = Arc::new(Setup::open(&settings.data_folder, reload.asked.clone())?);
    let followers = Followers::new(&settings, setup);
    let (events, waiting) = mpsc::channel(EVENTS_WAITING);
    let outside = Outside::open(&settings, &books, &followers, events.clone()).await?;
    for complaint in &settings.complaints {
        books.board.trouble(reload::ABOUT, (GatewayCode::BadConfiguration, complaint.to_string()));
    }
    let field = Field::start(&settings, &books, &followers, events).await;
    let recorder = books.recorder(&settings, book, waiting);
    let exporter = Exporter {
        data_folder: settings.data_folder.clone(),
        devices: followers.devices.subscribe(),
        signer: books.signer.clone(),
        outbox: books.outbox.clone(),
        shutdown: shutdown.clone(),
    };
    let reload = reload.run(settings, followers, books.board.clone(), shutdown.clone());
    systemd::notify(systemd::READY);
    tokio::try_join!(
        recorder.run(shutdown.clone()),
        Box::pin(outside.run(shutdown.clone())),
        field.run(shutdown.clone()),
        Box::pin(async {
            reload.await;
            Ok(())
        }),
        proof::serve(exporter),
    )?;
    tracing::info!("ended");
    Ok(())
}

/// What is measured and signed, and all that this rests on.
struct Books {
    _alone: OnThisMachine,
    signer: Arc<RwLock<Signer>>,
    outbox: Arc<Outbox>,
    clock: Arc<Clock>,
    board: Arc<Board>,
    chain: watch::Sender<Option<ChainView>>,
    health: watch::Sender<Vec<DeviceHealth>>,
    /// Notified after a reading is stored.
    stored: Arc<Notify>,
}

impl Books {
    fn open(settings: &Settings) -> Result<Self, GatewayError> {
        let signer = Signer::open(&settings.key, &settings.data_folder)?;
        let _alone = OnThisMachine::take(signer.gateway())?;
        let outbox = Outbox::open(&settings.data_folder, settings.outbox)?;
        let joined = JoinedChain::load(&settings.data_folder)?;
        let board = Board::new(signer.gateway(), signer.public_key(), signer.key_epoch());
        let waiting = outbox.len()?;
        board.update(|status| {
            status.outbox.readings = waiting;
            status.outbox.capacity_readings = outbox.capacity();
        });
        let last_good_ms = outbox.last_good_ms()?.unwrap_or(0);
        let clock = Clock::new(settings.clock_trusted, settings.max_clock_error, last_good_ms);
        clock.trust_chain_alone(joined.as_ref().is_some_and(|joined| joined.parameters.development));
        // Until a node is reached, readings are anchored where the last ones were.
        let last_anchor = outbox.last_anchor()?;
        let known = joined.map(|joined| {
            let anchor = last_anchor.unwrap_or(Anchor { block_number: 0, block_hash: joined.genesis });
            ChainView { joined, anchor, lasting: anchor, heard: None }
        });
        Ok(Self {
            _alone,
            signer: Arc::new(RwLock::new(signer)),
            outbox: Arc::new(outbox),
            clock: Arc::new(clock),
            board: Arc::new(board),
            chain: watch::Sender::new(known),
            health: watch::Sender::default(),
            stored: Arc::default(),
        })
    }

    /// Who keeps them. Devices that are seated already are in `events`.
    fn recorder(&self, settings: &Settings, book: DeviceBook, events: mpsc::Receiver<Event>) -> Recorder {
        Recorder::new(Parts {
            slots: SlotSettings { confirmations: settings.reset_confirmations, boundary_wait: settings.boundary_wait },
            checkpoint_interval: settings.checkpoint_interval,
            book,
            signer: self.signer.clone(),
            outbox: self.outbox.clone(),
            clock: self.clock.clone(),
            board: self.board.clone(),
            events,
            chain: self.chain.subscribe(),
            health: self.health.clone(),
            stored: self.stored.clone(),
        })
    }
}

/// What is read.
struct Field {
    samplers: Samplers,
    devices: watch::Receiver<Vec<DeviceSettings>>,
    templates: watch::Receiver<Arc<Library>>,
    slot_ms: watch::Sender<Option<u64>>,
    chain: watch::Receiver<Option<ChainView>>,
}

impl Field {
    async fn start(settings: &Settings, books: &Books, followers: &Followers, events: mpsc::Sender<Event>) -> Self {
        let slot_ms = watch::Sender::default();
        let templates = settings.templates.clone();
        Self {
            samplers: Samplers::start(&settings.devices, templates, events, slot_ms.subscribe()).await,
            devices: followers.devices.subscribe(),
            templates: followers.templates.subscribe(),
            slot_ms,
            chain: books.chain.subscribe(),
        }
    }

    async fn run(self, shutdown: CancellationToken) -> Result<(), GatewayError> {
        let slot_lengths = pass_on_slot_length(self.chain, self.slot_ms, shutdown.clone());
        let sampled = self.samplers.run(self.devices, self.templates, shutdown);
        tokio::join!(slot_lengths, sampled).1
    }
}

/// Tells the samplers how long a slot is, once that is known.
async fn pass_on_slot_length(
    mut chain: watch::Receiver<Option<ChainView>>,
    slot_ms: watch::Sender<Option<u64>>,
    shutdown: CancellationToken,
) {
    loop {
        let known = chain.borrow_and_update().as_ref().map(|view| view.joined.clock().slot_ms());
        slot_ms.send_if_modified(|slot_ms| std::mem::replace(slot_ms, known) != known);
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = chain.changed() => if changed.is_err() { return },
        }
    }
}

/// Who gets to know: the chain, people, Home Assistant, and other gateways with this one's key.
struct Outside {
    uplink: Uplink,
    page: Page,
    listener: TcpListener,
    network: Option<OnThisNetwork>,
    board: Arc<Board>,
    home_assistant: watch::Receiver<Option<HomeAssistantSettings>>,
}

impl Outside {
    async fn open(
        settings: &Settings,
        books: &Books,
        followers: &Followers,
        events: mpsc::Sender<Event>,
    ) -> Result<Self, GatewayError> {
        let (signer, board) = (books.signer.clone(), books.board.clone());
        let setup_api = Arc::new(SetupApi {
            setup: followers.setup.clone(),
            signer: signer.clone(),
            chain: books.chain.subscribe(),
            health: books.health.subscribe(),
            settings: followers.setup_settings.subscribe(),
        });
        let page = Page { listen: settings.page_listen, board: board.clone(), setup_api };
        let listener = page.bind().await?;
        tracing::info!(gateway = %board.status().gateway, page = %settings.page_listen, "started");
        let announce = |to| OnThisNetwork::new(to, signer.clone(), board.clone());
        let network = settings.announce_to.map(announce).transpose()?;
        let uplink = Uplink {
            node_urls: settings.node_urls.clone(),
            data_folder: settings.data_folder.clone(),
            signer,
            outbox: books.outbox.clone(),
            clock: books.clock.clone(),
            board: board.clone(),
            health: books.health.subscribe(),
            stored: books.stored.clone(),
            recorder: events,
            chain: books.chain.clone(),
        };
        let home_assistant = followers.home_assistant.subscribe();
        Ok(Self { uplink, page, listener, network, board, home_assistant })
    }

    async fn run(self, shutdown: CancellationToken) -> Result<(), GatewayError> {
        let network = async {
            match self.network {
                Some(network) => network.run(shutdown.clone()).await,
                None => Ok(()),
            }
        };
        let home_assistant = home_assistant::follow(self.home_assistant, self.board, shutdown.clone());
        tokio::try_join!(
            self.uplink.run(shutdown.clone()),
            self.page.run(self.listener, shutdown.clone()),
            network,
            async {
                home_assistant.await;
                Ok(())
            },
        )?;
        Ok(())
    }
}
