//! A real broker on a free loopback port, stopped when dropped.

use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// A running mosquitto.
pub struct Mosquitto {
    pub port: u16,
    child: Child,
    folder: TempDir,
}

impl Mosquitto {
    /// Starts one; waits until it takes connections.
    pub async fn start() -> Self {
        loop {
            let port = deren_testing::free_port();
            // Another process may have taken the port meanwhile; then the broker exits, and the next port is tried.
            if let Some(broker) = Self::start_at(port).await {
                return broker;
            }
        }
    }

    async fn start_at(port: u16) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("mosquitto.conf");
        std::fs::write(&config, format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"))
            .unwrap();
        let child = Self::spawn(&config);
        let mut broker = Self { port, child, folder };
        broker.wait().await.then_some(broker)
    }

    fn spawn(config: &std::path::Path) -> Child {
        Command::new(deren_testing::mosquitto())
            .arg("-c")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto starts")
    }

    async fn wait(&mut self) -> bool {
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            tokio::task::yield_now().await;
        }
        true
    }

    /// Kills it and starts it again on the same port.
    pub async fn restart(&mut self) {
        self.stop();
        self.child = Self::spawn(&self.folder.path().join("mosquitto.conf"));
        assert!(self.wait().await, "mosquitto did not come back on port {}", self.port);
    }

    /// As `mqtt://` URL.
    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.stop();
    }
}
