//! One gateway has one process: two with the same key would sign two chains of readings, and prove themselves false. On
//! one machine a name that only one process can hold keeps the second from starting. On one network each says now and
//! then, signed, that it is there, and the younger of two ends.
//!
//! An announcement counts only if its sender has heard this very process: so a recorded one ends nobody.

use crate::{board::Board, clock::unix_ms, codes::GatewayCode, error::GatewayError, signer::Signer};
use codec::{DecodeAll, Encode};
use deren_primitives::{GatewayId, PublicKey, Signature, verify};
use rand::{TryRngCore, rngs::OsRng};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    net::SocketAddr,
    os::{linux::net::SocketAddrExt, unix::net},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

/// Domain of what is signed.
const DOMAIN: &[u8; 15] = b"DEREN/alone/v1\0";
/// How often a gateway says that it is there; at first, and when it has heard another, sooner.
const EVERY: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_secs(1);
const SOON_TIMES: u32 = 5;
/// Nobody makes us check signatures more often than this.
const BETWEEN_CHECKS: Duration = Duration::from_millis(50);
/// After a failure of the network.
const REST: Duration = Duration::from_secs(10);

/// Held as long as this process is the gateway on this machine.
#[derive(Debug)]
pub struct OnThisMachine {
    _name: net::UnixListener,
}

impl OnThisMachine {
    /// Takes the gateway's name; the kernel gives it back when this process ends, however it ends.
    ///
    /// # Errors
    /// [`GatewayError::Twin`] if another process holds it.
    pub fn take(gateway: GatewayId) -> Result<Self, GatewayError> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AddrInUse => GatewayError::Twin { gateway, place: "this machine".to_owned() },
            _ => GatewayError::PartEnded { part: "start", reason: format!("the gateway's name: {error}") },
        };
        let name = net::SocketAddr::from_abstract_name(format!("deren-gateway {gateway}")).map_err(failed)?;
        Ok(Self { _name: net::UnixListener::bind_addr(&name).map_err(failed)? })
    }
}

/// What a gateway says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, codec::Decode)]
struct Announcement {
    gateway: GatewayId,
    /// Drawn by each process when it starts.
    instance: [u8; 16],
    started_unix_ms: u64,
    /// The instance heard last.
    heard: Option<[u8; 16]>,
}

impl Announcement {
    fn message(&self) -> Vec<u8> {
        (DOMAIN, self).encode()
    }
}

/// Says that this gateway is there, and listens for others with its key.
pub struct OnThisNetwork {
    to: SocketAddr,
    signer: Arc<RwLock<Signer>>,
    board: Arc<Board>,
    says: Announcement,
}

impl OnThisNetwork {
    /// Announces to `to`, a broadcast address of a local network with a port.
    ///
    /// # Errors
    /// [`GatewayError::PartEnded`] if the system gives no randomness.
    pub fn new(to: SocketAddr, signer: Arc<RwLock<Signer>>, board: Arc<Board>) -> Result<Self, GatewayError> {
        let mut instance = [0; 16];
        OsRng
            .try_fill_bytes(&mut instance)
            .map_err(|error| GatewayError::PartEnded { part: "start", reason: format!("no randomness: {error}") })?;
        let gateway = signer.read().unwrap_or_else(PoisonError::into_inner).gateway();
        let says = Announcement { gateway, instance, started_unix_ms: unix_ms(), heard: None };
        Ok(Self { to, signer, board, says })
    }

    /// Keeps at it until `shutdown`.
    ///
    /// # Errors
    /// [`GatewayError::Twin`] if an older process with the same key answers.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), GatewayError> {
        tokio::select! {
            () = shutdown.cancelled() => Ok(()),
            twin = self.listen_for_ever() => Err(twin),
        }
    }

    async fn listen_for_ever(&mut self) -> GatewayError {
        loop {
            match self.listen().await {
                Ok(twin) => return twin,
                Err(error) => {
                    let what = format!("announce_to = \"{}\": {error}", self.to);
                    self.board.trouble("network", (GatewayCode::CannotAnnounce, what));
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    async fn listen(&mut self) -> std::io::Result<GatewayError> {
        let socket = bind(self.to)?;
        let mut soon = SOON_TIMES;
        // One byte more than an announcement, so that a longer datagram is not cut to a right one.
        let mut datagram = [0; 256];
        let mut next = tokio::time::Instant::now();
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(next) => {
                    socket.send_to(&self.datagram(), self.to).await?;
                    next = tokio::time::Instant::now() + if soon > 0 { SOON } else { EVERY };
                    soon = soon.saturating_sub(1);
                }
                received = socket.recv_from(&mut datagram) => {
                    let (len, from) = received?;
                    let Some(other) = self.twin(datagram.get(..len).unwrap_or_default()) else {
                        continue;
                    };
                    if other.heard == Some(self.says.instance) {
                        let place = from.ip().to_string();
                        let twin = GatewayError::Twin { gateway: self.says.gateway, place };
                        if (other.started_unix_ms, other.instance) < (self.says.started_unix_ms, self.says.instance) {
                            return Ok(twin);
                        }
                        let what = format!("{twin}; it is the younger and should have ended");
                        self.board.trouble("keys", (twin.code(), what));
                    }
                    if self.says.heard.replace(other.instance) != Some(other.instance) {
                        soon = SOON_TIMES;
                        next = tokio::time::Instant::now();
                    }
                    tokio::time::sleep(BETWEEN_CHECKS).await;
                }
            }
        }
    }

    /// What another process with our key says; nothing if it is not that.
    fn twin(&self, datagram: &[u8]) -> Option<Announcement> {
        let (other, signature) = <(Announcement, Signature)>::decode_all(&mut &*datagram).ok()?;
        let key: PublicKey = self.signer.read().unwrap_or_else(PoisonError::into_inner).public_key();
        let ours = other.gateway == self.says.gateway && other.instance != self.says.instance;
        (ours && verify(&key, &other.message(), &signature)).then_some(other)
    }

    fn datagram(&self) -> Vec<u8> {
        let signed = self.signer.read().unwrap_or_else(PoisonError::into_inner).sign(&self.says.message());
        match signed {
            Ok(signature) => (&self.says, signature).encode(),
            Err(error) => {
                self.board.trouble("keys", &error);
                Vec::new()
            }
        }
    }
}

/// A socket that hears what is sent to the broadcast address `to`, and may send there.
fn bind(to: SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(to), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_broadcast(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&to.into())?;
    UdpSocket::from_std(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyUri;
    use std::path::Path;

    fn signer(folder: &Path) -> Arc<RwLock<Signer>> {
        let key = KeyUri::parse("file:gateway.key", folder).expect("a name");
        Arc::new(RwLock::new(Signer::open(&key, folder).expect("a key")))
    }

    /// A broadcast address of the loopback network with a port of its own.
    fn address() -> SocketAddr {
        let socket = std::net::UdpSocket::bind("127.255.255.255:0").expect("a port");
        socket.local_addr().expect("bound")
    }

    fn on(to: SocketAddr, signer: &Arc<RwLock<Signer>>, started_unix_ms: u64) -> OnThisNetwork {
        let (gateway, key) = {
            let signer = signer.read().expect("not poisoned");
            (signer.gateway(), signer.public_key())
        };
        let board = Arc::new(Board::new(gateway, key, 0));
        let mut one = OnThisNetwork::new(to, signer.clone(), board).expect("made");
        one.says.started_unix_ms = started_unix_ms;
        one
    }

    #[test]
    fn a_second_process_on_this_machine_is_refused_and_another_gateway_is_not() {
        let held = OnThisMachine::take(GatewayId([0x5a; 32])).expect("free");
        let said = OnThisMachine::take(GatewayId([0x5a; 32])).expect_err("held").to_string();
        assert!(said.contains("this machine"), "{said}");
        OnThisMachine::take(GatewayId([0x5b; 32])).expect("another");
        drop(held);
        OnThisMachine::take(GatewayId([0x5a; 32])).expect("free again");
    }

    #[tokio::test]
    async fn of_two_with_one_key_on_a_network_the_younger_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let (signer, to, shutdown) = (signer(folder.path()), address(), CancellationToken::new());
        let older = tokio::spawn(on(to, &signer, 1_000).run(shutdown.clone()));
        let younger = tokio::spawn(on(to, &signer, 2_000).run(shutdown.clone()));
        let ended = tokio::time::timeout(Duration::from_secs(60), younger).await.expect("in time").expect("no panic");
        assert!(matches!(ended, Err(GatewayError::Twin { .. })), "{ended:?}");
        assert!(!older.is_finished());
        shutdown.cancel();
        older.await.expect("no panic").expect("it stays");
    }

    #[tokio::test]
    async fn another_gateway_and_a_recorded_announcement_end_nobody() {
        let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        let (ours, theirs) = (signer(folders[0].path()), signer(folders[1].path()));
        let (to, shutdown) = (address(), CancellationToken::new());
        // What we said in an earlier life, to whoever we heard then.
        let mut recorded = on(to, &ours, 1);
        recorded.says.heard = Some([9; 16]);
        let recorded = recorded.datagram();
        let other = tokio::spawn(on(to, &theirs, 1).run(shutdown.clone()));
        let running = tokio::spawn(on(to, &ours, 2_000).run(shutdown.clone()));
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_broadcast(true).expect("set");
        let mut changed = recorded.clone();
        changed[40] ^= 1;
        for datagram in [&recorded[..], &changed[..], b"", &[0xff; 300][..]].iter().cycle().take(40) {
            socket.send_to(datagram, to).expect("sent");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(!running.is_finished() && !other.is_finished());
        shutdown.cancel();
        running.await.expect("no panic").expect("it stays");
        other.await.expect("no panic").expect("it stays");
    }
}
