//! Hands out what is new to the clients that listen.
//!
//! All clients share one ring of the last events. A client that reads too slowly falls out of the ring, is told so, and
//! its connection ends. The server's write time-out cuts one that does not read at all (see `serve`). So memory is
//! bounded by the ring and by the number of clients.
//!
//! A client that comes back names the last event that it got. It hears what it missed, or that it missed something if
//! that is not kept. Ids grow across restarts of this program, so an old one is never taken for a new one.

use crate::api::{
    metrics::Metrics,
    problem::{Problem, Result},
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

/// How many events a client may be behind, while it listens or when it comes back.
const RING: usize = 256;

/// One thing that happened, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamEvent {
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
    Event(Arc<StreamEvent>),
    /// Nobody knows what was missed: clients come back and ask for everything.
    Interrupted,
}

/// Hands events out to all clients.
#[derive(Debug)]
pub struct Hub {
    ring: broadcast::Sender<Message>,
    places: Arc<Semaphore>,
    kept: Mutex<Kept>,
    metrics: Arc<Metrics>,
}

/// What is kept for those who come, or come back.
#[derive(Debug)]
struct Kept {
    /// The newest events without a gap.
    events: VecDeque<Arc<StreamEvent>>,
    /// The newest id that was given out.
    newest: u64,
    /// A client whose last event is older cannot be told all that it missed.
    oldest: u64,
    last_block: Option<Arc<StreamEvent>>,
}

impl Kept {
    /// The events after the one with this id; `None` if some of them are not kept, or it was never sent.
    fn after(&self, id: u64) -> Option<VecDeque<Next>> {
        let missed = self.events.iter().filter(|event| event.id > id);
        (self.oldest..=self.newest).contains(&id).then(|| missed.cloned().map(Next::Event).collect())
    }
}

/// Where a client begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// With the last block.
    Now,
    /// After the event with this id, which is the last that it got.
    Event(u64),
    /// After an event that nobody knows.
    Unknown,
}

/// One client's place: its position in the ring, and one of a bounded number of places.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<Message>,
    /// What it gets before all that is new.
    first: VecDeque<Next>,
    metrics: Arc<Metrics>,
    told: bool,
    _place: OwnedSemaphorePermit,
}

/// What a client is sent next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This event.
    Event(Arc<StreamEvent>),
    /// What it missed before it came back is not kept. It goes on after the event with this id.
    Missed(u64),
    /// It missed events (how many, if that is known), and the connection ends.
    Lagged(Option<u64>),
}

impl Hub {
    /// A hub for at most `clients` at once.
    pub fn new(clients: usize, metrics: Arc<Metrics>) -> Self {
        let (ring, _) = broadcast::channel(RING);
        let places = Arc::new(Semaphore::new(clients));
        // Ids begin with the time: nobody sends a million events a second, so no id of an earlier process is higher.
        let newest = u64::try_from(chrono::Utc::now().timestamp_micros()).unwrap_or_default();
        let kept = Kept { events: VecDeque::new(), newest, oldest: newest, last_block: None };
        Self { ring, places, kept: Mutex::new(kept), metrics }
    }

    /// A place for one more client; 503 if there is none.
    pub fn subscribe(&self, since: Since) -> Result<Subscription> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| {
            Problem::unavailable("As many clients as may listen to the stream already do. Try again later.")
        })?;
        self.metrics.stream_clients.inc();
        // Nothing is published meanwhile: each event is kept now or comes by the ring.
        let kept = self.kept();
        let receiver = self.ring.subscribe();
        let resumed = match since {
            Since::Event(id) => kept.after(id),
            Since::Now | Since::Unknown => None,
        };
        let first = resumed.unwrap_or_else(|| {
            let missed = (since != Since::Now).then_some(Next::Missed(kept.newest));
            missed.into_iter().chain(kept.last_block.clone().map(Next::Event)).collect()
        });
        drop(kept);
        Ok(Subscription { receiver, first, metrics: self.metrics.clone(), told: false, _place: place })
    }

    /// Sends an event to all who listen.
    pub fn publish(&self, name: &'static str, data: &Value) {
        let data = data.to_string();
        let mut kept = self.kept();
        kept.newest += 1;
        let event = Arc::new(StreamEvent { id: kept.newest, name, data });
        if name == "block" {
            kept.last_block = Some(event.clone());
        }
        kept.events.push_back(event.clone());
        if kept.events.len() > RING {
            kept.oldest = kept.events.pop_front().map_or(kept.newest, |gone| gone.id);
        }
        // Nobody listening is no error.
        let _ = self.ring.send(Message::Event(event));
    }

    /// Lets all clients come back, because events may have been missed.
    pub fn interrupt(&self) {
        let mut kept = self.kept();
        kept.newest += 1;
        kept.oldest = kept.newest;
        kept.events.clear();
        let _ = self.ring.send(Message::Interrupted);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// What is to be sent next; `None` at the end.
    pub async fn next(&mut self) -> Option<Next> {
        if let Some(next) = self.first.pop_front() {
            return Some(next);
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

    /// The id of the next event, which is a slot's.
    async fn slot_id(client: &mut Subscription) -> u64 {
        match client.next().await {
            Some(Next::Event(event)) if event.name == "slot" => event.id,
            other => panic!("{other:?} is no slot"),
        }
    }

    #[tokio::test]
    async fn a_new_client_gets_the_last_block_first() {
        let hub = hub(2);
        hub.publish("block", &json!({"number": 7}));
        hub.publish("slot", &json!({"slot": 1}));
        let mut client = hub.subscribe(Since::Now).expect("a place");
        assert_eq!(name(client.next().await), Some("block"));
        hub.publish("orders", &json!({"site": 1}));
        assert_eq!(name(client.next().await), Some("orders"));
    }

    #[tokio::test]
    async fn who_comes_back_gets_all_that_it_missed_and_nothing_twice() {
        let hub = hub(2);
        let mut client = hub.subscribe(Since::Now).expect("a place");
        (0..3).for_each(|slot| hub.publish("slot", &json!({"slot": slot})));
        let ids = [slot_id(&mut client).await, slot_id(&mut client).await, slot_id(&mut client).await];
        let mut back = hub.subscribe(Since::Event(ids[0])).expect("a place");
        assert_eq!([slot_id(&mut back).await, slot_id(&mut back).await], ids[1..]);
        hub.publish("orders", &json!({"site": 1}));
        assert_eq!(name(back.next().await), Some("orders"));
    }

    #[tokio::test]
    async fn who_comes_back_too_late_is_told_and_goes_on() {
        let hub = hub(8);
        hub.publish("block", &json!({"number": 7}));
        let newest = hub.kept().newest;
        for slot in 0..=RING {
            hub.publish("slot", &json!({"slot": slot}));
        }
        let now = hub.kept().newest;
        // The first is one too old; another process gave the second; the third is still to come.
        for since in [Since::Event(newest), Since::Event(1), Since::Event(now + 1), Since::Unknown] {
            let mut client = hub.subscribe(since).expect("a place");
            assert_eq!(client.next().await, Some(Next::Missed(now)), "{since:?}");
            assert_eq!(name(client.next().await), Some("block"), "{since:?}");
        }
        let mut client = hub.subscribe(Since::Event(newest + 1)).expect("a place");
        assert_eq!(slot_id(&mut client).await, newest + 2);
    }

    #[tokio::test]
    async fn nobody_resumes_across_an_interruption() {
        let hub = hub(1);
        hub.publish("slot", &json!({"slot": 1}));
        let before = hub.kept().newest;
        hub.interrupt();
        hub.publish("slot", &json!({"slot": 2}));
        let mut client = hub.subscribe(Since::Event(before)).expect("a place");
        assert_eq!(client.next().await, Some(Next::Missed(before + 2)));
    }

    #[tokio::test]
    async fn a_slow_client_is_told_how_much_it_missed() {
        let hub = hub(1);
        let mut client = hub.subscribe(Since::Now).expect("a place");
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
        let client = hub.subscribe(Since::Now).expect("a place");
        assert!(hub.subscribe(Since::Now).is_err());
        assert_eq!(hub.metrics.stream_clients.get(), 1);
        drop(client);
        assert!(hub.subscribe(Since::Now).is_ok());
        assert_eq!(hub.metrics.stream_clients.get(), 0);
    }

    #[tokio::test]
    async fn an_interruption_sends_everyone_back() {
        let hub = hub(1);
        let mut client = hub.subscribe(Since::Now).expect("a place");
        hub.interrupt();
        assert_eq!(client.next().await, Some(Next::Lagged(None)));
    }
}
