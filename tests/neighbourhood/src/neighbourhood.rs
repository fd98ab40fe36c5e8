//! The neighbourhood as a whole: started in order, watched, and stopped with everything in it.

use crate::{
    Binaries, Broker, Database, MarketClock, NeighbourhoodError, Pages, Process, Result, Silent, Watcher,
    chain::{Rpc, Until, Wallet},
    gateway::Gateway,
    layout::{FEEDERS, Home, Visitors, break_grid_meter, homes, spare_homes},
    ledger::Follower,
    node::{Node, Preset, no_node},
    pages::{Shown, no_pages},
    registration::{People, Registered, expect_newcomer, no_street, register},
    simulator::Simulator,
    view::{Names, SimulatedTime, Street},
    wait::shown,
};
use deren_primitives::{ChainParameters, SlotClock};
use deren_simulator::{
    config::{Day, SimulatorConfig, TimeOfDay},
    faults::{Fault, FaultKind},
    serving::Serving,
};
use deren_testing::unix_ms;
use sp_core::H256;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A slot of both development presets, in which the simulator shows a quarter of an hour.
const SLOT_SECONDS: u32 = 12;
const SIMULATED_SECONDS_PER_SLOT: u32 = 900;

/// What neighbourhood to start.
#[derive(Clone)]
pub struct Config {
    /// How many homes.
    pub homes: usize,
    /// Sun, clouds and loads follow from it.
    pub seed: u64,
    /// The chain.
    pub preset: Preset,
    /// One node more has the keys of the last validator, which so signs two blocks for one slot.
    pub twin: bool,
    /// The simulated day.
    pub day: Day,
    /// The simulated time (UTC) of the slot in which it is started.
    pub start: TimeOfDay,
    /// 0 (clear) to 1 (overcast).
    pub cloudiness: f64,
    /// Starts the dashboards and their database too, and leaves some homes to visitors.
    pub pages: bool,
    /// The pages offer one more account, of somebody who has no home on the chain yet.
    pub newcomer: bool,
    /// How many homes more wait for newcomers who make a key on the pages.
    pub spare_homes: usize,
    /// Keeps the folder with data and logs when everything has ended.
    pub keep_logs: bool,
    /// Is told what is being waited for.
    pub watcher: Arc<dyn Watcher>,
}

impl Config {
    /// This many homes at 11:00 of a midsummer day with clouds, on a chain with one validator, without pages.
    pub fn new(homes: usize) -> Result<Self> {
        Ok(Self {
            homes,
            seed: 1,
            preset: Preset::Dev,
            twin: false,
            day: "2026-06-21".parse().map_err(NeighbourhoodError::Configuration)?,
            start: "11:00".parse().map_err(NeighbourhoodError::Configuration)?,
            cloudiness: 0.5,
            pages: false,
            newcomer: false,
            spare_homes: 0,
            keep_logs: false,
            watcher: Arc::new(Silent),
        })
    }
}

/// Running processes and what is registered. Dropping it stops all of them.
#[derive(Debug)]
pub struct Neighbourhood {
    /// Dashboards and database, where they were asked for. They end first.
    pub pages: Option<Pages>,
    /// One a home, in the homes' order.
    pub gateways: Vec<Gateway>,
    /// The devices.
    pub simulator: Simulator,
    /// The MQTT broker.
    pub broker: Broker,
    /// The validators; the first is the one that is asked.
    pub nodes: Vec<Node>,
    /// The homes.
    pub homes: Vec<Home>,
    /// Who lives there.
    pub people: People,
    /// What was registered.
    pub registered: Registered,
    /// What was set at genesis.
    pub parameters: ChainParameters,
    serving: Serving,
    /// The last field: the folder goes when nobody writes into it any more.
    folder: Folder,
}

impl Neighbourhood {
    /// Starts everything, and returns when everyone is registered and has placed their orders.
    pub async fn start(config: Config) -> Result<Self> {
        // All that happens meanwhile is too much to lie in every caller's own future.
        Box::pin(Self::start_in_order(config)).await
    }

    async fn start_in_order(config: Config) -> Result<Self> {
        let watcher = config.watcher.as_ref();
        let binaries = Binaries::find()?;
        let folder = Folder::new(config.keep_logs)?;
        let logs = folder.make("logs")?;
        let database = config.pages.then(|| tokio::spawn(Database::start()));
        let mut broker = Broker::start(&binaries, folder.path(), logs.join("mosquitto.log"))?;
        let start_all = if config.twin { Node::start_all_with_twin } else { Node::start_all };
        let mut nodes = start_all(config.preset, &binaries, &folder.make("nodes")?, &logs)?;
        let node_ports: Vec<u16> = nodes.iter().map(Node::rpc_port).collect();

        let visitors = if config.pages { Visitors::Welcome } else { Visitors::None };
        let mut homes = homes(config.homes, broker.port(), visitors)?;
        homes.extend(spare_homes(config.spare_homes, broker.port())?);
        broker.healthy(watcher).await?;
        let simulated = simulation(&config, &homes);
        let market_clock = market_clock(&config, &simulated);
        let mut simulator = Simulator::start(&binaries, folder.path(), logs.join("simulator.log"), simulated)?;
        let serving = simulator.healthy(watcher).await?;
        let homes_folder = folder.make("homes")?;
        let mut gateways = Vec::new();
        for home in &serving.homes {
            gateways.push(Gateway::prepare(&binaries, &homes_folder, &logs, home, &node_ports)?);
        }
        for node in &mut nodes {
            node.reaches(1, watcher).await?;
        }
        let rpc = nodes.first().ok_or_else(no_node)?.rpc().clone();
        let parameters = check_parameters(&rpc).await?;
        for gateway in &mut gateways {
            gateway.restart()?;
        }
        let mut pages = match database {
            None => None,
            Some(database) => {
                let database =
                    database.await.map_err(|error| NeighbourhoodError::Configuration(error.to_string()))??;
                let node_port = nodes.first().ok_or_else(no_node)?.rpc_port();
                let shown = Shown { newcomer: config.newcomer, market_clock };
                Some(Pages::start(&binaries, folder.path(), &logs, database, node_port, &homes, shown)?)
            }
        };
        shown("the gateways", watcher, healthy(&mut gateways)).await?;

        let people = People::of(&homes)?;
        // With several validators a block may be replaced until it is finalised.
        let until = if nodes.len() == 1 { Until::InBlock } else { Until::Finalized };
        let wallet = Wallet::new(&rpc, until).await?;
        let registered = register(&wallet, config.preset, &people, &homes, &serving, &gateways, watcher).await?;
        if let Some(pages) = &mut pages {
            let registered_in = rpc.best().await?.number;
            pages.name_everything(&people, &homes, &registered, registered_in, watcher).await?;
        }
        Ok(Self { pages, gateways, simulator, broker, nodes, homes, people, registered, parameters, serving, folder })
    }

    /// The first node's answers.
    pub fn rpc(&self) -> Result<&Arc<Rpc>> {
        self.nodes.first().map(Node::rpc).ok_or_else(no_node)
    }

    /// The dashboards and their database.
    pub fn pages(&self) -> Result<&Pages> {
        self.pages.as_ref().ok_or_else(no_pages)
    }

    /// Books of the market, from the chain's first block on.
    pub fn follow(&self) -> Result<Follower> {
        Ok(Follower::new(self.rpc()?.clone(), self.registered.market))
    }

    /// Where data and logs are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What people call the things on chain.
    pub fn names(&self) -> Names {
        let sites = self.registered.homes.iter().zip(&self.homes);
        let zones = self.registered.feeders.iter().zip(&FEEDERS);
        Names {
            sites: sites.map(|(registered, home)| (registered.site, home.name.clone())).collect(),
            zones: zones
                .map(|(zone, feeder)| {
                    let street = Street {
                        name: feeder.name.to_owned(),
                        capacity_up_wh: feeder.capacity_up_wh,
                        capacity_down_wh: feeder.capacity_down_wh,
                    };
                    (*zone, street)
                })
                .collect(),
            clock: self.clock(),
            simulated: SimulatedTime {
                t0_unix_ms: self.serving.t0_unix_ms,
                start_unix_s: self.serving.start_unix_s,
                speed_permille: self.serving.speed_permille,
            },
        }
    }

    /// The chain's slots.
    pub fn clock(&self) -> SlotClock {
        self.parameters.clock()
    }

    /// Gets everything ready for a newcomer on the first street, with this connection. Gives the commitment that the
    /// operator hands to them.
    pub async fn expect_newcomer(&self, max_power_w: u32) -> Result<H256> {
        let zone = *self.registered.feeders.first().ok_or_else(no_street)?;
        let wallet = Wallet::new(self.rpc()?, Until::InBlock).await?;
        expect_newcomer(&wallet, &self.people, &self.pages()?.dashboards, zone, max_power_w).await
    }

    /// A gateway at its first start: it knows its nodes and where the pages are, and no device.
    pub fn unpack_gateway(&self, name: &str) -> Result<Gateway> {
        let node_ports: Vec<u16> = self.nodes.iter().map(Node::rpc_port).collect();
        let logs = self.folder.make("logs")?;
        let origin = self.pages()?.dashboards.api()?.origin().to_owned();
        Gateway::unpacked(&Binaries::find()?, &self.folder.make("homes")?, &logs, name, &node_ports, &origin)
    }

    /// From now on this goes wrong with a home's grid meter. The other devices are away for a moment.
    pub async fn break_meter(&mut self, home: usize, kind: FaultKind, watcher: &dyn Watcher) -> Result<()> {
        let since_ms = unix_ms().saturating_sub(self.serving.t0_unix_ms);
        let at_s = since_ms * u64::from(self.serving.speed_permille) / 1_000_000;
        let simulated = self.simulator.config().homes.get_mut(home).ok_or_else(|| {
            NeighbourhoodError::Configuration(format!("there is no home {home} whose meter could fail"))
        })?;
        break_grid_meter(simulated, &Fault::new(kind, at_s, None));
        self.simulator.restart()?;
        self.simulator.healthy(watcher).await.map(drop)
    }

    /// Every program but the database, which ends only with its cluster.
    fn processes(&mut self) -> impl Iterator<Item = &mut Process> {
        let pages = self.pages.iter_mut().filter_map(|pages| pages.dashboards.program.process());
        let parts = pages.chain(self.gateways.iter_mut().filter_map(|gateway| gateway.program.process()));
        let parts = parts.chain(self.simulator.program.process()).chain(self.broker.program.process());
        parts.chain(self.nodes.iter_mut().filter_map(|node| node.program.process()))
    }

    /// An error with the end of the log of the first part that has ended by itself.
    pub fn check(&mut self) -> Result<()> {
        let what = "the trading to go on";
        for process in self.processes() {
            process.check(what)?;
        }
        Ok(())
    }

    /// `Err` if the design's invariants do not hold at the finalised head.
    pub async fn check_invariants(&self) -> Result<()> {
        let rpc = self.rpc()?;
        let head = rpc.finalized().await?;
        rpc.invariants(head.hash).await?.map_err(NeighbourhoodError::Invariant)
    }
}

impl Drop for Neighbourhood {
    fn drop(&mut self) {
        // All are asked at once, so that ending takes as long as the slowest and not as all of them together.
        for process in self.processes() {
            process.ask_to_end();
        }
    }
}

async fn healthy(gateways: &mut [Gateway]) -> Result<()> {
    for gateway in gateways {
        gateway.healthy(&Silent).await?;
    }
    Ok(())
}

/// The sky and the homes, so that each slot shows exactly a quarter of an hour.
fn simulation(config: &Config, homes: &[Home]) -> SimulatorConfig {
    let slot_ms = u64::from(SLOT_SECONDS) * 1000;
    let mut simulated = SimulatorConfig::new(config.day, config.start);
    simulated.seed = config.seed;
    simulated.speed = f64::from(SIMULATED_SECONDS_PER_SLOT) / f64::from(SLOT_SECONDS);
    simulated.cloudiness = config.cloudiness;
    simulated.t0_unix_ms = Some(unix_ms() / slot_ms * slot_ms);
    simulated.homes = homes.iter().map(|home| home.simulated.clone()).collect();
    simulated
}

/// The pages show the simulated time.
fn market_clock(config: &Config, simulated: &SimulatorConfig) -> MarketClock {
    MarketClock {
        real_unix_ms: simulated.t0_unix_ms.unwrap_or_else(unix_ms),
        market_unix_s: config.day.unix_s() + u64::from(config.start.second_of_day()),
        speed_permille: SIMULATED_SECONDS_PER_SLOT * 1000 / SLOT_SECONDS,
    }
}

/// The presets' times are those to which the simulator's speed fits.
async fn check_parameters(rpc: &Rpc) -> Result<ChainParameters> {
    let parameters = rpc.parameters(rpc.best().await?.hash).await?;
    if (parameters.slot_seconds, parameters.slot_energy_seconds) == (SLOT_SECONDS, SIMULATED_SECONDS_PER_SLOT) {
        return Ok(parameters);
    }
    Err(NeighbourhoodError::Configuration(format!(
        "the chain's slots have {} s for {} s of energy, and the simulator is made for {SLOT_SECONDS} s for {SIMULATED_SECONDS_PER_SLOT} s",
        parameters.slot_seconds, parameters.slot_energy_seconds
    )))
}

/// A temporary folder. It stays if it is wanted, or if we panic: its logs say why.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    fn new(keep: bool) -> Result<Self> {
        let made = tempfile::Builder::new().prefix("deren-neighbourhood-").tempdir();
        let path = made.map_err(NeighbourhoodError::file(std::env::temp_dir()))?.keep();
        Ok(Self { path, keep })
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn make(&self, name: &str) -> Result<PathBuf> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).map_err(NeighbourhoodError::file(&path))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.keep || std::thread::panicking() {
            eprintln!("data and logs are in {}", self.path.display());
        } else {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
