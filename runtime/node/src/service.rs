//! Puts a node together: database, executor, pool, BABE, GRANDPA, network and answers.

use crate::{backoff, rpc};
use deren_runtime::{OpaqueBlock as Block, RuntimeApi, units::MAX_BLOCK_BYTES};
use sc_client_api::BlockBackend;
use sc_consensus_babe::{BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaBlockImport, LinkHalf, SharedVoterState, ThreeQuartersOfTheUnfinalizedChain,
    VotingRulesBuilder, warp_proof::NetworkProvider,
};
use sc_executor::{DEFAULT_HEAP_ALLOC_STRATEGY, HeapAllocStrategy};
use sc_network::{
    NetworkBackend, NotificationMetrics, NotificationService, ProtocolName, config::FullNetworkConfiguration,
    service::traits::NetworkService,
};
use sc_network_sync::SyncingService;
use sc_service::{
    Configuration, Role, TaskManager, WarpSyncConfig,
    config::{ExecutorConfiguration, PrometheusConfig},
    error::Error as ServiceError,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::Block as BlockT;
use std::{path::Path, sync::Arc, time::Duration};

/// How many blocks a database keeps a proof of finality for, one in so many.
const JUSTIFICATION_PERIOD: u32 = 512;
/// How long a vote takes to reach everyone.
const GOSSIP: Duration = Duration::from_millis(333);

type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
type Client = sc_service::TFullClient<Block, RuntimeApi, Executor>;
type Backend = sc_service::TFullBackend<Block>;
type SelectChain = sc_consensus::LongestChain<Backend, Block>;
type FinalityImport = GrandpaBlockImport<Backend, Block, Client, SelectChain>;
type Pool = sc_transaction_pool::TransactionPoolHandle<Block, Client>;
type BoxedImport = sc_consensus::BoxBlockImport<Block>;

/// What every command that reads a chain needs of it.
pub struct Parts {
    /// The chain.
    pub client: Arc<Client>,
    /// Its database.
    pub backend: Arc<Backend>,
    /// What runs in the background.
    pub task_manager: TaskManager,
    /// Checks blocks as they come.
    pub import_queue: sc_consensus::DefaultImportQueue<Block>,
    /// The node's keys.
    keystore: sc_service::KeystoreContainer,
    select_chain: SelectChain,
    pool: Arc<Pool>,
    block_import: BoxedImport,
    grandpa: LinkHalf<Block, Client, SelectChain>,
    babe: BabeLink<Block>,
    /// BABE's worker ends, and with it the node, when the last of its handles is dropped.
    babe_worker: BabeWorkerHandle<Block>,
    telemetry: Option<Telemetry>,
}

/// Opens a chain without taking part in it. Compiled runtimes are kept in `wasm_cache`, if there is one.
pub fn new_partial(config: &Configuration, wasm_cache: Option<&Path>) -> Result<Parts, ServiceError> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;
    let executor = executor(&config.executor, wasm_cache);
    let (client, backend, keystore, task_manager) = sc_service::new_full_parts::<Block, RuntimeApi, _>(
        config,
        telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
        executor,
        vec![],
    )?;
    let client = Arc::new(client);
    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });
    let select_chain = sc_consensus::LongestChain::new(backend.clone());
    let pool = Arc::from(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let (grandpa_import, grandpa) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        telemetry.as_ref().map(Telemetry::handle),
    )?;
    let justification_import = grandpa_import.clone();
    let (block_import, babe) = babe_import(&client, grandpa_import, &select_chain, &pool)?;
    let slot_duration = babe.config().slot_duration();
    let (import_queue, babe_worker) = sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
        link: babe.clone(),
        block_import: block_import.clone(),
        justification_import: Some(Box::new(justification_import)),
        client: client.clone(),
        slot_duration,
        spawner: &task_manager.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        telemetry: telemetry.as_ref().map(Telemetry::handle),
    })?;
    Ok(Parts {
        client,
        backend,
        task_manager,
        import_queue,
        keystore,
        select_chain,
        pool,
        block_import: Box::new(block_import),
        grandpa,
        babe,
        babe_worker,
        telemetry,
    })
}

/// As the SDK's own executor, which cannot be told to keep what it compiled.
fn executor(config: &ExecutorConfiguration, wasm_cache: Option<&Path>) -> Executor {
    let heap = config.default_heap_pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| HeapAllocStrategy::Static {
        extra_pages: u32::try_from(pages).unwrap_or(u32::MAX),
    });
    let mut executor = Executor::builder()
        .with_execution_method(config.wasm_method)
        .with_onchain_heap_alloc_strategy(heap)
        .with_offchain_heap_alloc_strategy(heap)
        .with_max_runtime_instances(config.max_runtime_instances)
        .with_runtime_cache_size(config.runtime_cache_size);
    if let Some(folder) = wasm_cache.and_then(|folder| std::path::absolute(folder).ok()) {
        executor = executor.with_cache_path(folder);
    }
    executor.build()
}

/// BABE's import checks a block's author before GRANDPA's sees it, and reports who makes two blocks for one slot.
fn babe_import(
    client: &Arc<Client>,
    grandpa_import: FinalityImport,
    select_chain: &SelectChain,
    pool: &Arc<Pool>,
) -> Result<
    (impl sc_consensus::BlockImport<Block, Error = sp_consensus::Error> + Clone + use<>, BabeLink<Block>),
    ServiceError,
> {
    let config = sc_consensus_babe::configuration(&**client)?;
    let slot_duration = config.slot_duration();
    Ok(sc_consensus_babe::block_import(
        config,
        grandpa_import,
        client.clone(),
        move |_, ()| async move { Ok(inherents(slot_duration)) },
        select_chain.clone(),
        OffchainTransactionPoolFactory::new(pool.clone()),
    )?)
}

/// What an author puts first into a block: which slot it is for, and the time.
fn inherents(
    slot_duration: sp_consensus_babe::SlotDuration,
) -> (sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider) {
    let now = sp_timestamp::InherentDataProvider::from_system_time();
    let slot =
        sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(*now, slot_duration);
    (slot, now)
}

/// Runs a node until its tasks are dropped.
pub fn new_full<N: NetworkBackend<Block, <Block as BlockT>::Hash>>(
    config: Configuration,
    wasm_cache: Option<&Path>,
) -> Result<TaskManager, ServiceError> {
    let parts = new_partial(&config, wasm_cache)?;
    let Parts { client, backend, mut task_manager, import_queue, select_chain, pool, mut telemetry, .. } = parts;
    let (keystore, grandpa) = (parts.keystore.keystore(), parts.grandpa);
    let authorities = grandpa.shared_authority_set().clone();

    let metrics = N::register_notification_metrics(config.prometheus_registry());
    let (net_config, votes) = peers::<N>(&config, &client, metrics.clone())?;
    let warp_sync = NetworkProvider::new(backend.clone(), authorities.clone(), vec![]);
    let (network, system_rpc_tx, tx_handler_controller, sync_service, _) =
        sc_service::build_network(sc_service::BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp_sync))),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    let voters = SharedVoterState::empty();
    let proofs = FinalityProofProvider::new_for_service(backend.clone(), Some(authorities.clone()));
    let justifications = grandpa.justification_stream();
    let answers = rpc::FullDeps {
        client: client.clone(),
        pool: pool.clone(),
        select_chain: select_chain.clone(),
        babe: rpc::BabeDeps { worker: parts.babe_worker, keystore: keystore.clone() },
        grandpa: rpc::GrandpaDeps { voters: voters.clone(), authorities, justifications, proofs },
    };
    let wishes = Wishes::of(&config);
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        config,
        client: client.clone(),
        backend,
        task_manager: &mut task_manager,
        keystore: keystore.clone(),
        transaction_pool: pool.clone(),
        rpc_builder: Box::new(move |executor| rpc::create_full(&answers, executor).map_err(Into::into)),
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;
    let telemetry = telemetry.as_ref().map(Telemetry::handle);
    let running = Running { client, pool, keystore, network, sync_service, telemetry, wishes };
    if running.wishes.role.is_authority() {
        running.start_author(&task_manager, select_chain, parts.babe, parts.block_import)?;
    }
    if running.wishes.enable_grandpa {
        running.start_voter(&task_manager, grandpa, votes, voters)?;
    }
    Ok(task_manager)
}

/// How GRANDPA's votes go to other nodes and come from them.
struct Votes {
    protocol_name: ProtocolName,
    notification_service: Box<dyn NotificationService>,
}

/// With whom the node talks.
type Peers<N> = FullNetworkConfiguration<Block, <Block as BlockT>::Hash, N>;

/// With whom the node talks, and about what: votes besides what every node tells.
fn peers<N: NetworkBackend<Block, <Block as BlockT>::Hash>>(
    config: &Configuration,
    client: &Client,
    metrics: NotificationMetrics,
) -> Result<(Peers<N>, Votes), ServiceError> {
    let mut peers = FullNetworkConfiguration::new(&config.network, config.prometheus_registry().cloned());
    let genesis = client
        .block_hash(0)
        .ok()
        .flatten()
        .ok_or_else(|| ServiceError::Other("the database has no first block: purge the chain".into()))?;
    let protocol_name = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (grandpa, notification_service) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
        protocol_name.clone(),
        metrics,
        peers.peer_store_handle(),
    );
    peers.add_notification_protocol(grandpa);
    Ok((peers, Votes { protocol_name, notification_service }))
}

/// What the configuration says of the node's own part in the chain.
struct Wishes {
    role: Role,
    name: String,
    force_authoring: bool,
    enable_grandpa: bool,
    prometheus: Option<PrometheusConfig>,
}

impl Wishes {
    fn of(config: &Configuration) -> Self {
        Self {
            role: config.role,
            name: config.network.node_name.clone(),
            force_authoring: config.force_authoring,
            enable_grandpa: !config.disable_grandpa,
            prometheus: config.prometheus_config.clone(),
        }
    }
}

/// What makes and finalises blocks needs of a node that runs.
struct Running {
    client: Arc<Client>,
    pool: Arc<Pool>,
    keystore: KeystorePtr,
    network: Arc<dyn NetworkService>,
    sync_service: Arc<SyncingService<Block>>,
    telemetry: Option<TelemetryHandle>,
    wishes: Wishes,
}

impl Running {
    /// Makes blocks when it is this node's turn.
    fn start_author(
        &self,
        task_manager: &TaskManager,
        select_chain: SelectChain,
        babe: BabeLink<Block>,
        block_import: BoxedImport,
    ) -> Result<(), ServiceError> {
        let mut env = sc_basic_authorship::ProposerFactory::new(
            task_manager.spawn_handle(),
            self.client.clone(),
            self.pool.clone(),
            self.wishes.prometheus.as_ref().map(|prometheus| &prometheus.registry),
            self.telemetry.clone(),
        );
        // The runtime bounds a block; the proposer must not stop at the SDK's own, smaller bound.
        env.set_default_block_size_limit(MAX_BLOCK_BYTES as usize);
        let slot_duration = babe.config().slot_duration();
        let author = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
            keystore: self.keystore.clone(),
            client: self.client.clone(),
            select_chain,
            env,
            block_import,
            sync_oracle: self.sync_service.clone(),
            justification_sync_link: self.sync_service.clone(),
            create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
            force_authoring: self.wishes.force_authoring,
            backoff_authoring_blocks: Some(backoff::waits()),
            babe_link: babe,
            block_proposal_slot_portion: SlotProportion::new(2. / 3.),
            max_block_proposal_slot_portion: None,
            telemetry: self.telemetry.clone(),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking("babe-proposer", Some("block-authoring"), author);
        Ok(())
    }

    /// Takes part in finality: votes if it is an authority, else it follows the votes.
    fn start_voter(
        self,
        task_manager: &TaskManager,
        link: LinkHalf<Block, Client, SelectChain>,
        votes: Votes,
        voters: SharedVoterState,
    ) -> Result<(), ServiceError> {
        let Wishes { role, name, prometheus, .. } = self.wishes;
        let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
            config: sc_consensus_grandpa::Config {
                gossip_duration: GOSSIP,
                justification_generation_period: JUSTIFICATION_PERIOD,
                name: Some(name),
                observer_enabled: false,
                keystore: role.is_authority().then_some(self.keystore),
                local_role: role,
                telemetry: self.telemetry.clone(),
                protocol_name: votes.protocol_name,
            },
            link,
            network: self.network,
            sync: self.sync_service,
            notification_service: votes.notification_service,
            // Votes go to the best block itself, not to one two blocks behind. Money is final sooner, and a round that
            // finds two best blocks only takes a little longer.
            voting_rule: VotingRulesBuilder::new().add(ThreeQuartersOfTheUnfinalizedChain).build(),
            prometheus_registry: prometheus.map(|prometheus| prometheus.registry),
            shared_voter_state: voters,
            telemetry: self.telemetry,
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(self.pool),
        })?;
        task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
        Ok(())
    }
}
