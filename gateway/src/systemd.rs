//! Tells systemd, if it started this process, that it is ready or about to end (`sd_notify(3)`): one datagram to the
//! socket that `NOTIFY_SOCKET` names. Elsewhere nothing happens, and no failure of it stops anything.

use std::{
    ffi::OsStr,
    io,
    os::{
        linux::net::SocketAddrExt,
        unix::{
            ffi::OsStrExt,
            net::{SocketAddr, UnixDatagram},
        },
    },
};

/// The gateway works.
pub const READY: &str = "READY=1";
/// The gateway ends.
pub const STOPPING: &str = "STOPPING=1";

/// Says `state` to whoever started this process and wants to know.
pub fn notify(state: &str) {
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = send(&socket, state)
    {
        tracing::warn!(%error, "systemd could not be told: {state}");
    }
}

fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    // A leading @ stands for a socket that is no file.
    let address = match socket.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        path => SocketAddr::from_pathname(OsStr::from_bytes(path))?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_arrives_at_a_socket_with_or_without_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let by_path = UnixDatagram::bind(&path).expect("bound");
        let name = format!("deren-notify-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let abstract_socket = UnixDatagram::bind_addr(&address).expect("bound");
        send(path.as_os_str(), READY).expect("sent");
        send(OsStr::new(&format!("@{name}")), STOPPING).expect("sent");
        let mut heard = [0; 64];
        let length = by_path.recv(&mut heard).expect("heard");
        assert_eq!(&heard[..length], b"READY=1");
        let length = abstract_socket.recv(&mut heard).expect("heard");
        assert_eq!(&heard[..length], b"STOPPING=1");
    }

    #[test]
    fn nobody_listening_is_an_error_and_no_more() {
        assert!(send(OsStr::new("/nowhere/notify"), READY).is_err());
    }
}
