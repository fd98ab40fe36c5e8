//! Server-sent events: what is new, for pages that show it live.
//!
//! All clients share one ring of the last events. A client that reads too slowly falls out of the ring, is told so, and
//! its connection ends; one that does not read at all is cut by the server's write time-out (see `serve`). So memory is
//! bounded by the ring and by the number of clients, whatever they do.

mod changes;
mod follow;
pub mod open;

pub use follow::follow;

use super::{
    metrics::Metrics,
    problem::{Problem, Result},
};
use serde_json::Value;
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

/// How many events a client may be behind.
const RING: usize = 256;

/// One thing that happened, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Numbers of later events are higher.
    pub id: u64,
    /// Which kind: `block`, `slot`, `readings`, `orders`.
    pub name: &'static str,
    /// Its fields as JSON.
    pub data: String,
}

/// What goes around the ring.
#[derive(Clone, Debug)]
enum Message {
    Event(Arc<Event>),
    /// Nobody knows what was missed: clients come back and ask for everything.
    Interrupted,
}

/// Hands events out to all clients.
#[derive(Debug)]
pub struct Hub {
    ring: broadcast::Sender<Message>,
    places: Arc<Semaphore>,
    next_id: AtomicU64,
    last_block: RwLock<Option<Arc<Event>>>,
    metrics: Arc<Metrics>,
}

/// One client's place: its position in the ring, and one of a bounded number of places.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<Message>,
    first: Option<Arc<Event>>,
    metrics: Arc<Metrics>,
    told: bool,
    _place: OwnedSemaphorePermit,
}

/// What a client is sent next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This event.
    Event(Arc<Event>),
    /// It missed events (how many, if that is known), and the connection ends.
    Lagged(Option<u64>),
}

impl Hub {
    /// A hub for at most `clients` at once.
    pub fn new(clients: usize, metrics: Arc<Metrics>) -> Self {
        let (ring, _) = broadcast::channel(RING);
        let places = Arc::new(Semaphore::new(clients));
        Self { ring, places, next_id: AtomicU64::new(1), last_block: RwLock::new(None), metrics }
    }

    /// A place for one more client; 503 if there is none.
    pub fn subscribe(&self) -> Result<Subscription> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| {
            Problem::unavailable("As many clients as may listen to the stream already do. Try again later.")
        })?;
        self.metrics.stream_clients.inc();
        // First the ring, then the block: an event between the two is sent twice rather than never.
        let receiver = self.ring.subscribe();
        let first = self.last_block.read().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Subscription { receiver, first, metrics: self.metrics.clone(), told: false, _place: place })
    }

    /// Sends an event to all who listen.
    pub fn publish(&self, name: &'static str, data: &Value) {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let event = Arc::new(Event { id, name, data: data.to_string() });
        if name == "block" {
            *self.last_block.write().unwrap_or_else(PoisonError::into_inner) = Some(event.clone());
        }
        // Nobody listening is no error.
        let _ = self.ring.send(Message::Event(event));
    }

    /// Lets all clients come back, because events may have been missed.
    pub fn interrupt(&self) {
        let _ = self.ring.send(Message::Interrupted);
    }
}

impl Subscription {
    /// What is to be sent next; `None` at the end.
    pub async fn next(&mut self) -> Option<Next> {
        if let Some(block) = self.first.take() {
            return Some(Next::Event(block));
        }
        match self.receiver.recv().await {
            Ok(Message::Event(event)) => Some(Next::Event(event)),
            Ok(Message::Interrupted) => Some(Next::Lagged(None)),
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                self.told = true;
                self.metrics.stream_cut.inc();
                Some(Next::Lagged(Some(missed)))
            }
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // Its connection was cut while it was behind, before it could be told.
        if !self.told && self.receiver.len() > RING {
            self.metrics.stream_cut.inc();
        }
        self.metrics.stream_clients.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::registry::Registry;
    use serde_json::json;

    fn hub(clients: usize) -> Hub {
        Hub::new(clients, Arc::new(Metrics::register(&mut Registry::default())))
    }

    fn name(next: Option<Next>) -> Option<&'static str> {
        match next {
            Some(Next::Event(event)) => Some(event.name),
            _ => None,
        }
    }

    #[tokio::test]
    async fn a_new_client_gets_the_last_block_first() {
        let hub = hub(2);
        hub.publish("block", &json!({"number": 7}));
        hub.publish("slot", &json!({"slot": 1}));
        let mut client = hub.subscribe().expect("a place");
        assert_eq!(name(client.next().await), Some("block"));
        hub.publish("orders", &json!({"site": 1}));
        assert_eq!(name(client.next().await), Some("orders"));
    }

    #[tokio::test]
    async fn a_slow_client_is_told_how_much_it_missed() {
        let hub = hub(1);
        let mut client = hub.subscribe().expect("a place");
        for slot in 0..RING as u64 + 10 {
            hub.publish("slot", &json!({"slot": slot}));
        }
        assert_eq!(client.next().await, Some(Next::Lagged(Some(10))));
        drop(client);
        assert_eq!(hub.metrics.stream_cut.get(), 1);
    }

    #[tokio::test]
    async fn the_number_of_clients_is_bounded_and_places_come_back() {
        let hub = hub(1);
        let client = hub.subscribe().expect("a place");
        assert!(hub.subscribe().is_err());
        assert_eq!(hub.metrics.stream_clients.get(), 1);
        drop(client);
        assert!(hub.subscribe().is_ok());
        assert_eq!(hub.metrics.stream_clients.get(), 0);
    }

    #[tokio::test]
    async fn an_interruption_sends_everyone_back() {
        let hub = hub(1);
        let mut client = hub.subscribe().expect("a place");
        hub.interrupt();
        assert_eq!(client.next().await, Some(Next::Lagged(None)));
    }
}
