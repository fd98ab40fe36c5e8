//! Opening a wire: a TCP connection or a serial port, ready for requests.
//!
//! On a serial line, and over TCP in its frames, nothing tells a late answer from the next one. So what arrives unasked
//! is thrown away: before each request what is there already, and after a time-out what comes within as much time
//! again.

use crate::{
    MeterError, Unreached,
    patience::Patience,
    wire::{Wire, serial},
};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_modbus::{client, slave::Slave};

/// A connection that requests go over.
pub(super) type Link = client::Context;

/// Opens the wire. `late_until` is when the last late answer may come.
pub(super) async fn connect(wire: &Wire, patience: &Patience, late_until: Option<Instant>) -> Result<Link, MeterError> {
    let timing = &patience.timing;
    let held = |reason: String| MeterError::HeldByAnother { endpoint: wire.to_string(), reason, retry_s: 0 };
    let unreachable = |reason: Unreached| MeterError::Unreachable { endpoint: wire.to_string(), reason };
    let unconnected = |error: io::Error| match error.kind() {
        // How a device that takes one client turns away the second.
        io::ErrorKind::ConnectionRefused if patience.one_client => held(error.to_string()),
        _ => unreachable(error.into()),
    };
    let link = match wire {
        Wire::Tcp { host, port } => {
            let stream = connect_tcp(host, *port, timing.timeout(wire)).await.map_err(unconnected)?;
            client::tcp::attach_slave(stream, Slave(0))
        }
        Wire::RtuTcp { host, port } => {
            let mut stream = connect_tcp(host, *port, timing.timeout(wire)).await.map_err(unconnected)?;
            // The line behind the server may still carry an answer to the connection of before.
            if let Some(late_until) = late_until {
                discard(&mut stream, late_until).await;
            }
            client::rtu::attach_slave(Quiet(stream), Slave(0))
        }
        Wire::Serial { path, baud, parity, stop_bits } => {
            let mut port = serial::open(path, *baud, *parity, *stop_bits).map_err(|error| match error.kind() {
                // What the library makes of a port that somebody has locked.
                tokio_serial::ErrorKind::NoDevice => held(error.to_string()),
                _ => unreachable(error.into()),
            })?;
            if let Some(late_until) = late_until {
                discard(&mut port, late_until).await;
            }
            client::rtu::attach_slave(Quiet(port), Slave(0))
        }
    };
    if timing.settle_ms > 0 {
        sleep(Duration::from_millis(timing.settle_ms.into())).await;
    }
    Ok(link)
}

/// A connection over bytes that only look like a wire's: with the frames of Modbus TCP, or of a serial line.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn over<P>(port: P, is_tcp: bool) -> Link
where
    P: AsyncRead + AsyncWrite + Send + Unpin + std::fmt::Debug + 'static,
{
    if is_tcp { client::tcp::attach_slave(port, Slave(0)) } else { client::rtu::attach_slave(Quiet(port), Slave(0)) }
}

pub(super) async fn connect_tcp(host: &str, port: u16, limit: Duration) -> io::Result<TcpStream> {
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} ms", limit.as_millis()));
    let stream = timeout(limit, TcpStream::connect((host, port))).await.map_err(late)??;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(host, port, %error, "cannot send small packets at once");
    }
    Ok(stream)
}

/// Silence that separates two frames on a serial line. It is the time of 3.5 characters of 11 bits, at least 1.75 ms,
/// by the Modbus serial line specification.
pub(super) fn silence(baud: u32) -> Duration {
    Duration::from_micros(38_500_000 / u64::from(baud.max(1))).max(Duration::from_micros(1_750))
}

/// Throws away what comes until then. A broken port shows itself at the next request.
async fn discard(port: &mut (impl AsyncRead + Unpin), until: Instant) {
    let mut rubbish = [0; 256];
    while let Ok(Ok(1..)) = timeout_at(until, port.read(&mut rubbish)).await {}
}

/// A port that throws away what has arrived before anything is sent.
struct Quiet<P>(P);

impl<P: AsyncRead + Unpin> AsyncRead for Quiet<P> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(cx, buffer)
    }
}

impl<P: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Quiet<P> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        /// Most that a line may have waiting: more is a line that never falls silent, and the request will show it.
        const MAX_READS: usize = 64;
        let port = &mut self.get_mut().0;
        let mut rubbish = [0; 256];
        for _ in 0..MAX_READS {
            let mut buffer = ReadBuf::new(&mut rubbish);
            match Pin::new(&mut *port).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    tracing::debug!(bytes = buffer.filled().len(), "threw away what came unasked on a serial line");
                }
                _ => break,
            }
        }
        Pin::new(port).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[test]
    fn frames_are_apart_as_the_line_needs() {
        assert_eq!(silence(9_600), Duration::from_micros(4_010));
        assert_eq!(silence(115_200), Duration::from_micros(1_750));
    }

    #[tokio::test]
    async fn what_came_unasked_is_gone_once_something_is_sent() {
        let (ours, mut theirs) = tokio::io::duplex(1_024);
        let mut port = Quiet(ours);
        theirs.write_all(&[7; 600]).await.expect("sent");
        port.write_all(b"ask").await.expect("asked");
        theirs.write_all(b"answer").await.expect("answered");
        let mut answer = [0; 6];
        port.read_exact(&mut answer).await.expect("read");
        assert_eq!(&answer, b"answer");
    }
}
