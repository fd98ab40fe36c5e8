//! A Modbus TCP server with several units: answers reads from the homes' registers, and acts out faults on the wire.
//! It never writes to a device: every function but reading is refused.

use crate::{
    device::Moment,
    faults::FaultKind,
    unit::{NoRegisters, Range, UnitKind},
};
use deren_meters::template::registers::decode::Function;
use std::{
    collections::BTreeMap,
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_modbus::{ExceptionCode, Request, Response, SlaveRequest, server::Service};

const USUAL_EXCEPTION: u8 = 4;
const USUAL_LATE_MS: u32 = 8_000;

/// The units of one server, by unit id.
#[derive(Debug)]
pub struct ModbusServer {
    units: BTreeMap<u8, UnitKind>,
    clients: Arc<Semaphore>,
}

/// What the wire does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Registers(Vec<u16>),
    Late(Vec<u16>, Duration),
    Exception(ExceptionCode),
    Silence,
    HangUp,
}

impl ModbusServer {
    /// A server of `units` for at most `clients` connections at once.
    pub fn new(units: BTreeMap<u8, UnitKind>, clients: u8) -> Self {
        Self { units, clients: Arc::new(Semaphore::new(clients.into())) }
    }

    /// Serves until the task is dropped; then every connection is closed.
    ///
    /// # Errors
    /// What the listening socket says when it cannot accept any more.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        let server = Arc::new(self);
        let on_connected = |stream: TcpStream, client: SocketAddr| {
            let server = Arc::clone(&server);
            async move { Ok(server.welcome(stream, client)) }
        };
        let on_error = |error: io::Error| tracing::debug!(%error, "a Modbus connection ended");
        tokio_modbus::server::tcp::Server::new(listener).serve(&on_connected, on_error).await
    }

    fn welcome(self: Arc<Self>, stream: TcpStream, client: SocketAddr) -> Option<(Units, Connection)> {
        let Ok(permit) = Arc::clone(&self.clients).try_acquire_owned() else {
            tracing::debug!(%client, "refused: the device has all the clients that it takes");
            return None;
        };
        let hung_up = Arc::new(AtomicBool::new(false));
        let units = Units { server: self, hung_up: Arc::clone(&hung_up) };
        Some((units, Connection { stream, hung_up, _permit: permit }))
    }

    async fn answer(&self, unit: u8, request: &Request<'_>) -> Outcome {
        let range = match *request {
            Request::ReadHoldingRegisters(address, count) => Range { function: Function::Holding, address, count },
            Request::ReadInputRegisters(address, count) => Range { function: Function::Input, address, count },
            _ => return Outcome::Exception(ExceptionCode::IllegalFunction),
        };
        // All units of a server are of one home, so that one look at it serves them all.
        let (Some(unit), Some(home)) = (self.units.get(&unit), self.home()) else {
            return Outcome::Exception(ExceptionCode::GatewayTargetDevice);
        };
        let moment = home.now().await;
        let devices = self.units.values().flat_map(UnitKind::devices);
        if devices.into_iter().any(|device| device.faults().is_on(FaultKind::NetworkLoss, moment.elapsed_s)) {
            return Outcome::Silence;
        }
        match unit.read(range, &moment) {
            Ok(answer) => act_out(unit, &answer.devices, answer.words, &moment),
            Err(NoRegisters::Count) => Outcome::Exception(ExceptionCode::IllegalDataValue),
            Err(NoRegisters::Address) => Outcome::Exception(ExceptionCode::IllegalDataAddress),
            Err(NoRegisters::Value) => Outcome::Exception(ExceptionCode::ServerDeviceFailure),
        }
    }

    fn home(&self) -> Option<&crate::device::RunningHome> {
        self.units.values().flat_map(|unit| unit.devices()).next().map(|device| device.home())
    }
}

/// What the faults of the devices that were touched make of an answer. The rudest fault wins.
fn act_out(unit: &UnitKind, touched: &[usize], mut words: Vec<u16>, moment: &Moment) -> Outcome {
    let fault = |kind| {
        let devices = touched.iter().filter_map(|number| unit.devices().get(*number));
        devices.filter_map(|device| device.faults().on(kind, moment.elapsed_s)).next()
    };
    if fault(FaultKind::Disconnect).is_some() {
        return Outcome::HangUp;
    }
    if fault(FaultKind::Silent).is_some() {
        return Outcome::Silence;
    }
    if let Some(exception) = fault(FaultKind::Exception) {
        return Outcome::Exception(ExceptionCode::new(exception.exception_code.unwrap_or(USUAL_EXCEPTION)));
    }
    if fault(FaultKind::ShortReply).is_some() {
        words.pop();
    }
    match fault(FaultKind::LateReply) {
        Some(late) => Outcome::Late(words, Duration::from_millis(late.late_ms.unwrap_or(USUAL_LATE_MS).into())),
        None => Outcome::Registers(words),
    }
}

/// The units as one connection sees them.
struct Units {
    server: Arc<ModbusServer>,
    hung_up: Arc<AtomicBool>,
}

impl Service for Units {
    type Request = SlaveRequest<'static>;
    type Response = Option<Response>;
    type Exception = ExceptionCode;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Exception>> + Send>>;

    fn call(&self, asked: Self::Request) -> Self::Future {
        let (server, hung_up) = (Arc::clone(&self.server), Arc::clone(&self.hung_up));
        Box::pin(async move {
            let reply = |words| match asked.request {
                Request::ReadInputRegisters(..) => Response::ReadInputRegisters(words),
                _ => Response::ReadHoldingRegisters(words),
            };
            match server.answer(asked.slave, &asked.request).await {
                Outcome::Registers(words) => Ok(Some(reply(words))),
                Outcome::Late(words, late) => {
                    tokio::time::sleep(late).await;
                    Ok(Some(reply(words)))
                }
                Outcome::Exception(code) => Err(code),
                Outcome::Silence => Ok(None),
                Outcome::HangUp => {
                    hung_up.store(true, Ordering::Relaxed);
                    Ok(None)
                }
            }
        })
    }
}

/// A client's connection; it reads as closed once the device has hung up, and is closed by that.
struct Connection {
    stream: TcpStream,
    hung_up: Arc<AtomicBool>,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.hung_up.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
