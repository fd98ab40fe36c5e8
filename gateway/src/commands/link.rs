//! `link` and `rotate`: what the gateway signs for its owner to put on the chain.

use super::print_line;
use anyhow::{Context, bail};
use deren_gateway::{
    error::GatewayError,
    joined_chain::JoinedChain,
    proof::KeyBook,
    settings::Settings,
    signer::Signer,
    uplink::{Node, check_chain},
};
use deren_primitives::{GatewayId, Hex, SiteId};
use serde::Serialize;
use std::{
    path::Path,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

#[derive(Serialize)]
struct LinkCode {
    gateway: GatewayId,
    owner: String,
    site: SiteId,
    expires_unix_s: u64,
    code: String,
}

#[derive(Serialize)]
struct Rotation {
    gateway: GatewayId,
    new_key: String,
    new_key_epoch: u32,
    signature: String,
    proof: String,
}

pub(crate) async fn link(config: &Path, owner: &str, site: u32, expires_unix_s: u64) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(config)?;
    let owner_bytes = Hex::parse(owner)
        .with_context(|| format!("--owner is `{owner}`, it should be 0x and 64 hexadecimal digits"))?;
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    if expires_unix_s <= now_s {
        bail!("--expires is {expires_unix_s}, which is past: it is {now_s} now");
    }
    let signer = Signer::open(&settings.key, &settings.data_folder)?;
    let genesis = genesis(&settings).await?;
    let code = signer.link_code(&genesis, &owner_bytes, SiteId(site), expires_unix_s)?;
    print_line(&LinkCode {
        gateway: signer.gateway(),
        owner: Hex(owner_bytes).to_string(),
        site: SiteId(site),
        expires_unix_s,
        code: Hex(code).to_string(),
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn rotate(config: &Path) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(config)?;
    let mut signer = Signer::open(&settings.key, &settings.data_folder)?;
    let rotation = signer.prepare_rotation(&genesis(&settings).await?)?;
    // By it outsiders will follow the gateway to its new key.
    KeyBook::load(&settings.data_folder)?.learn_rotation(
        rotation.new_key_epoch,
        &rotation.new_key,
        &rotation.signature,
    )?;
    print_line(&Rotation {
        gateway: signer.gateway(),
        new_key: Hex(rotation.new_key).to_string(),
        new_key_epoch: rotation.new_key_epoch,
        signature: Hex(rotation.signature).to_string(),
        proof: Hex(rotation.proof).to_string(),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The joined chain's genesis hash. Without one, a node is asked and its chain joined.
async fn genesis(settings: &Settings) -> anyhow::Result<[u8; 32]> {
    Ok(match JoinedChain::load(&settings.data_folder)? {
        Some(joined) => joined.genesis,
        None => first_contact(settings).await?.1.genesis,
    })
}

/// A node of the gateway's chain, and the chain's genesis hash.
pub(crate) async fn ask_node(settings: &Settings) -> anyhow::Result<(Node, [u8; 32])> {
    let (node, joined) = first_contact(settings).await?;
    Ok((node, joined.genesis))
}

async fn first_contact(settings: &Settings) -> Result<(Node, JoinedChain), GatewayError> {
    let mut last = GatewayError::PartEnded { part: "first contact", reason: "no node is configured".to_owned() };
    for url in &settings.node_urls {
        let joined = match Node::connect(url).await {
            Ok(node) => check_chain(&node, &settings.data_folder).await.map(|joined| (node, joined)),
            Err(error) => Err(error),
        };
        match joined {
            Ok(joined) => return Ok(joined),
            Err(error) => last = error,
        }
    }
    Err(last)
}
