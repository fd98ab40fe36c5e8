//! Programs over libraries of others, which read what we serve as their users would.

use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What this script of `tests/peers` prints of `input`. It must find nothing wrong with it.
pub fn ask_peer(script: &str, arguments: &[&str], input: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
    let mut process = Command::new(python())
        .arg(&script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", script.display()));
    let mut stdin = process.stdin.take().expect("its standard input");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let ended = process.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).expect("text")
}

/// The interpreter that has the packages of `tests/peers/requirements.txt`.
fn python() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").expect("HOME or DEREN_CACHE is set")).join(".cache/deren");
    let cache = || env::var_os("DEREN_CACHE").map_or_else(home, PathBuf::from);
    let python = env::var_os("DEREN_PEERS_PYTHON").map_or_else(|| cache().join("peers/bin/python"), PathBuf::from);
    assert!(python.exists(), "{} is missing: run scripts/peers.sh", python.display());
    python
}
