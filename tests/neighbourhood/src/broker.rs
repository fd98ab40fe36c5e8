//! The MQTT broker: mosquitto, on a port of its own, keeping nothing.

use crate::{Binaries, NeighbourhoodError, Restartable, Result, Watcher};
use deren_testing::next_free_port;
use std::{fs, path::Path, path::PathBuf, process::Command, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longer than mosquitto has ever been seen to need by far.
const START_DEADLINE: Duration = Duration::from_secs(20);
/// An MQTT 3.1.1 CONNECT with a clean session, a keep-alive of 5 s and no client id.
const CONNECT: [u8; 14] = [0x10, 0x0c, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 5, 0, 0];
/// The answer to it: accepted, no session kept.
const CONNECTION_ACCEPTED: [u8; 4] = [0x20, 2, 0, 0];

/// A mosquitto that can be killed and started again on the same port.
#[derive(Debug)]
pub struct Broker {
    mosquitto: PathBuf,
    configuration: PathBuf,
    port: u16,
    /// The program.
    pub program: Restartable,
}

impl Broker {
    /// Writes its configuration into `folder` and starts it; it may not serve yet.
    pub fn start(binaries: &Binaries, folder: &Path, log: PathBuf) -> Result<Self> {
        let port = next_free_port()?;
        let configuration = folder.join("mosquitto.conf");
        let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
        fs::write(&configuration, text).map_err(NeighbourhoodError::file(&configuration))?;
        let program = Restartable::new("mosquitto", log);
        let mut broker = Self { mosquitto: binaries.mosquitto.clone(), configuration, port, program };
        broker.restart()?;
        Ok(broker)
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it again after it was killed.
    pub fn restart(&mut self) -> Result<()> {
        let mut command = Command::new(&self.mosquitto);
        command.arg("-v").arg("-c").arg(&self.configuration);
        self.program.restart(command)
    }

    /// Waits until it accepts an MQTT connection.
    pub async fn healthy(&mut self, watcher: &dyn Watcher) -> Result<()> {
        let port = self.port;
        let wait = self.program.wait("the MQTT broker", START_DEADLINE, watcher);
        wait.until(async || accepts_connections(port).await).await
    }
}

async fn accepts_connections(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(&CONNECT).await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    if answer == CONNECTION_ACCEPTED {
        Ok(())
    } else {
        Err(std::io::Error::other(format!("the broker answered {answer:02x?} to a connection")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Silent, binaries::system};

    #[tokio::test]
    async fn a_killed_broker_comes_back_on_its_port() {
        let folder = tempfile::tempdir().expect("a folder");
        let nowhere = PathBuf::from("/nowhere");
        let binaries = Binaries {
            node: nowhere.clone(),
            gateway: nowhere.clone(),
            simulator: nowhere.clone(),
            dashboards: nowhere,
            mosquitto: system("mosquitto").expect("installed"),
        };
        let mut broker = Broker::start(&binaries, folder.path(), folder.path().join("b.log")).expect("starts");
        broker.healthy(&Silent).await.expect("serves");
        broker.program.kill();
        assert!(accepts_connections(broker.port()).await.is_err());
        broker.restart().expect("starts again");
        broker.healthy(&Silent).await.expect("serves again");
    }
}
