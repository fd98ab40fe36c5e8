//! Writes a chain whose first state has many homes, for load tests.
//!
//! No specification could hold such a state. Markets are made one after the other, and each one's part of the trie goes
//! into the database before the next is made. The node that runs on the folder afterwards finds its first block there.

use deren_runtime::{
    OpaqueBlock as Block,
    homes::{Entries, FirstState, HOMES_A_MARKET},
};
use parity_db::{Db, Operation, Options};
use sc_cli::{CliConfiguration, DatabaseParams, Error, PruningParams, Result, SharedParams};
use sc_client_api::{Backend as _, BlockImportOperation as _, NewBlockState, blockchain::HeaderBackend as _};
use sc_service::Configuration;
use sp_runtime::{
    StateVersion,
    traits::{BlakeTwo256, Block as BlockT},
};
use sp_state_machine::{Backend as _, TrieBackendBuilder};
use sp_storage::Storage;
use std::{path::Path, sync::Arc, time::Instant};

type Hash = <Block as BlockT>::Hash;

/// The database's column with the state, as the SDK numbers it.
const STATE: u8 = 1;
/// How a state of this chain is stored.
const VERSION: StateVersion = StateVersion::V1;

/// Writes a development chain whose first state has many homes, for load tests.
///
/// It prints what it wrote as one line of JSON. Run the node with the same chain and folder afterwards.
#[derive(Clone, Debug, clap::Parser)]
pub struct HomesCmd {
    /// Number of homes: 2 000 a market, each with a gateway, a grid meter and an order, two in five with an inverter.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=2_048_000))]
    homes: u32,

    #[command(flatten)]
    shared: SharedParams,

    #[command(flatten)]
    database: DatabaseParams,

    #[command(flatten)]
    pruning: PruningParams,
}

impl CliConfiguration for HomesCmd {
    fn shared_params(&self) -> &SharedParams {
        &self.shared
    }

    fn database_params(&self) -> Option<&DatabaseParams> {
        Some(&self.database)
    }

    fn pruning_params(&self) -> Option<&PruningParams> {
        Some(&self.pruning)
    }
}

impl HomesCmd {
    /// Writes the chain into the folder that the configuration names, which must have none.
    ///
    /// # Errors
    /// There is a chain already, the specification has markets or is not for development, or the disk is full.
    pub fn run(&self, config: &Configuration) -> Result<()> {
        let start = Instant::now();
        let storage = config.chain_spec.as_storage_builder().build_storage().map_err(Error::Input)?;
        let mut first = FirstState::new(storage, self.homes, now_ms()?).map_err(Error::Input)?;
        let mut state = TrieOnDisk::create(config)?;
        let markets = self.homes.div_ceil(HOMES_A_MARKET);
        for market in 1..=markets {
            let Some(entries) = first.next_market().map_err(Error::Input)? else { break };
            state.add(&entries)?;
            if market % 50 == 0 {
                eprintln!("{market} of {markets} markets written after {} s", start.elapsed().as_secs());
            }
        }
        state.add(&first.rest())?;
        let (root, entries, bytes) = (state.root, state.entries, state.bytes);
        // Only one may have the database open.
        drop(state);
        let genesis = write_first_block(config, root)?;
        let line = serde_json::json!({
            "homes": self.homes,
            "markets": markets,
            "genesis": format!("{genesis:?}"),
            "state_entries": entries,
            "state_bytes": bytes,
            "seconds": start.elapsed().as_secs_f64(),
        });
        println!("{line}");
        Ok(())
    }
}

/// A state trie that grows in a node's database.
struct TrieOnDisk {
    nodes: Arc<Nodes>,
    root: Hash,
    entries: u64,
    /// Bytes of all keys and values.
    bytes: u64,
}

/// The trie's nodes by their hashes.
struct Nodes(Db);

impl sp_state_machine::Storage<BlakeTwo256> for Nodes {
    fn get(&self, key: &Hash, _: (&[u8], Option<u8>)) -> std::result::Result<Option<Vec<u8>>, String> {
        self.0.get(STATE, key.as_ref()).map_err(|error| error.to_string())
    }
}

impl TrieOnDisk {
    /// An empty trie in a database that the node's own code makes, so that it has the node's form.
    fn create(config: &Configuration) -> Result<Self> {
        let empty = sc_service::new_db_backend::<Block>(config.db_config())?;
        if empty.blockchain().hash(0)?.is_some() {
            return Err(Error::Input("there is a chain in this folder already: purge it, or name another".into()));
        }
        drop(empty);
        let folder = config.database.path().ok_or_else(|| Error::Input("the database has no folder".into()))?;
        let root = sp_trie::empty_trie_root::<sp_trie::LayoutV1<BlakeTwo256>>();
        Ok(Self { nodes: Arc::new(Nodes(open(folder)?)), root, entries: 0, bytes: 0 })
    }

    /// Adds these entries to the state.
    fn add(&mut self, entries: &Entries) -> Result<()> {
        let storage: Arc<dyn sp_state_machine::Storage<BlakeTwo256>> = self.nodes.clone();
        let state = TrieBackendBuilder::<_, BlakeTwo256>::new(storage, self.root).build();
        let delta = entries.iter().map(|(key, value)| (key.as_slice(), Some(value.as_slice())));
        let (root, mut changes) = state.storage_root(delta, VERSION);
        let mut operations = Vec::new();
        for (prefixed, (node, references)) in changes.drain() {
            // Nodes lie under their hash alone, and count how often they are needed.
            let key = prefixed.get(prefixed.len().saturating_sub(32)..).unwrap_or_default().to_vec();
            for _ in 0..references {
                operations.push((STATE, Operation::Set(key.clone(), node.clone())));
            }
            for _ in references..0 {
                operations.push((STATE, Operation::Dereference(key.clone())));
            }
        }
        self.nodes.0.commit_changes(operations).map_err(database)?;
        self.root = root;
        self.entries = self.entries.saturating_add(u64::try_from(entries.len()).unwrap_or(u64::MAX));
        let bytes = entries.iter().map(|(key, value)| key.len().saturating_add(value.len())).sum::<usize>();
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        Ok(())
    }
}

/// Opens the database in the form in which it was made.
fn open(folder: &Path) -> Result<Db> {
    let made = Options::load_metadata(folder).map_err(database)?;
    let made = made.ok_or_else(|| Error::Input(format!("{} holds no ParityDb database", folder.display())))?;
    let columns = u8::try_from(made.columns.len()).map_err(|error| Error::Application(Box::new(error)))?;
    let mut options = Options::with_columns(folder, columns);
    options.columns = made.columns;
    Db::open(&options).map_err(database)
}

/// Writes block 0 of this state, and gives its hash.
fn write_first_block(config: &Configuration, root: Hash) -> Result<Hash> {
    let backend = sc_service::new_db_backend::<Block>(config.db_config())?;
    let mut operation = backend.begin_operation()?;
    // It says that the block has a state, which lies in the database already.
    operation.set_genesis_state(Storage::default(), true, VERSION)?;
    operation.update_db_storage(sp_trie::PrefixedMemoryDB::default())?;
    let (header, body) = sc_chain_spec::construct_genesis_block::<Block>(root, VERSION).deconstruct();
    let hash = header.hash();
    operation.set_block_data(header, Some(body), None, None, NewBlockState::Final, true)?;
    backend.commit_operation(operation)?;
    Ok(hash)
}

fn now_ms() -> Result<u64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_err(|error| Error::Application(Box::new(error)))?;
    Ok(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
}

fn database(error: parity_db::Error) -> Error {
    Error::Application(Box::new(error))
}
