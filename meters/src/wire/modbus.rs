//! One wire with Modbus on it, shared by every device of this process that is on it.
//!
//! Many inverters take one connection only, and a serial line carries one conversation at a time. So there is one
//! connection a wire, and one request at a time on it. A connection is given up after anything but a proper answer or a
//! Modbus exception. So a late answer is never taken for the next one. A device that turns us away is left in peace for
//! a while.

mod line;
pub(crate) mod roll_call;
mod turned_away;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use line::over;

use super::Wire;
use crate::{MeterError, in_use::InUse, patience::Patience, template::registers::decode::Function};
use line::Link;
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};
use tokio_modbus::{
    ExceptionCode, Request, Response,
    client::Client,
    slave::{Slave, SlaveContext},
};
use turned_away::TurnedAway;

/// A request for registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Modbus unit id.
    pub unit: u8,
    /// The function that reads them.
    pub function: Function,
    /// Address of the first.
    pub address: u16,
    /// How many, 1 to 125.
    pub count: u16,
}

/// A wire and the connection over it.
pub struct Bus {
    wire: Wire,
    state: tokio::sync::Mutex<State>,
    connections: AtomicU64,
    /// Makes connections instead of the wire, in fuzzing.
    #[cfg(any(test, feature = "fuzzing"))]
    connects: Option<Box<dyn Fn() -> Link + Send + Sync>>,
}

#[derive(Default)]
struct State {
    /// Taken out while a request is under way, so that a request given up half-way gives up the connection too.
    link: Option<Link>,
    /// Until when an answer to a request of before may still arrive.
    late_until: Option<Instant>,
    /// What to do while the device talks to somebody else.
    turned_away: TurnedAway,
}

impl Bus {
    /// The bus of that wire: the one that others use, or a new one. Nothing is sent.
    #[must_use]
    pub fn shared(wire: &Wire) -> Arc<Self> {
        static BUSES: InUse<Wire, Bus> = InUse::new();
        let Ok(bus) = BUSES.get_or(wire, |_| true, || Ok::<_, Infallible>(Self::new(wire.clone())));
        bus
    }

    fn new(wire: Wire) -> Self {
        Self {
            wire,
            state: tokio::sync::Mutex::default(),
            connections: AtomicU64::new(0),
            #[cfg(any(test, feature = "fuzzing"))]
            connects: None,
        }
    }

    /// A bus of its own to a device that is only bytes.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn over(wire: Wire, connects: impl Fn() -> Link + Send + Sync + 'static) -> Self {
        Self { connects: Some(Box::new(connects)), ..Self::new(wire) }
    }

    async fn connect(&self, patience: &Patience, late_until: Option<Instant>) -> Result<Link, MeterError> {
        #[cfg(any(test, feature = "fuzzing"))]
        if let Some(connects) = &self.connects {
            return Ok(connects());
        }
        line::connect(&self.wire, patience, late_until).await
    }

    /// The wire.
    #[must_use]
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Number of the connection in use: it grows whenever one is made.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Reads registers; gives exactly as many as asked for. Connects first where need be, and asks again where the
    /// device is busy, as often as its `patience` say.
    ///
    /// # Errors
    /// [`MeterError`]: `Unreachable`, `HeldByAnother`, `Timeout`, `Disconnected`, `Exception`, `WrongLength` or
    /// `BadReply`.
    pub async fn read(&self, read: Read, patience: impl Into<Patience>) -> Result<Vec<u16>, MeterError> {
        let patience = patience.into();
        for _ in 0..patience.busy_retries {
            match self.read_once(read, &patience).await {
                Err(MeterError::Exception { code: 5 | 6, .. }) => {
                    sleep(Duration::from_millis(patience.busy_pause_ms.into())).await;
                }
                outcome => return outcome,
            }
        }
        self.read_once(read, &patience).await
    }

    async fn read_once(&self, read: Read, patience: &Patience) -> Result<Vec<u16>, MeterError> {
        let mut state = self.state.lock().await;
        if let Some(link) = state.link.take() {
            match self.ask(&mut state, link, read, patience).await {
                // The device closes what is idle for long: that says nothing about how it is now.
                Err(MeterError::Disconnected { .. }) => {}
                outcome => return outcome,
            }
        }
        if let Some((left, reason)) = state.turned_away.pause(Instant::now()) {
            return Err(self.held(reason.to_owned(), left));
        }
        let late_until = state.late_until.take();
        let link = match self.connect(patience, late_until).await {
            Err(MeterError::HeldByAnother { reason, .. }) => return Err(self.turned_away(&mut state, reason)),
            outcome => outcome?,
        };
        self.connections.fetch_add(1, Ordering::Relaxed);
        match self.ask(&mut state, link, read, patience).await {
            // Taken on and sent away again, before a single answer.
            Err(MeterError::Disconnected { reason, .. }) => Err(self.turned_away(&mut state, reason)),
            outcome => outcome,
        }
    }

    fn turned_away(&self, state: &mut State, reason: String) -> MeterError {
        let pause = state.turned_away.again(Instant::now(), &reason);
        self.held(reason, pause)
    }

    fn held(&self, reason: String, pause: Duration) -> MeterError {
        let retry_s = u32::try_from(pause.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
        MeterError::HeldByAnother { endpoint: self.wire.to_string(), reason, retry_s }
    }

    async fn ask(
        &self,
        state: &mut State,
        mut link: Link,
        read: Read,
        patience: &Patience,
    ) -> Result<Vec<u16>, MeterError> {
        let limit = patience.timing.timeout(&self.wire);
        let endpoint = || self.wire.to_string();
        let request = match read.function {
            Function::Holding => Request::ReadHoldingRegisters(read.address, read.count),
            Function::Input => Request::ReadInputRegisters(read.address, read.count),
        };
        link.set_slave(Slave(read.unit));
        if let Wire::Serial { baud, .. } = &self.wire {
            sleep(line::silence(*baud)).await;
        }
        let Ok(outcome) = timeout(limit, link.call(request)).await else {
            state.late_until = Some(Instant::now() + limit);
            let timeout_ms = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
            return Err(MeterError::Timeout { endpoint: endpoint(), what: read.to_string(), timeout_ms });
        };
        if outcome.is_ok() {
            state.turned_away.welcomed();
        }
        let bad = |reason: String| MeterError::BadReply { endpoint: endpoint(), what: read.to_string(), reason };
        match outcome {
            Ok(Ok(Response::ReadHoldingRegisters(words) | Response::ReadInputRegisters(words))) => {
                if words.len() != usize::from(read.count) {
                    let (what, expected, got) = (read.to_string(), read.count, words.len());
                    return Err(MeterError::WrongLength { endpoint: endpoint(), what, expected, got });
                }
                state.link = Some(link);
                Ok(words)
            }
            Ok(Ok(other)) => Err(bad(format!("{other:?}").chars().take(80).collect())),
            Ok(Err(exception)) => {
                state.link = Some(link);
                let (code, meaning) = named(exception);
                Err(MeterError::Exception { endpoint: endpoint(), what: read.to_string(), code, meaning })
            }
            Err(tokio_modbus::Error::Protocol(error)) => Err(bad(error.to_string().chars().take(160).collect())),
            Err(tokio_modbus::Error::Transport(error)) => Err(match error.kind() {
                io::ErrorKind::InvalidData => bad(error.to_string()),
                io::ErrorKind::UnexpectedEof => bad("it is cut short".into()),
                // What the library gives when the other side has closed, whatever the last error was.
                io::ErrorKind::WouldBlock => self.closed(),
                _ if error.raw_os_error() == Some(0) => self.closed(),
                _ => MeterError::Disconnected { endpoint: endpoint(), reason: error.to_string() },
            }),
        }
    }

    fn closed(&self) -> MeterError {
        MeterError::Disconnected { endpoint: self.wire.to_string(), reason: "closed by the other side".into() }
    }
}

impl std::fmt::Display for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { unit, function, address, count } = self;
        let kind = match function {
            Function::Holding => "holding",
            Function::Input => "input",
        };
        write!(f, "unit {unit}, {count} {kind} registers from {address}")
    }
}

/// Number and name of an exception, by the Modbus application protocol specification.
fn named(exception: ExceptionCode) -> (u8, &'static str) {
    let code = u8::from(exception);
    let meaning = match code {
        1 => "illegal function",
        2 => "illegal data address",
        3 => "illegal data value",
        4 => "device failure",
        5 => "acknowledge, still working on it",
        6 => "device busy, try again",
        8 => "memory parity error",
        10 => "gateway path unavailable",
        11 => "device behind the gateway does not answer",
        _ => "unknown exception",
    };
    (code, meaning)
}
