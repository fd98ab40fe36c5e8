//! Joins the actors, with bounded channels between them, and ends them in order: samplers and the page first, then the
//! recorder with what it still holds, and the uplink with it.

use crate::{
    board::Board,
    clock::Clock,
    codes::GatewayCode,
    devices::DeviceBook,
    error::GatewayError,
    home::SlotSettings,
    home_assistant,
    joined_chain::{ChainView, JoinedChain},
    outbox::Outbox,
    page::{Page, SetupApi, SetupSettings},
    proof::{self, Exporter},
    recorder::{Parts, Recorder},
    reload::{self, Followers, Reload},
    samplers::Samplers,
    settings::Settings,
    setup::Setup,
    signer::Signer,
    single_instance::{OnThisMachine, OnThisNetwork},
    systemd,
    uplink::Uplink,
};
use deren_primitives::Anchor;
use std::sync::{Arc, RwLock};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// As many events may wait for the recorder; a sampler then waits too.
const EVENTS_WAITING: usize = 256;

/// Runs the gateway until `shutdown`, and lets it follow its configuration.
///
/// # Errors
/// What keeps it from starting, or the first part that failed for good.
pub async fn run(settings: Settings, reload: Reload, shutdown: CancellationToken) -> Result<(), GatewayError> {
    let signer = Signer::open(&settings.key, &settings.data_folder)?;
    let _alone = OnThisMachine::take(signer.gateway())?;
    let outbox = Arc::new(Outbox::open(&settings.data_folder, settings.outbox)?);
    let book = DeviceBook::load(&settings.data_folder)?;
    let joined = JoinedChain::load(&settings.data_folder)?;
    let board = Arc::new(new_board(&signer, &outbox)?);
    let last_good_ms = outbox.last_good_ms()?.unwrap_or(0);
    let clock = Arc::new(Clock::new(settings.clock_trusted, settings.max_clock_error, last_good_ms));
    clock.trust_chain_alone(joined.as_ref().is_some_and(|joined| joined.parameters.development));
    let setup = Arc::new(Setup::open(&settings.data_folder, reload.asked.clone())?);
    let gateway = signer.gateway();
    let signer = Arc::new(RwLock::new(signer));
    let (events, heard) = mpsc::channel(EVENTS_WAITING);
    // Until a node is reached, readings are anchored where the last ones were.
    let last_anchor = outbox.last_anchor()?;
    let known = joined.map(|joined| {
        let genesis = Anchor { block_number: 0, block_hash: joined.genesis };
        let anchor = last_anchor.unwrap_or(genesis);
        ChainView { joined, anchor, lasting: anchor, heard: None }
    });
    let (chain, chain_seen) = watch::channel(known);
    let (health, health_seen) = watch::channel(Vec::new());
    let (setup_settings, setup_settings_seen) = watch::channel(SetupSettings::of(&settings));
    let page = Page {
        listen: settings.page_listen,
        board: board.clone(),
        setup_api: Arc::new(SetupApi {
            setup: setup.clone(),
            signer: signer.clone(),
            chain: chain_seen.clone(),
            health: health_seen.clone(),
            settings: setup_settings_seen,
        }),
    };
    let listener = page.bind().await?;
    tracing::info!(%gateway, page = %settings.page_listen, "started");
    let stored = Arc::new(Notify::new());

    let (slot_ms, slot_ms_seen) = watch::channel(None);
    for complaint in &settings.complaints {
        board.trouble(reload::ABOUT, (GatewayCode::BadConfiguration, complaint.to_string()));
    }
    setup.finder.set_templates(settings.templates.clone());
    let (templates, templates_seen) = watch::channel(settings.templates.clone());
    let samplers = Samplers::start(&settings.devices, settings.templates.clone(), events.clone(), slot_ms_seen).await;
    let (devices, devices_wanted) = watch::channel(settings.devices.clone());
    let (home_assistant, home_assistant_wanted) = watch::channel(settings.home_assistant.clone());
    let followers = Followers { devices, templates, home_assistant, setup_settings, setup: setup.clone() };
    let reload = reload.run(settings.clone(), followers, board.clone(), shutdown.clone());
    let home_assistant = home_assistant::follow(home_assistant_wanted, board.clone(), shutdown.clone());
    let slot_lengths = pass_on_slot_length(chain_seen.clone(), slot_ms, shutdown.clone());
    let exporter = Exporter {
        data_folder: settings.data_folder.clone(),
        devices: devices_wanted.clone(),
        signer: signer.clone(),
        outbox: outbox.clone(),
        shutdown: shutdown.clone(),
    };
    let recorder = Recorder::new(Parts {
        slots: SlotSettings { confirmations: settings.reset_confirmations, boundary_wait: settings.boundary_wait },
        checkpoint_interval: settings.checkpoint_interval,
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
    let network = settings.announce_to.map(|to| OnThisNetwork::new(to, signer.clone(), board.clone())).transpose()?;
    let uplink = Uplink {
        node_urls: settings.node_urls,
        data_folder: settings.data_folder,
        signer,
        outbox,
        clock,
        board,
        health: health_seen,
        stored,
        recorder: events,
        chain,
    };
    systemd::notify(systemd::READY);
    tokio::try_join!(
        recorder.run(shutdown.clone()),
        Box::pin(uplink.run(shutdown.clone())),
        page.run(listener, shutdown.clone()),
        announce(network, shutdown.clone()),
        samplers.run(devices_wanted, templates_seen, shutdown.clone()),
        // The lesser parts fail nobody.
        Box::pin(async { Ok(tokio::join!(reload, home_assistant, slot_lengths)) }),
        proof::serve(exporter),
    )?;
    tracing::info!("ended");
    Ok(())
}

fn new_board(signer: &Signer, outbox: &Outbox) -> Result<Board, GatewayError> {
    let board = Board::new(signer.gateway(), signer.public_key(), signer.key_epoch());
    let waiting = outbox.len()?;
    board.update(|status| {
        status.outbox.readings = waiting;
        status.outbox.capacity_readings = outbox.capacity();
    });
    Ok(board)
}

/// Says on the network that this gateway is there, where it is asked to.
async fn announce(network: Option<OnThisNetwork>, shutdown: CancellationToken) -> Result<(), GatewayError> {
    match network {
        Some(network) => network.run(shutdown).await,
        None => Ok(()),
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
