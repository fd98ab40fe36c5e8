//! Modbus TCP devices that misbehave, frame by frame.

use super::image::{energies, sdm630};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::sleep,
};

/// A request as it came.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Requests before this one, over all connections.
    pub before: usize,
    /// Since the connection was made.
    pub age: Duration,
    pub unit: u8,
    pub function: u8,
    pub address: u16,
    pub count: u16,
}

/// What the device does about it.
pub enum Reply {
    /// Answers with these bytes after the header; the header says how many they are.
    Pdu(Vec<u8>),
    /// The same, so much later.
    Late(Duration, Vec<u8>),
    /// Answers, but to another request.
    OtherTransaction(Vec<u8>),
    /// Says nothing.
    Silence,
    /// Hangs up.
    Close,
}

impl Asked {
    /// A proper answer with these registers.
    pub fn words(&self, words: &[u16]) -> Vec<u8> {
        let mut pdu = vec![self.function, u8::try_from(words.len() * 2).expect("short")];
        pdu.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        pdu
    }

    /// A proper answer from an image that begins at `base`, or exception 2.
    pub fn of(&self, base: u16, image: &[u16]) -> Vec<u8> {
        let start = usize::from(self.address.wrapping_sub(base));
        match image.get(start..start + usize::from(self.count)) {
            Some(words) if self.address >= base => self.words(words),
            _ => self.exception(2),
        }
    }

    pub fn exception(&self, code: u8) -> Vec<u8> {
        vec![self.function | 0x80, code]
    }
}

/// An SDM630 that has counted 1 kWh and 2 kWh.
pub fn sdm(asked: Asked) -> Reply {
    if let Some(shown) = sdm630(asked.address) {
        return Reply::Pdu(asked.words(&shown));
    }
    Reply::Pdu(asked.words(energies(1.0, 2.0).get(..asked.count.into()).expect("four registers at most")))
}

/// A device that does what a function says.
pub struct Rogue {
    pub port: u16,
    pub connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Rogue {
    pub async fn start(behave: impl Fn(Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::for_clients(usize::MAX, behave).await
    }

    /// One that hangs up on whoever comes while it has so many clients.
    pub async fn for_clients(most: usize, behave: impl Fn(Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (asked, connections) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (behave, counter, clients) = (Arc::new(behave), connections.clone(), Arc::new(()));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                if Arc::strong_count(&clients) > most {
                    continue;
                }
                let (behave, asked, client, since) = (behave.clone(), asked.clone(), clients.clone(), Instant::now());
                tokio::spawn(async move {
                    let _client = client;
                    let mut frame = [0u8; 12];
                    while stream.read_exact(&mut frame).await.is_ok() {
                        let word = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
                        let before = asked.fetch_add(1, Ordering::SeqCst);
                        let (age, function) = (since.elapsed(), frame[7]);
                        let unit = frame[6];
                        let request = Asked { before, age, unit, function, address: word(8), count: word(10) };
                        let (mut header, pdu) = (frame[..7].to_vec(), behave(request));
                        let pdu = match pdu {
                            Reply::Pdu(pdu) => pdu,
                            Reply::Late(delay, pdu) => {
                                sleep(delay).await;
                                pdu
                            }
                            Reply::OtherTransaction(pdu) => {
                                header[0] ^= 0x55;
                                pdu
                            }
                            Reply::Silence => continue,
                            Reply::Close => return,
                        };
                        let length = u16::try_from(pdu.len() + 1).expect("short");
                        header[4..6].copy_from_slice(&length.to_be_bytes());
                        header.extend(pdu);
                        if stream.write_all(&header).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { port, connections, task }
    }
}

impl Drop for Rogue {
    fn drop(&mut self) {
        self.task.abort();
    }
}
