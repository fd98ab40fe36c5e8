//! The chains that a node can run: the two development presets of its runtime, or a file.

use deren_runtime::{
    WASM_BINARY, WASM_BINARY_WITH_SUDO,
    genesis::{self, DEV, LOCAL},
    units::REN_DECIMALS,
};
use sc_service::{ChainSpec, ChainType, GenericChainSpec, Properties};
use sp_state_machine::BasicExternalities;
use sp_storage::{Storage, well_known_keys};

/// A chain's specification by its name (`dev`, `local`) or its file.
///
/// Only `dev` runs the Wasm with sudo. The runtime that is linked into the node builds the first state of a preset. It
/// is the same code as its Wasm, and needs no compilation first.
pub fn load(id: &str) -> Result<Box<dyn ChainSpec>, String> {
    let mut spec = load_readable(id)?;
    if let Some(preset) = Preset::named(id) {
        spec.set_storage(preset.storage()?);
    }
    Ok(spec)
}

/// As [`load`], but the genesis of a preset stays what people can read.
pub fn load_readable(id: &str) -> Result<Box<dyn ChainSpec>, String> {
    match Preset::named(id) {
        Some(preset) => Ok(Box::new(preset.spec()?)),
        None => match <GenericChainSpec>::from_json_file(id.into()) {
            Ok(spec) => Ok(Box::new(spec)),
            Err(error) => {
                Err(format!("'{id}' is neither 'dev' nor 'local' nor a file with a chain's specification: {error}"))
            }
        },
    }
}

/// One of the runtime's development presets.
struct Preset {
    name: &'static str,
    id: &'static str,
    chain_type: ChainType,
    genesis: &'static str,
    /// The runtime that its blocks are made with.
    blob: Option<&'static [u8]>,
}

impl Preset {
    fn named(id: &str) -> Option<Self> {
        match id {
            "dev" => Some(Self {
                name: "DeREN Development",
                id: "deren_dev",
                chain_type: ChainType::Development,
                genesis: DEV,
                blob: WASM_BINARY_WITH_SUDO,
            }),
            "" | "local" => Some(Self {
                name: "DeREN Local",
                id: "deren_local",
                chain_type: ChainType::Local,
                genesis: LOCAL,
                blob: WASM_BINARY,
            }),
            _ => None,
        }
    }

    fn spec(&self) -> Result<GenericChainSpec, String> {
        Ok(GenericChainSpec::builder(self.blob()?, None)
            .with_name(self.name)
            .with_id(self.id)
            .with_chain_type(self.chain_type.clone())
            .with_properties(properties())
            .with_genesis_config_preset_name(self.genesis)
            .build())
    }

    fn storage(&self) -> Result<Storage, String> {
        let missing = || format!("the runtime has no preset '{}'", self.genesis);
        let parse = |json: Vec<u8>| {
            serde_json::from_slice(&json).map_err(|error| format!("the preset '{}' is no JSON: {error}", self.genesis))
        };
        let mut config: serde_json::Value = parse(genesis::config(&None).ok_or_else(missing)?)?;
        sc_chain_spec::json_patch::merge(
            &mut config,
            parse(genesis::preset(&self.genesis.into()).ok_or_else(missing)?)?,
        );
        let mut state = BasicExternalities::new_empty();
        state.execute_with(|| genesis::build_state(config.to_string().into_bytes()))?;
        let mut storage = state.into_storages();
        storage.top.insert(well_known_keys::CODE.to_vec(), self.blob()?.to_vec());
        Ok(storage)
    }

    fn blob(&self) -> Result<&'static [u8], String> {
        self.blob.ok_or_else(|| {
            "this node was built without a runtime (SKIP_WASM_BUILD was set): build it again without that".into()
        })
    }
}

fn properties() -> Properties {
    Properties::from_iter([
        ("tokenSymbol".to_owned(), "REN".into()),
        ("tokenDecimals".to_owned(), REN_DECIMALS.into()),
        ("ss58Format".to_owned(), 42.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named_in_the_error() {
        let error = load("no/such/chain.json").map(|_| ()).expect_err("no such file");
        assert!(error.contains("no/such/chain.json"), "{error}");
    }

    /// What wallets show comes from the properties; light clients warn of a protocol id, which nothing needs any more.
    #[test]
    fn wallets_and_light_clients_find_what_they_need() {
        for id in ["dev", "local"] {
            let spec = load_readable(id).expect("a preset");
            assert_eq!(spec.protocol_id(), None);
            let properties = spec.properties();
            assert_eq!(properties["tokenSymbol"], "REN");
            assert_eq!(properties["tokenDecimals"], REN_DECIMALS);
            assert_eq!(properties["ss58Format"], 42);
        }
    }

    /// The node's own runtime and the Wasm that all others run must begin with the same state.
    #[test]
    fn wasm_builds_the_same_first_state() {
        for (id, chain_type) in [("dev", ChainType::Development), ("local", ChainType::Local)] {
            let native = load(id).expect("a preset");
            assert_eq!(native.chain_type(), chain_type);
            assert!(native.telemetry_endpoints().is_none());
            assert!(native.boot_nodes().is_empty());
            let wasm = load_readable(id).expect("a preset").as_storage_builder().build_storage().expect("it builds");
            let native = native.as_storage_builder().build_storage().expect("it builds");
            assert_eq!(native.top, wasm.top, "{id}");
            assert!(native.children_default.is_empty() && wasm.children_default.is_empty());
        }
    }
}
