//! Frames of Modbus, over TCP and as a serial line has them: a connection that is bytes, and a bus that asks over it.

use crate::{
    MeterError,
    patience::Patience,
    template::registers::decode::Function,
    wire::{
        Wire,
        modbus::{self, Bus, Read},
    },
};
use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const CRC: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS);
/// How often the bus asks.
const REQUESTS: u16 = 8;

/// The first byte says which frames, and whether they are made to fit the request: else hardly any does. The next one
/// says how many registers are asked for. Then come the answers to one request after the other, each after its length.
pub fn frames(data: &[u8]) {
    let [flags, count, script @ ..] = data else { return };
    let (is_tcp, fits) = (flags & 1 == 0, flags & 2 == 0);
    let line = Line { is_tcp, fits, script: Arc::new(Mutex::new(script.to_vec().into())), answer: VecDeque::new() };
    let (host, port) = ("127.0.0.1".to_owned(), 502);
    let wire = if is_tcp { Wire::Tcp { host, port } } else { Wire::RtuTcp { host, port } };
    let bus = Bus::over(wire, move || modbus::over(line.clone(), is_tcp));
    let count = u16::from(count % 125).saturating_add(1);
    let functions = [Function::Holding, Function::Input];
    super::block_on(async {
        for (address, function) in (0..REQUESTS).zip(functions.into_iter().cycle()) {
            let read = Read { unit: 1, function, address, count };
            match bus.read(read, Patience::default()).await {
                Ok(words) => assert_eq!(words.len(), usize::from(count)),
                Err(MeterError::Timeout { .. }) => unreachable!("nothing waits for a connection that has ended"),
                Err(error) => assert!(error.to_string().len() < 1_000, "{error}"),
            }
        }
    });
}

/// The other end of a connection. After each request there is its answer to read, and then the end.
#[derive(Clone, Debug)]
struct Line {
    is_tcp: bool,
    fits: bool,
    /// What connections still answer, one after the other.
    script: Arc<Mutex<VecDeque<u8>>>,
    answer: VecDeque<u8>,
}

impl Line {
    /// The next answer of the script, as it is, or in a frame that fits the request.
    fn answer(&self, request: &[u8]) -> Vec<u8> {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        let length = script.pop_front().map_or(0, usize::from).min(script.len());
        let answer: Vec<u8> = script.drain(..length).collect();
        if !self.fits {
            return answer;
        }
        let Ok(length) = u16::try_from(answer.len().saturating_add(1)) else { return answer };
        match request {
            [transaction, id, _, _, _, _, unit, ..] if self.is_tcp => {
                let [high, low] = length.to_be_bytes();
                [&[*transaction, *id, 0, 0, high, low, *unit], answer.as_slice()].concat()
            }
            [unit, ..] => {
                let frame = [&[*unit], answer.as_slice()].concat();
                [frame.as_slice(), &CRC.checksum(&frame).to_le_bytes()].concat()
            }
            [] => answer,
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let length = buffer.remaining().min(self.answer.len());
        let bytes: Vec<u8> = self.answer.drain(..length).collect();
        buffer.put_slice(&bytes);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let answer = self.answer(bytes);
        self.answer.extend(answer);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
