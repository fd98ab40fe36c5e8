//! Free TCP ports on 127.0.0.1.
//!
//! They lie below the range from which Linux takes ports for outgoing connections. So none of ours is taken between
//! being chosen and being bound, nor while its server is restarted. Two processes on one machine start at different
//! places.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{Mutex, PoisonError},
};

const FIRST: u16 = 12_000;
const LAST: u16 = 31_999;

static NEXT: Mutex<Option<u16>> = Mutex::new(None);

/// Every port of the range is taken.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("no free port on 127.0.0.1 between {FIRST} and {LAST}: close what uses them")]
pub struct NoFreePort;

/// A port that nobody listens on, and that this process has not been given before.
pub fn next_free_port() -> Result<u16, NoFreePort> {
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let span = u32::from(LAST - FIRST) + 1;
    let start = next.unwrap_or_else(|| FIRST + (std::process::id().wrapping_mul(97) % span) as u16);
    let mut port = start;
    loop {
        let candidate = port;
        port = if port == LAST { FIRST } else { port + 1 };
        if TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).is_ok() {
            *next = Some(port);
            return Ok(candidate);
        }
        if port == start {
            return Err(NoFreePort);
        }
    }
}

/// As [`next_free_port`], for tests: panics if there is none.
pub fn free_port() -> u16 {
    next_free_port().expect("a free port")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ports_differ_and_can_be_bound() {
        let ports: Vec<u16> = (0..20).map(|_| free_port()).collect();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), 20);
        for port in ports {
            assert!((FIRST..=LAST).contains(&port));
        }
    }

    #[test]
    fn a_port_in_use_is_not_given() {
        let first = free_port();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 1));
        let second = free_port();
        if taken.is_ok() {
            assert_ne!(second, first + 1);
        }
    }
}
