//! Does what the command line says.

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    service,
};
use deren_runtime::OpaqueBlock as Block;
use sc_cli::{Error, Result, SubstrateCli};
use sc_network::config::{NetworkBackendType, TransportConfig};
use sc_service::{ChainType, Configuration};

/// Runs a node or one of its other commands, to its end.
pub fn run(mut cli: Cli) -> Result<()> {
    match cli.subcommand.take() {
        None => run_node(&cli),
        Some(Subcommand::Key(command)) => command.run(&cli),
        Some(Subcommand::ExportChainSpec(command) | Subcommand::BuildSpec(command)) => {
            command.run(chain_spec::load_readable(&command.chain)?)
        }
        Some(Subcommand::CheckBlock(command)) => cli.create_runner(&command)?.async_run(|config| {
            let parts = service::new_partial(&config, None)?;
            Ok((command.run(parts.client, parts.import_queue), parts.task_manager))
        }),
        Some(Subcommand::ExportBlocks(command)) => cli.create_runner(&command)?.async_run(|config| {
            let parts = service::new_partial(&config, None)?;
            Ok((command.run(parts.client, config.database), parts.task_manager))
        }),
        Some(Subcommand::ExportState(command)) => cli.create_runner(&command)?.async_run(|config| {
            let parts = service::new_partial(&config, None)?;
            Ok((command.run(parts.client, config.chain_spec), parts.task_manager))
        }),
        Some(Subcommand::ImportBlocks(command)) => cli.create_runner(&command)?.async_run(|config| {
            let parts = service::new_partial(&config, None)?;
            Ok((command.run(parts.client, parts.import_queue), parts.task_manager))
        }),
        Some(Subcommand::PurgeChain(command)) => {
            cli.create_runner(&command)?.sync_run(|config| command.run(config.database))
        }
        Some(Subcommand::Revert(command)) => cli.create_runner(&command)?.async_run(|config| {
            let parts = service::new_partial(&config, None)?;
            let revert = Box::new(|client, backend, blocks| {
                sc_consensus_babe::revert(Clone::clone(&client), backend, blocks)?;
                sc_consensus_grandpa::revert(client, blocks)?;
                Ok(())
            });
            Ok((command.run(parts.client, parts.backend, Some(revert)), parts.task_manager))
        }),
        Some(Subcommand::ChainInfo(command)) => {
            cli.create_runner(&command)?.sync_run(|config| command.run::<Block>(&config))
        }
        Some(Subcommand::Homes(command)) => cli.create_runner(&command)?.sync_run(|config| command.run(&config)),
    }
}

fn run_node(cli: &Cli) -> Result<()> {
    let listens_where_told = !cli.run.network_params.listen_addr.is_empty();
    let discover = cli.discover_peers;
    let cache = cli.wasm_cache.clone();
    cli.create_runner(&cli.run)?.run_node_until_exit(|mut config| async move {
        refuse_development_keys(&config)?;
        if !discover {
            discover_nobody(&mut config);
        }
        if !listens_where_told && is_development(&config) {
            listen_on_loopback(&mut config);
        }
        match config.network.network_backend {
            NetworkBackendType::Libp2p => {
                service::new_full::<sc_network::NetworkWorker<_, _>>(config, cache.as_deref())
            }
            NetworkBackendType::Litep2p => {
                service::new_full::<sc_network::Litep2pNetworkBackend>(config, cache.as_deref())
            }
        }
        .map_err(Error::Service)
    })
}

fn is_development(config: &Configuration) -> bool {
    matches!(config.chain_spec.chain_type(), ChainType::Development | ChainType::Local)
}

/// Everyone knows the keys behind `--alice` and the like: on a real chain anyone could sign with them.
fn refuse_development_keys(config: &Configuration) -> Result<()> {
    match &config.dev_key_seed {
        Some(seed) if !is_development(config) => Err(Error::Input(format!(
            "the key '{seed}' is public knowledge, and '{}' is no development chain: make keys of your own with \
             'deren-node key generate' and store them with 'deren-node key insert'",
            config.chain_spec.name()
        ))),
        _ => Ok(()),
    }
}

fn discover_nobody(config: &mut Configuration) {
    config.network.enable_dht_random_walk = false;
    if let TransportConfig::Normal { enable_mdns, .. } = &mut config.network.transport {
        *enable_mdns = false;
    }
}

/// A development chain has no business outside of its machine unless it is told so.
fn listen_on_loopback(config: &mut Configuration) {
    use sc_network::{Multiaddr, multiaddr::Protocol};
    let on_loopback = |address: &Multiaddr| -> Option<Multiaddr> {
        matches!(address.iter().next(), Some(Protocol::Ip4(_))).then(|| {
            address
                .iter()
                .map(|part| match part {
                    Protocol::Ip4(_) => Protocol::Ip4(std::net::Ipv4Addr::LOCALHOST),
                    other => other,
                })
                .collect()
        })
    };
    config.network.listen_addresses = config.network.listen_addresses.iter().filter_map(on_loopback).collect();
}
