//! Programs of independent implementations that serve devices, and end with the test.

use super::read;
use deren_meters::Record;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A process that serves.
pub struct Peer {
    told: serde_json::Value,
    process: Child,
}

impl Peer {
    /// Starts a script of `tests/peers`: one of Python, or one of Node.js.
    pub fn start(script: &str) -> Self {
        let interpreter = if script.ends_with(".js") { node() } else { python() };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
        let mut process = Command::new(&interpreter)
            .arg(&script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; run scripts/setup.sh", interpreter.display()));
        let mut line = String::new();
        let out = process.stdout.take().expect("its standard output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let told = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} did not start ({error}); run scripts/setup.sh", script.display()));
        Self { told, process }
    }

    /// A port that it told of.
    pub fn port(&self, name: &str) -> u16 {
        self.told[name].as_u64().and_then(|port| port.try_into().ok()).expect("a port")
    }

    /// Reads a SunSpec device of it over Modbus TCP.
    pub async fn read(&self, rest: &str) -> Record {
        self.read_over("sunspec+tcp", self.port("port"), rest).await
    }

    pub async fn read_over(&self, scheme: &str, port: u16, rest: &str) -> Record {
        read(&format!("{scheme}://127.0.0.1:{port}?{rest}")).await.expect(rest)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The interpreter that has pysunspec2, pymodbus, dsmr-parser and smllib.
pub fn python() -> PathBuf {
    deren_testing::peers_python().expect(
        "Python's peers are not there: run scripts/peers.sh, or set DEREN_PEERS_PYTHON to a Python that has the \
         packages of meters/tests/peers/requirements.txt",
    )
}

/// The Node.js that set-up chose, or that of the PATH.
fn node() -> PathBuf {
    deren_testing::cache()
        .map(|cache| cache.join("node/bin/node"))
        .filter(|node| node.exists())
        .unwrap_or("node".into())
}
