//! Free ports of 127.0.0.1, below those that Linux gives to outgoing connections: a cluster that is restarted must find
//! its port free again.

use crate::{PostgresError, Result};
use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU32, Ordering},
};

const FIRST: u16 = 14_000;
const LAST: u16 = 19_999;

static GIVEN: AtomicU32 = AtomicU32::new(0);

/// A port that nobody listens on and that this process was not given lately.
pub(crate) fn free() -> Result<u16> {
    let span = u32::from(LAST - FIRST) + 1;
    let own = std::process::id().wrapping_mul(61);
    (0..span)
        .map(|_| GIVEN.fetch_add(1, Ordering::Relaxed).wrapping_add(own) % span)
        .filter_map(|offset| u16::try_from(u32::from(FIRST) + offset).ok())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or(PostgresError::NoFreePort { first: FIRST, last: LAST })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_differ_and_are_in_the_range() {
        let ports: std::collections::BTreeSet<u16> = (0..10).map(|_| free().expect("a port")).collect();
        assert_eq!(ports.len(), 10);
        assert!(ports.iter().all(|port| (FIRST..=LAST).contains(port)));
    }
}
