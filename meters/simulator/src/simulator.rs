//! Joins a configuration's parts: homes, servers and publishers, started together and stopped together.

mod build;

use crate::{
    SimulatorError,
    clock::{Clock, unix_now},
    config::SimulatorConfig,
    device::{Device, RunningHome},
    mqtt_publisher::{Connection, MqttPublisher},
    serving::{Serving, ServingHome},
};
use std::{io, net::SocketAddr, pin::Pin, time::Duration};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, interval, timeout_at},
};

/// How long brokers may take to accept the devices at the start.
const BROKER_TIMEOUT: Duration = Duration::from_secs(15);
/// How often homes that nobody looks at are brought up to date.
const CATCH_UP: Duration = Duration::from_secs(1);

/// What listens and does not answer yet, or does not send yet: where, and what it does until it breaks.
struct Bound {
    address: SocketAddr,
    serving: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
}

/// All that one home brings.
struct BuiltHome {
    serving: ServingHome,
    devices: Vec<Device>,
    running: RunningHome,
    bound: Vec<Bound>,
    publishers: Vec<MqttPublisher>,
}

/// A simulator that serves. Dropping it stops all of it.
#[derive(Debug)]
pub struct Simulator {
    serving: Serving,
    devices: Vec<Vec<Device>>,
    homes: Vec<RunningHome>,
    tasks: JoinSet<SimulatorError>,
}

impl Simulator {
    /// Starts all homes of `config`; when this returns, every server listens and every publisher is connected.
    ///
    /// # Errors
    /// [`SimulatorError`] if the configuration cannot be simulated, an address is taken, or a broker cannot be reached.
    pub async fn start(config: &SimulatorConfig) -> Result<Self, SimulatorError> {
        config.check()?;
        let now_ms = u64::try_from(unix_now().as_millis()).unwrap_or(u64::MAX);
        let t0_unix_ms = config.t0_unix_ms.unwrap_or(now_ms);
        let clock = Clock::new(config.start_unix_s(), config.speed_permille(), t0_unix_ms);
        let mut simulator = Self {
            serving: Serving {
                start_unix_s: config.start_unix_s(),
                t0_unix_ms,
                speed_permille: config.speed_permille().0,
                homes: Vec::with_capacity(config.homes.len()),
            },
            devices: Vec::with_capacity(config.homes.len()),
            homes: Vec::with_capacity(config.homes.len()),
            tasks: JoinSet::new(),
        };
        let mut connections = Vec::new();
        for home in &config.homes {
            let built = build::home(config, home, clock).await?;
            simulator.serving.homes.push(built.serving);
            simulator.devices.push(built.devices);
            simulator.homes.push(built.running);
            for bound in built.bound {
                simulator.tasks.spawn(until_it_stops(bound));
            }
            for publisher in built.publishers {
                let (state, connection) = watch::channel(Connection::default());
                connections.push((publisher.broker.to_string(), connection));
                simulator.tasks.spawn(async move { match publisher.run(state).await {} });
            }
        }
        let homes = simulator.homes.clone();
        for home in &homes {
            home.now().await;
        }
        wait_for_brokers(connections).await?;
        simulator.tasks.spawn(async move {
            let mut ticks = interval(CATCH_UP);
            loop {
                ticks.tick().await;
                for home in &homes {
                    home.now().await;
                }
            }
        });
        Ok(simulator)
    }

    /// What is served, and where.
    pub const fn serving(&self) -> &Serving {
        &self.serving
    }

    /// A device by the number of its home and its own number, as in [`Self::serving`]: to compare what was read with
    /// what is true.
    pub fn device(&self, home: usize, device: usize) -> Option<&Device> {
        self.devices.get(home)?.get(device)
    }

    /// Waits until a part of it stops by itself, which none should, and says why.
    pub async fn failed(&mut self) -> SimulatorError {
        match self.tasks.join_next().await {
            Some(Ok(error)) => error,
            Some(Err(error)) => SimulatorError::Config(format!("a part of the simulator broke: {error}")),
            None => SimulatorError::Config("nothing is simulated".into()),
        }
    }
}

/// Serves, and says why it stopped.
async fn until_it_stops(bound: Bound) -> SimulatorError {
    let stopped = bound.serving.await;
    SimulatorError::Serve {
        address: bound.address,
        source: stopped.err().unwrap_or_else(|| io::ErrorKind::Other.into()),
    }
}

async fn wait_for_brokers(connections: Vec<(String, watch::Receiver<Connection>)>) -> Result<(), SimulatorError> {
    let deadline = Instant::now() + BROKER_TIMEOUT;
    for (broker, mut connection) in connections {
        let up = timeout_at(deadline, connection.wait_for(|state| *state == Connection::Up)).await;
        let is_up = matches!(up, Ok(Ok(_)));
        drop(up);
        if !is_up {
            let reason = match &*connection.borrow() {
                Connection::Down(reason) => reason.clone(),
                _ => "no answer".into(),
            };
            return Err(SimulatorError::Broker { broker, seconds: BROKER_TIMEOUT.as_secs(), reason });
        }
    }
    Ok(())
}
