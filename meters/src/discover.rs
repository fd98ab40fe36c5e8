//! Finds devices: the Modbus hosts of a network, those on serial ports, those that publish to a broker, and those that
//! announce themselves. It only reads, only when asked, and only in private or loopback address ranges.
//!
//! At every Modbus place a roll call says which of the usual unit ids answer. There it looks for SunSpec first, then
//! for meters by their templates' fingerprints. Once one was found, it looks on the unit ids that its manufacturer
//! uses, and at last on those that only templates name. What answers and fits nothing is told of.

mod local;
mod mdns;
mod place;
pub(crate) mod probe;
mod target;

pub use crate::families::modbus::probe::{UNITS, USUAL_PORTS};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use mdns::answer;
pub use probe::{Event, TIMEOUT_MS};
pub use target::{MAX_HOSTS, Target, nearby};

use crate::{Library, MeterError, Record};
use futures::{StreamExt, stream};
use place::Place;
use std::{
    net::IpAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Places that are asked at the same time, each one request at a time.
const MAX_AT_ONCE: usize = 32;

/// True for addresses that belong to a home or a machine: private, link-local, unique local and loopback.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_private(IpAddr::V4(mapped)),
            None => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
        },
    }
}

/// Looks for devices at `target`, with the templates of `library`.
///
/// `on_event` is told what happens as it happens. The records come by host, port, unit and place in the device. The
/// search ends early when its future is dropped.
///
/// # Errors
/// [`MeterError::Target`] if the target's name means an address that is not private, or none. A device that cannot be
/// read is no error.
pub async fn discover(
    target: &Target,
    library: &Library,
    on_event: &(dyn Fn(Event) + Send + Sync),
) -> Result<Vec<Record>, MeterError> {
    let places = target.places(library).await?;
    let progress = Progress { done: Mutex::new(0), total: places.iter().map(Place::steps).sum() };
    let look = |(index, place): (usize, Place)| {
        let progress = &progress;
        async move {
            // Where one place was named, that nobody answers there is worth telling; a broker that was found is there.
            let tell_unreachable = target.names_one_place() || matches!(place, Place::PerhapsBroker(_));
            let tell = |event: Event| match event {
                Event::Trouble(MeterError::Unreachable { .. }) if !tell_unreachable => {}
                event => on_event(event),
            };
            let ticked = AtomicUsize::new(0);
            let tick = || {
                if ticked.fetch_add(1, Ordering::Relaxed) + 1 < place.steps() {
                    progress.add(1, on_event);
                }
            };
            let records = place.look(library, &tell, &tick).await;
            let told = ticked.load(Ordering::Relaxed).min(place.steps().saturating_sub(1));
            progress.add(place.steps() - told, on_event);
            (index, records)
        }
    };
    let mut found: Vec<(usize, Vec<Record>)> =
        stream::iter(places.into_iter().enumerate()).map(look).buffer_unordered(MAX_AT_ONCE).collect().await;
    found.sort_unstable_by_key(|(index, _)| *index);
    Ok(found.into_iter().flat_map(|(_, records)| records).collect())
}

/// Steps done so far.
struct Progress {
    done: Mutex<usize>,
    total: usize,
}

impl Progress {
    fn add(&self, steps: usize, on_event: &(dyn Fn(Event) + Send + Sync)) {
        let done = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            *done = done.saturating_add(steps);
            *done
        };
        on_event(Event::Progress { done, total: self.total });
    }
}
