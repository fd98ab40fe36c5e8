//! The chain's first state: made once by the node, kept in the cache folder, and copied for each run.

use crate::{NeighbourhoodError, Result, Watcher, load::specification};
use deren_runtime::{Hash, WASM_BINARY_WITH_SUDO};
use serde::{Deserialize, Serialize};
use sp_crypto_hashing::blake2_128;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// Slots in which the homes are registered. They are as long as any, so that no other slots are before them.
const TIMES: [(&str, u32); 3] = [("slotSeconds", 900), ("slotEnergySeconds", 900), ("graceSeconds", 120)];
/// What the node says of the state, beside it.
const ABOUT: &str = "about.json";
/// Whose node it is.
const NODE: &str = "alice";

/// A state that a node can start on.
pub(super) struct Written {
    /// The chain's specification.
    pub(super) chain: PathBuf,
    pub(super) genesis: Hash,
    pub(super) markets: u32,
    pub(super) state_bytes: u64,
}

/// What `deren-node homes` prints.
#[derive(Deserialize, Serialize)]
struct About {
    genesis: Hash,
    markets: u32,
    state_bytes: u64,
    seconds: f64,
}

/// Copies the state with so many homes to where a node with its data below `folder` finds it.
pub(super) async fn copy(program: &Path, homes: u32, folder: &Path, watcher: &dyn Watcher) -> Result<Written> {
    let chain = specification(program, folder, &TIMES).await?;
    let kept = kept(homes)?;
    if !kept.join(ABOUT).exists() {
        make(program, &chain, homes, &kept, watcher).await?;
    }
    copy_folder(&kept.join(NODE), &folder.join(NODE))?;
    let about = kept.join(ABOUT);
    let text = fs::read_to_string(&about).map_err(NeighbourhoodError::file(&about))?;
    let About { genesis, markets, state_bytes, .. } = parse(&text)?;
    Ok(Written { chain, genesis, markets, state_bytes })
}

/// Where it is kept: another runtime has another state.
fn kept(homes: u32) -> Result<PathBuf> {
    let cache = std::env::var_os("DEREN_CACHE").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/deren"));
    let cache = cache.or_else(home).ok_or_else(|| {
        NeighbourhoodError::Configuration("there is no cache folder: set DEREN_CACHE to one with room".into())
    })?;
    let runtime = blake2_128(WASM_BINARY_WITH_SUDO.unwrap_or_default());
    Ok(cache.join("homes").join(format!("{homes}-{}", hex::encode(runtime))))
}

/// Makes it beside its place, so that what is there is whole.
async fn make(program: &Path, chain: &Path, homes: u32, kept: &Path, watcher: &dyn Watcher) -> Result<()> {
    let begun = kept.with_extension("begun");
    if begun.exists() {
        fs::remove_dir_all(&begun).map_err(NeighbourhoodError::file(&begun))?;
    }
    fs::create_dir_all(&begun).map_err(NeighbourhoodError::file(&begun))?;
    let start = Instant::now();
    let what = "deren-node homes";
    let fail = |reason: String| NeighbourhoodError::Command { what: what.into(), reason };
    watcher.waiting(&format!("a first state with {homes} homes"), start.elapsed());
    let run = tokio::process::Command::new(program)
        .arg("homes")
        .arg(format!("--homes={homes}"))
        .arg(format!("--chain={}", chain.display()))
        .arg(format!("--base-path={}", begun.join(NODE).display()))
        .kill_on_drop(true)
        .output();
    let output = run.await.map_err(|error| fail(error.to_string()))?;
    if !output.status.success() {
        return Err(fail(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    parse(&text)?;
    let about = begun.join(ABOUT);
    fs::write(&about, text).map_err(NeighbourhoodError::file(&about))?;
    fs::rename(&begun, kept).map_err(NeighbourhoodError::file(kept))?;
    watcher.done(&format!("a first state with {homes} homes"), start.elapsed());
    Ok(())
}

fn parse(text: &str) -> Result<About> {
    serde_json::from_str(text)
        .map_err(|error| NeighbourhoodError::Decode { what: "what the node wrote".into(), reason: error.to_string() })
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(NeighbourhoodError::file(to))?;
    for entry in fs::read_dir(from).map_err(NeighbourhoodError::file(from))? {
        let entry = entry.map_err(NeighbourhoodError::file(from))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to)?;
        } else {
            fs::copy(&from, &to).map_err(NeighbourhoodError::file(&from))?;
        }
    }
    Ok(())
}

/// The size of all files in a folder.
pub(super) fn bytes_below(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(NeighbourhoodError::file(folder))? {
        let path = entry.map_err(NeighbourhoodError::file(folder))?.path();
        bytes += if path.is_dir() {
            bytes_below(&path)?
        } else {
            fs::metadata(&path).map_err(NeighbourhoodError::file(&path))?.len()
        };
    }
    Ok(bytes)
}
