//! Finds the devices of a host or subnet. It only reads, and only in private or loopback address ranges.
//!
//! At every place it looks for SunSpec first, then for Modbus meters by their templates' fingerprints, on the unit ids
//! that devices usually have. A unit that gives no answer at all to the search for SunSpec is passed over.

mod probe;
mod target;

pub use target::{MAX_HOSTS, Target, USUAL_PORTS};

use crate::{Library, MeterError, Record, uri::Wire};
use futures::{StreamExt, stream};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Unit ids that are asked: the usual first ones, Kostal's, SMA's, and Fronius' meters'.
pub const UNITS: [u8; 8] = [1, 2, 3, 71, 126, 200, 240, 247];
/// Time-out of each connection and request, ms: slow devices take 500.
pub const TIMEOUT_MS: u32 = 1_500;
/// Places that are asked at the same time.
const MAX_AT_ONCE: usize = 64;

/// What happens while a search runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is used up at once")]
pub enum Event {
    /// A device was found.
    Found(Record),
    /// Something answered, but could not be read; the search goes on.
    Trouble(MeterError),
    /// So many places are done, of so many.
    Progress {
        /// Hosts and ports looked at.
        done: usize,
        /// Hosts and ports to look at.
        total: usize,
    },
}

/// Looks for devices at `target`, with the Modbus templates of `library`.
///
/// `on_event` is told what happens as it happens. The records come by host, port, unit and place in the device.
///
/// # Errors
/// [`MeterError::Target`] if the target's name means an address that is not private, or none. A device that cannot be
/// read is no error.
pub async fn discover(
    target: &Target,
    library: &Library,
    on_event: &(dyn Fn(Event) + Send + Sync),
) -> Result<Vec<Record>, MeterError> {
    let places = target.places().await?;
    let total = places.len();
    // Where one port was named, that nobody answers there is worth telling.
    let tell_unreachable = matches!(target, Target::Host { port: Some(_), .. });
    let done = AtomicUsize::new(0);
    let look = |(index, wire): (usize, Wire)| {
        let done = &done;
        async move {
            let on_event = |event: Event| match event {
                Event::Trouble(MeterError::Unreachable { .. }) if !tell_unreachable => {}
                event => on_event(event),
            };
            let records = probe::place(&wire, library, &on_event).await;
            on_event(Event::Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, total });
            (index, records)
        }
    };
    let mut found: Vec<(usize, Vec<Record>)> =
        stream::iter(places.into_iter().enumerate()).map(look).buffer_unordered(MAX_AT_ONCE).collect().await;
    found.sort_unstable_by_key(|(index, _)| *index);
    Ok(found.into_iter().flat_map(|(_, records)| records).collect())
}
