//! What is embedded is part of the program: it is built again when a migration or a built page changes.
//!
//! The pages are taken from `DEREN_WEB_DIST`, or else from `web/dist`. Where they were not built, an empty folder takes
//! their place, and the program says at its address how to build them.

use std::{env, fs, path::PathBuf};

const CHOSEN: &str = "DEREN_WEB_DIST";

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-env-changed={CHOSEN}");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let dist = env::var_os(CHOSEN).map_or_else(|| here.join("web/dist"), |chosen| here.join(chosen));
    let embedded = if dist.join("index.html").is_file() {
        println!("cargo:rerun-if-changed={}", dist.display());
        dist
    } else {
        // Something will appear in this folder when the pages are built.
        let parent = dist.parent().filter(|parent| parent.is_dir()).unwrap_or(&here);
        println!("cargo:rerun-if-changed={}", parent.display());
        let empty = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("no-pages");
        fs::create_dir_all(&empty).expect("the build's own folder can be written");
        empty
    };
    println!("cargo:rustc-env={CHOSEN}={}", embedded.display());
}
