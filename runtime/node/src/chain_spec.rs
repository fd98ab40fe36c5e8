//! The chains that a node can run: the two development presets of its runtime, or a file.

use deren_runtime::{
    WASM_BINARY,
    genesis::{DEV, LOCAL},
    units::REN_DECIMALS,
};
use sc_service::{ChainType, GenericChainSpec, Properties};

/// A chain's specification by its name (`dev`, `local`) or its file.
pub fn load(id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
    match id {
        "dev" => Ok(Box::new(preset("DeREN Development", "deren_dev", ChainType::Development, DEV)?)),
        "" | "local" => Ok(Box::new(preset("DeREN Local", "deren_local", ChainType::Local, LOCAL)?)),
        path => <GenericChainSpec>::from_json_file(path.into())
            .map(|spec| Box::new(spec) as Box<dyn sc_service::ChainSpec>)
            .map_err(|error| {
                format!("'{path}' is neither 'dev' nor 'local' nor a file with a chain's specification: {error}")
            }),
    }
}

fn preset(name: &str, id: &str, chain_type: ChainType, preset: &str) -> Result<GenericChainSpec, String> {
    let blob = WASM_BINARY
        .ok_or("this node was built without a runtime (SKIP_WASM_BUILD was set): build it again without that")?;
    Ok(GenericChainSpec::builder(blob, None)
        .with_name(name)
        .with_id(id)
        .with_chain_type(chain_type)
        .with_protocol_id("deren")
        .with_properties(properties())
        .with_genesis_config_preset_name(preset)
        .build())
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

    #[test]
    fn presets_build_a_first_state() {
        for (id, chain_type) in [("dev", ChainType::Development), ("local", ChainType::Local)] {
            let spec = load(id).expect("a preset");
            assert_eq!(spec.chain_type(), chain_type);
            assert!(spec.telemetry_endpoints().is_none());
            let storage = spec.as_storage_builder().build_storage().expect("the preset builds");
            assert!(storage.top.len() > 20);
        }
    }
}
