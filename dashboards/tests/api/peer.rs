//! Programs over libraries of others, which read what we serve as their users would.

use deren_testing::peers_python;
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// What this script of `tests/peers` prints of `input`. It must find nothing wrong with it.
pub fn ask_peer(script: &str, arguments: &[&str], input: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
    let mut process = Command::new(peers_python().expect("Python's peers are not there: run scripts/peers.sh"))
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
