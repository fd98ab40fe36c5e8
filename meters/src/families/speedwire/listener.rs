//! Listens to one group without a pause, and keeps the newest datagram of each meter and no more. Whoever reads a meter
//! of the same group shares the listener; other programs of this machine may listen beside it.

use super::telegram::{self, MAX_BYTES};
use crate::{
    Unreached,
    families::pushed::{Arrived, Heard, Hearing},
    in_use::InUse,
    patience::reconnecting,
    sample::unix_ms,
};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::UdpSocket,
    sync::watch,
    time::{Instant, sleep, timeout},
};

/// Silence after which the group is joined anew: a network that went away forgets who wanted what.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);
/// Most networks that a group is joined on.
const MAX_NETWORKS: usize = 8;
/// Most meters of a group.
const MAX_METERS: usize = 32;

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// A multicast group, or an address of this machine.
    pub(super) to: Ipv4Addr,
    /// UDP port.
    pub(super) port: u16,
    /// This machine's address on the network; without one, each of its networks.
    pub(super) interface: Option<Ipv4Addr>,
}

/// What a listener shows.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The newest datagram of each meter, by serial number.
    pub(super) newest: BTreeMap<u32, Arrived>,
    /// Why it cannot listen.
    pub(super) down: Option<Unreached>,
    /// Bytes that came in all, of whatever kind.
    pub(super) heard_bytes: u64,
}

impl Heard for State {
    fn down(&self) -> Option<&Unreached> {
        self.down.as_ref()
    }

    fn heard_bytes(&self) -> u64 {
        self.heard_bytes
    }
}

/// What listens at that place: the listener that others use, or a new one.
pub(super) fn shared(place: &Place) -> Arc<Hearing<State>> {
    static LISTENERS: InUse<Place, Hearing<State>> = InUse::new();
    let new = || Ok::<_, Infallible>(Hearing::start(|state| run(place.clone(), state)));
    let Ok(listener) = LISTENERS.get_or(place, Hearing::is_alive, new);
    listener
}

async fn run(place: Place, state: watch::Sender<State>) {
    let mut backoff = reconnecting();
    loop {
        let error = match open(&place) {
            Ok(socket) => {
                state.send_modify(|state| state.down = None);
                backoff.reset();
                match listen(&socket, &state).await {
                    // Silence is told by who waits; the group is only joined anew.
                    Ok(()) => continue,
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        let pause = backoff.next_whole_wait();
        tracing::warn!(group = %place.to, %error, pause_ms = pause.as_millis(), "cannot listen to Speedwire");
        state.send_modify(|state| state.down = Some(error.into()));
        sleep(pause).await;
    }
}

fn open(place: &Place) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if place.to.is_multicast() {
        // Each listener of a group gets each datagram.
        socket.set_reuse_address(true)?;
    }
    // Bound to the group, it hears nothing else.
    socket.bind(&SocketAddrV4::new(place.to, place.port).into())?;
    if place.to.is_multicast() {
        join(&socket, place)?;
    }
    UdpSocket::from_std(socket.into())
}

/// Joins the group on the network that is named, or on each that this machine is in. It may be in several, and its
/// address may change.
fn join(socket: &Socket, place: &Place) -> io::Result<()> {
    let interfaces = match place.interface {
        Some(interface) => vec![interface],
        None => own_addresses()?,
    };
    let mut outcome = Err(io::Error::new(io::ErrorKind::AddrNotAvailable, "this machine is in no network"));
    for interface in interfaces {
        let joined = socket.join_multicast_v4(&place.to, &interface);
        outcome = outcome.or(joined);
    }
    outcome
}

/// This machine's addresses, but for loopback.
fn own_addresses() -> io::Result<Vec<Ipv4Addr>> {
    let address = |interface: &if_addrs::Interface| match interface.addr.ip() {
        IpAddr::V4(address) if !address.is_loopback() => Some(address),
        _ => None,
    };
    Ok(if_addrs::get_if_addrs()?.iter().filter_map(address).take(MAX_NETWORKS).collect())
}

/// Listens until nothing comes any more.
async fn listen(socket: &UdpSocket, state: &watch::Sender<State>) -> io::Result<()> {
    let mut buffer = vec![0; MAX_BYTES];
    loop {
        let Ok(received) = timeout(LONGEST_SILENCE, socket.recv(&mut buffer)).await else { return Ok(()) };
        let bytes = buffer.get(..received?).unwrap_or_default();
        let (at, at_unix_ms, sender) = (Instant::now(), unix_ms(), telegram::sender(bytes));
        state.send_modify(|state| {
            state.heard_bytes = state.heard_bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            let Some(sender) = sender else { return };
            let number = state.newest.get(&sender.serial).map_or(0, |newest| newest.number).saturating_add(1);
            if number > 1 || state.newest.len() < MAX_METERS {
                state.newest.insert(sender.serial, Arrived { number, bytes: bytes.to_vec(), at_unix_ms, at });
            }
        });
    }
}
