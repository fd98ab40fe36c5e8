//! `approve-point`: an operator approves a connection point, and gets the code that its owner registers.

use super::block_on;
use anyhow::{Context as _, bail};
use deren_dashboards::{
    api::address::Address,
    operator::{Approval, Point, approve_point},
};
use deren_primitives::{Hex, Source};
use rand::Rng as _;
use serde::{Deserialize as _, de::IntoDeserializer as _};
use std::{
    fs::File,
    io::Read,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    str::FromStr as _,
};
use subxt_signer::{SecretUri, sr25519::Keypair};
use url::Url;

/// A key's text is not longer.
const MAX_KEY_BYTES: u64 = 1024;
/// What may be read by more than its owner.
const OTHERS: u32 = 0o077;

/// What is approved, where, and who signs it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The node to which it is sent.
    #[arg(long, default_value = "ws://127.0.0.1:9944")]
    node: Url,
    /// A file with the operator's key, which nobody else may read; `-` is standard input. It has twelve words or more,
    /// or 0x and 64 digits, and a derivation path if there is one.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The zone's number.
    #[arg(long)]
    zone: u32,
    /// The account that may register a site there.
    #[arg(long, value_name = "ADDRESS")]
    owner: Address,
    /// The official id of the connection point. The chain gets a salted hash of it.
    #[arg(long, value_name = "ID")]
    official_id: String,
    /// What the connection carries: no role's devices may be rated higher together.
    #[arg(long, value_name = "W")]
    max_power_w: u32,
    /// What may produce there: solar, wind, water, heat_and_power or other; once for each. Without it nothing may.
    #[arg(long = "source", value_name = "SOURCE", value_parser = source)]
    sources: Vec<Source>,
    /// The regulator's keyed hash of the id, 0x and 64 digits. Without it the id's own hash keeps the point from being
    /// approved twice.
    #[arg(long, value_name = "HASH", value_parser = hash)]
    nullifier: Option<[u8; 32]>,
}

fn source(text: &str) -> Result<Source, String> {
    Source::deserialize(text.into_deserializer()).map_err(|error: serde::de::value::Error| error.to_string())
}

fn hash(text: &str) -> Result<[u8; 32], String> {
    Hex::parse(text).ok_or_else(|| "it is 0x and 64 hexadecimal digits".to_owned())
}

/// Approves it; what was approved goes to stdout as one JSON line.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { node, key, zone, owner, official_id, max_power_w, sources, nullifier } = arguments;
    let point = Point::new(&official_id, rand::rng().random(), nullifier)?;
    let key = read_key(&key)?;
    let approval = Approval { zone, owner, max_power_w, sources, point };
    let approved = block_on(async { Ok(approve_point(&node, &key, &approval).await?) })?;
    eprintln!(
        "Approved: {owner} may register a site in zone {zone} of market {}, with devices of at most {max_power_w} W.\n\
         Give them this code: {}\nKeep the salt with the official id: {}",
        approved.market, approved.connection_point, approved.salt
    );
    println!("{}", serde_json::to_string(&approved)?);
    Ok(())
}

/// The key of a file, or of standard input. What is wrong with it never shows any of it.
fn read_key(path: &Path) -> anyhow::Result<Keypair> {
    if path == Path::new("-") {
        return key_of(std::io::stdin().lock()).context("the key on standard input");
    }
    let file = File::open(path).with_context(|| format!("the key file {}", path.display()))?;
    let mode = file.metadata().with_context(|| format!("the key file {}", path.display()))?.permissions().mode();
    if mode & OTHERS != 0 {
        bail!("others may read the key file {0}: run 'chmod 600 {0}'", path.display());
    }
    key_of(file).with_context(|| format!("the key file {}", path.display()))
}

fn key_of(source: impl Read) -> anyhow::Result<Keypair> {
    let mut text = String::new();
    source.take(MAX_KEY_BYTES).read_to_string(&mut text).context("it is no text")?;
    let text = text.trim();
    if text.is_empty() {
        bail!("it is empty");
    }
    let uri = SecretUri::from_str(text).ok().and_then(|uri| Keypair::from_uri(&uri).ok());
    uri.context("it is neither the words of a key nor 0x and 64 digits, with a path or without")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const WORDS: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    #[test]
    fn a_key_is_words_or_digits_with_a_path() {
        let ferdie = subxt_signer::sr25519::dev::ferdie().public_key().0;
        for text in [format!("{WORDS}//Ferdie\n"), "//Ferdie".to_owned()] {
            assert_eq!(key_of(text.as_bytes()).expect("a key").public_key().0, ferdie);
        }
        assert!(key_of(format!("0x{}", "11".repeat(32)).as_bytes()).is_ok());
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_not_shown() {
        for text in ["", " \n", "bottom drive obey", "0x1234", "\u{0}"] {
            let error = key_of(text.as_bytes()).expect_err("no key");
            assert!(!format!("{error:#}").contains("drive"), "{error:#}");
        }
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("operator.key");
        fs::write(&path, WORDS).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("its mode");
        let error = read_key(&path).expect_err("others may read it");
        assert!(error.to_string().contains("chmod 600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
        assert!(read_key(&path).is_ok());
    }

    #[test]
    fn sources_and_hashes_are_read_by_name() {
        assert_eq!(source("heat_and_power"), Ok(Source::HeatAndPower));
        assert!(source("coal").expect_err("none").contains("solar"));
        assert_eq!(hash(&format!("0x{}", "02".repeat(32))), Ok([2; 32]));
        assert!(hash("0202").is_err());
    }
}
