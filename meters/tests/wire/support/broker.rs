//! A mosquitto process on a port of its own, and somebody who publishes there.

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpStream, task::JoinHandle, time::sleep};

/// A broker.
pub struct Broker {
    pub port: u16,
    folder: TempDir,
    process: Option<Child>,
}

impl Broker {
    /// A broker that takes anyone.
    pub async fn start() -> Self {
        Self::with("allow_anonymous true\n").await
    }

    /// A broker that takes this user only.
    pub async fn with_user(user: &str, password: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("passwords");
        let made = Command::new("mosquitto_passwd").arg("-b").arg("-c").args([&file]).args([user, password]).status();
        assert!(made.expect("mosquitto_passwd (package mosquitto)").success());
        // The broker gives up root's rights before it reads the file.
        make_readable(folder.path(), 0o755);
        make_readable(&file, 0o644);
        let settings = format!("allow_anonymous false\npassword_file {}\n", file.display());
        Self::in_folder(folder, &settings).await
    }

    async fn with(settings: &str) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), settings).await
    }

    async fn in_folder(folder: TempDir, settings: &str) -> Self {
        let port = deren_testing::free_port();
        let config = format!("listener {port} 127.0.0.1\npersistence false\n{settings}");
        std::fs::write(folder.path().join("mosquitto.conf"), config).expect("written");
        let mut broker = Self { port, folder, process: None };
        broker.restart().await;
        broker
    }

    /// Starts it (again) on its port.
    pub async fn restart(&mut self) {
        self.stop();
        let process = Command::new(deren_testing::mosquitto())
            .arg("-c")
            .arg(self.folder.path().join("mosquitto.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.process = Some(process.expect("mosquitto (package mosquitto) should start"));
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("mosquitto does not listen on port {}", self.port);
    }

    /// Ends it as if the power failed.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
    }
}

fn make_readable(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
}

/// Publishes the same messages again and again until it is dropped, so that nothing depends on who comes first.
pub struct Publisher(JoinHandle<()>);

impl Publisher {
    pub fn start(port: u16, messages: Vec<(String, Vec<u8>)>) -> Self {
        let (client, mut events) = AsyncClient::new(options(port, "publisher"), 16);
        Self(tokio::spawn(async move {
            let publish = async {
                loop {
                    for (topic, payload) in &messages {
                        let _ = client.publish(topic, QoS::AtMostOnce, false, payload.clone()).await;
                    }
                    sleep(Duration::from_millis(20)).await;
                }
            };
            let keep_up = async {
                loop {
                    if events.poll().await.is_err() {
                        sleep(Duration::from_millis(20)).await;
                    }
                }
            };
            tokio::join!(publish, keep_up);
        }))
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Leaves a retained message with the broker, and returns once the broker has it.
pub async fn retain(port: u16, topic: &str, payload: &str) {
    let (client, mut events) = AsyncClient::new(options(port, "retainer"), 16);
    client.publish(topic, QoS::AtLeastOnce, true, payload).await.expect("queued");
    loop {
        if let Event::Incoming(Packet::PubAck(_)) = events.poll().await.expect("a connection") {
            return;
        }
    }
}

fn options(port: u16, role: &str) -> MqttOptions {
    MqttOptions::new(format!("{role}-{port}"), "127.0.0.1", port)
}
