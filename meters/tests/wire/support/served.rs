//! Well-behaved Modbus devices, served by tokio-modbus over TCP or a serial line.

use super::image::{Image, sdm630};
use deren_meters::{Readout, template::registers::ModbusTemplate};
use std::{
    collections::HashMap,
    future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_modbus::{
    ExceptionCode, Request, Response, SlaveRequest,
    server::{Service, tcp},
};

/// Registers by unit, function and address. What is not there is refused as an illegal address.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<Registers>>);

type Registers = HashMap<(u8, u8, u16), u16>;

impl Memory {
    pub fn put(&self, unit: u8, function: u8, address: u16, words: &[u16]) -> &Self {
        let mut registers = self.0.lock().expect("not poisoned");
        for (address, word) in (address..).zip(words) {
            registers.insert((unit, function, address), *word);
        }
        self
    }

    pub fn image(&self, unit: u8, base: u16, image: &Image) -> &Self {
        self.put(unit, 3, base, &image.0)
    }

    /// The device of a template, as it shows that.
    pub fn show(&self, unit: u8, template: &ModbusTemplate, readout: &Readout) -> &Self {
        for block in template.encode(readout).expect("it fits") {
            self.put(unit, block.function.into(), block.address, &block.words);
        }
        self
    }

    /// What an SDM630 is known by.
    pub fn sdm630(&self, unit: u8) -> &Self {
        for address in [0x00, 0x02, 0x46] {
            self.put(unit, 4, address, &sdm630(address).expect("it is one of them"));
        }
        self
    }

    pub fn clear(&self) -> &Self {
        self.0.lock().expect("not poisoned").clear();
        self
    }

    fn read(&self, unit: u8, function: u8, address: u16, count: u16) -> Result<Vec<u16>, ExceptionCode> {
        let registers = self.0.lock().expect("not poisoned");
        let word = |offset| Some(*registers.get(&(unit, function, address.checked_add(offset)?))?);
        (0..count).map(word).collect::<Option<Vec<u16>>>().ok_or(ExceptionCode::IllegalDataAddress)
    }
}

impl Service for Memory {
    type Request = SlaveRequest<'static>;
    type Response = Response;
    type Exception = ExceptionCode;
    type Future = future::Ready<Result<Response, ExceptionCode>>;

    fn call(&self, SlaveRequest { slave, request }: Self::Request) -> Self::Future {
        future::ready(match request {
            Request::ReadHoldingRegisters(address, count) => {
                self.read(slave, 3, address, count).map(Response::ReadHoldingRegisters)
            }
            Request::ReadInputRegisters(address, count) => {
                self.read(slave, 4, address, count).map(Response::ReadInputRegisters)
            }
            // A driver or a search that writes has no business here.
            other => panic!("not a read: {other:?}"),
        })
    }
}

/// A Modbus TCP device on a port of its own.
pub struct Served {
    pub port: u16,
    connections: Arc<AtomicUsize>,
    /// Every connection ends when this changes.
    restarts: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Served {
    /// One SunSpec device, as unit 1 at the usual place.
    pub async fn image(image: &Image) -> Self {
        Self::start(Memory::default().image(1, 40_000, image)).await
    }

    pub async fn start(memory: &Memory) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port"), memory)
    }

    pub fn on(listener: TcpListener, memory: &Memory) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let restarts = watch::Sender::new(());
        let (memory, counter, mut restarted) = (memory.clone(), connections.clone(), restarts.subscribe());
        let server = tcp::Server::new(listener);
        let task = tokio::spawn(async move {
            let accept = |stream, _| {
                counter.fetch_add(1, Ordering::SeqCst);
                future::ready(Ok(Some((memory.clone(), stream))))
            };
            loop {
                // Serving ends its connections when it is given up.
                tokio::select! {
                    served = server.serve(&accept, |_| {}) => served.expect("served"),
                    _ = restarted.changed() => {}
                }
            }
        });
        Self { port, connections, restarts, task }
    }

    /// Ends every connection, as a device does that loses power.
    pub async fn restart(&self) {
        self.restarts.send_replace(());
        tokio::task::yield_now().await;
    }

    /// Refuses every connection from now on.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
