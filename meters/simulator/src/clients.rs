//! What servers of devices that are no Modbus devices have in common: few clients at once, and a pace.

use std::{io, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval},
};

/// However fast simulated time runs, a device sends no more often than this.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(20);
/// Clients at once; a further one waits.
const MOST_CLIENTS: usize = 8;

/// Serves each client until the listener breaks.
///
/// # Errors
/// What the operating system says.
pub(crate) async fn serve<F: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    each: impl Fn(TcpStream) -> F,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(MOST_CLIENTS));
    let mut clients = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return Ok(()) };
        let (client, _) = listener.accept().await?;
        while clients.try_join_next().is_some() {}
        let served = each(client);
        clients.spawn(async move {
            served.await;
            drop(place);
        });
    }
}

/// Ticks at that interval of real time; those that are missed are left out.
pub(crate) fn ticks(every: Duration) -> Interval {
    let mut ticks = interval(every.max(SHORTEST_INTERVAL));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    ticks
}
