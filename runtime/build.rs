//! Builds this crate twice more, for Wasm: for chains in earnest, and with sudo for `--chain dev`. Without the feature
//! `std` this is one of these times. The two share almost all that is compiled.
//!
//! Each Wasm is given the digest of its own metadata, with which hardware wallets check what they sign. The digests are
//! kept in a file, because computing them takes a first build of each Wasm and a program that runs it. A test of the
//! node compares them.

#[cfg(feature = "std")]
use std::{env, fs, process};

/// The variable in which the extension that checks the digest looks for it.
#[cfg(feature = "std")]
const DIGEST: &str = "RUNTIME_METADATA_HASH";
#[cfg(feature = "std")]
const DIGESTS: &str = "metadata-digests.txt";

#[cfg(feature = "std")]
fn main() {
    // A process of its own for each Wasm, because the builder passes on the variables of the one that calls it.
    match env::args().nth(1).as_deref() {
        // The first keeps the default names, which tools look for.
        Some("without-sudo") => builder().build(),
        Some("with-sudo") => builder().set_file_name("wasm_binary_sudo.rs").enable_feature("sudo").build(),
        _ => each(),
    }
}

/// Builds the Wasm of each line of the file, which says its name and its digest.
#[cfg(feature = "std")]
fn each() {
    println!("cargo:rerun-if-changed={DIGESTS}");
    let digests = fs::read_to_string(DIGESTS).expect("the digests are beside this file");
    let this = env::current_exe().expect("this program has a file");
    for (wasm, digest) in digests.lines().filter_map(|line| line.split_once(' ')) {
        let ended = process::Command::new(&this).arg(wasm).env(DIGEST, digest).status().expect("it starts once more");
        assert!(ended.success(), "the Wasm {wasm} is not built: {ended}");
    }
}

#[cfg(feature = "std")]
fn builder() -> substrate_wasm_builder::WasmBuilder {
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
}

#[cfg(not(feature = "std"))]
fn main() {}
