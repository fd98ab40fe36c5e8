//! A device that answers requests for registers from memory, and may answer wrongly. Everything above the frames of
//! Modbus is the code that real devices meet; the frames are [`frames`](super::frames)'s.

use async_trait::async_trait;
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_modbus::{
    ExceptionCode, Request, Response,
    client::{Client, Context},
    slave::{Slave, SlaveContext},
};

/// What the device holds.
#[derive(Clone, Debug)]
pub(crate) enum Registers {
    /// Registers from this address on, and none elsewhere.
    At(u16, Vec<u16>),
    /// Whatever is asked for, these come, and then zeros.
    Stream(Vec<u16>),
}

/// A device that answers from memory.
#[derive(Clone, Debug)]
pub(crate) struct Image(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    registers: Registers,
    /// The request that goes wrong, counted down, and how.
    odd_in: u8,
    oddity: u8,
    /// Number of answers that are given; then the device is gone.
    answers_left: u16,
}

impl Image {
    /// A device with these registers. The `odd_in`th answer is odd in one of a few ways.
    pub(crate) fn new(registers: Registers, odd_in: u8, oddity: u8) -> Self {
        Self(Arc::new(Mutex::new(State { registers, odd_in, oddity, answers_left: 2_000 })))
    }

    /// A connection to it.
    pub(crate) fn connection(&self) -> Context {
        let client: Box<dyn Client> = Box::new(self.clone());
        client.into()
    }
}

impl SlaveContext for Image {
    fn set_slave(&mut self, _: Slave) {}
}

#[async_trait]
impl Client for Image {
    async fn call(&mut self, request: Request<'_>) -> tokio_modbus::Result<Response> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answer(&request)
    }

    async fn disconnect(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl State {
    fn answer(&mut self, request: &Request<'_>) -> tokio_modbus::Result<Response> {
        self.answers_left = match self.answers_left.checked_sub(1) {
            Some(left) => left,
            None => return Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
        };
        let (address, count, wrap): (u16, u16, fn(Vec<u16>) -> Response) = match request {
            Request::ReadHoldingRegisters(address, count) => (*address, *count, Response::ReadHoldingRegisters),
            Request::ReadInputRegisters(address, count) => (*address, *count, Response::ReadInputRegisters),
            _ => return Ok(Err(ExceptionCode::IllegalFunction)),
        };
        let words = self.registers.read(address, count);
        let is_odd = self.odd_in == 0;
        self.odd_in = self.odd_in.wrapping_sub(1);
        let Some(mut words) = words else { return Ok(Err(ExceptionCode::IllegalDataAddress)) };
        if !is_odd {
            return Ok(Ok(wrap(words)));
        }
        // Neither busy nor silent: then drivers wait, and real time passes.
        match self.oddity % 8 {
            0 => drop(words.pop()),
            1 => words.push(0),
            2 => words.clear(),
            3 => return Ok(Err(ExceptionCode::GatewayTargetDevice)),
            4 => return Ok(Err(ExceptionCode::Custom(self.oddity | 0x80))),
            5 => return Ok(Ok(Response::ReadCoils(vec![true; usize::from(count)]))),
            6 => return Err(io::Error::from(io::ErrorKind::InvalidData).into()),
            _ => return Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
        }
        Ok(Ok(wrap(words)))
    }
}

impl Registers {
    fn read(&mut self, address: u16, count: u16) -> Option<Vec<u16>> {
        let count = usize::from(count);
        match self {
            Self::At(base, words) => {
                let start = usize::from(address.checked_sub(*base)?);
                Some(words.get(start..start.checked_add(count)?)?.to_vec())
            }
            Self::Stream(words) => {
                let rest = words.split_off(count.min(words.len()));
                let mut read = std::mem::replace(words, rest);
                read.resize(count, 0);
                Some(read)
            }
        }
    }
}
