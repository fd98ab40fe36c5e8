//! Free TCP ports on 127.0.0.1.
//!
//! They lie below the range from which Linux takes ports for outgoing connections, so that none of ours is
//! taken between being chosen and being bound; two neighbourhoods on one machine start at different places.

use crate::{NeighbourhoodError, Result};
use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{Mutex, PoisonError},
};

const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

static NEXT: Mutex<Option<u16>> = Mutex::new(None);

/// A port that nobody listens on, and that this process has not been given before.
pub fn free() -> Result<u16> {
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
            return Err(NeighbourhoodError::NoFreePort { first: FIRST, last: LAST });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ports_differ_and_can_be_bound() {
        let ports: Vec<u16> = (0..20).map(|_| free().expect("a free port")).collect();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), 20);
        for port in ports {
            assert!((FIRST..=LAST).contains(&port));
        }
    }

    #[test]
    fn a_port_in_use_is_not_given() {
        let first = free().expect("a free port");
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 1));
        let second = free().expect("a free port");
        if taken.is_ok() {
            assert_ne!(second, first + 1);
        }
    }
}
