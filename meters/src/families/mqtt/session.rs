//! One connection to a broker, shared by every device of this process that publishes there.
//!
//! It keeps the newest message of each topic and no more, so nothing grows. A lost connection is made again by itself,
//! with growing pauses. Retained messages are only noted, never kept, because they are old. But where a description of
//! a device is asked for, they are what is wanted.

use super::notifications::{self, Changed, Known, Notifications, Part};
use crate::{MeterError, Unreached, in_use::InUse, patience::reconnecting, sample::unix_ms, uri::Broker};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS, SubscribeFilter};
use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

/// Largest message that is taken, bytes; one that is larger costs the connection.
const MAX_MESSAGE_BYTES: usize = 64 * 1_024;
/// Requests to the broker under way at most.
const MAX_REQUESTS: usize = 64;
pub(super) const CONNECT_TIMEOUT_S: u64 = 5;

/// A message that was not retained, or a description.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    pub(super) payload: Vec<u8>,
    pub(super) at_unix_ms: u64,
    pub(super) at: Instant,
}

/// What came on one topic.
#[derive(Default)]
struct Slot {
    unread: Option<Arrived>,
    read: Option<Arrived>,
    saw_retained: bool,
    /// It is a description: a retained one is as good as any.
    takes_retained: bool,
    /// What the device's notifications told of this status since the connection was made.
    known: Known,
}

/// What came for one device.
pub(super) struct Inbox {
    slots: Mutex<HashMap<String, Slot>>,
    /// Where the device tells what changes of the statuses that are read.
    notifications: Option<Notifications>,
    was_notified: AtomicBool,
    news: Notify,
}

/// How the connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Not yet known.
    Connecting,
    Up,
    /// Lost, or never made, for that reason.
    Down(Unreached),
}

/// What the session's task and its devices share.
struct Shared {
    inboxes: Mutex<Vec<Weak<Inbox>>>,
    keep_alives: Mutex<HashMap<String, Weak<KeepingAlive>>>,
    link: watch::Sender<Link>,
}

/// Publishes a keep-alive message again and again until the last that needs it lets go of it.
pub(super) struct KeepingAlive(JoinHandle<()>);

impl Drop for KeepingAlive {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection to a broker. It ends when the last device lets go of it.
pub(super) struct Session {
    broker: Broker,
    client: AsyncClient,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Inbox {
    /// Takes the newest unread message of each topic, if every topic has one.
    pub(super) fn take(&self, topics: &[String]) -> Option<Vec<Arrived>> {
        let mut slots = locked(&self.slots);
        let complete = topics.iter().all(|topic| slots.get(topic).is_some_and(|slot| slot.unread.is_some()));
        if !complete {
            return None;
        }
        let take = |topic: &String| {
            let slot = slots.get_mut(topic)?;
            slot.read = slot.unread.take();
            slot.read.clone()
        };
        topics.iter().map(take).collect()
    }

    /// The newest message of a topic, read or not.
    pub(super) fn newest(&self, topic: &str) -> Option<Arrived> {
        let slots = locked(&self.slots);
        let slot = slots.get(topic)?;
        slot.unread.as_ref().or(slot.read.as_ref()).cloned()
    }

    /// True if the last that came on one of the topics was retained.
    pub(super) fn saw_retained(&self, topics: &[String]) -> bool {
        let slots = locked(&self.slots);
        topics.iter().any(|topic| slots.get(topic).is_some_and(|slot| slot.saw_retained))
    }

    /// Waits until something comes.
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// The topic of the device's notifications, if any came.
    pub(super) fn notified(&self) -> Option<String> {
        let notifications = self.notifications.as_ref().filter(|_| self.was_notified.load(Ordering::Relaxed));
        notifications.map(|notifications| notifications.topic.clone())
    }

    fn topics(&self) -> Vec<String> {
        let notifications = self.notifications.iter().map(|notifications| notifications.topic.clone());
        locked(&self.slots).keys().cloned().chain(notifications).collect()
    }

    fn deliver(&self, publish: &Publish) {
        match &self.notifications {
            Some(notifications) if notifications.topic == publish.topic => self.notify(notifications, publish),
            _ => self.put(publish),
        }
    }

    fn put(&self, publish: &Publish) {
        if let Some(slot) = locked(&self.slots).get_mut(&publish.topic) {
            slot.saw_retained = publish.retain;
            if !publish.retain || slot.takes_retained {
                if self.notifications.is_some() {
                    slot.known = Part::whole(&publish.payload);
                }
                slot.unread = Some(Arrived::now(publish.payload.to_vec()));
            }
            self.news.notify_one();
        }
    }

    /// Lays what changed over the statuses. One that tells of no counter is not news: the counters are as old as
    /// before.
    fn notify(&self, notifications: &Notifications, publish: &Publish) {
        if publish.retain {
            return;
        }
        self.was_notified.store(true, Ordering::Relaxed);
        let told = notifications::parts(&publish.payload);
        let mut slots = locked(&self.slots);
        for part in &notifications.parts {
            let Some(slot) = slots.get_mut(&part.topic) else { continue };
            match part.change(&told, &mut slot.known) {
                Some(Changed::Counted(status)) => {
                    slot.unread = Some(Arrived::now(status));
                    self.news.notify_one();
                }
                Some(Changed::Others(status)) => {
                    if let Some(newest) = slot.unread.as_mut().or(slot.read.as_mut()) {
                        newest.payload = status;
                    }
                }
                None => {}
            }
        }
    }

    /// What changed while there was no connection is not known.
    fn forget_what_is_known(&self) {
        locked(&self.slots).values_mut().for_each(|slot| slot.known = Known::default());
    }
}

impl Arrived {
    fn now(payload: Vec<u8>) -> Self {
        Self { payload, at_unix_ms: unix_ms(), at: Instant::now() }
    }
}

impl Session {
    /// The session with that broker: the one that others use, or a new one.
    ///
    /// # Errors
    /// [`MeterError::File`] if the password cannot be read.
    pub(super) fn shared(broker: &Broker) -> Result<Arc<Self>, MeterError> {
        static SESSIONS: InUse<Broker, Session> = InUse::new();
        SESSIONS.get_or(broker, Self::is_alive, || Self::start(broker))
    }

    fn start(broker: &Broker) -> Result<Self, MeterError> {
        let (client, mut events) = AsyncClient::new(options(broker)?, MAX_REQUESTS);
        events.network_options.set_connection_timeout(CONNECT_TIMEOUT_S);
        let link = watch::Sender::new(Link::Connecting);
        let shared = Arc::new(Shared { inboxes: Mutex::default(), keep_alives: Mutex::default(), link });
        let task = tokio::spawn(run(events, client.clone(), shared.clone(), broker.to_string()));
        Ok(Self { broker: broker.clone(), client, shared, task })
    }

    /// False once the task has ended, as when its runtime has.
    pub(super) fn is_alive(&self) -> bool {
        !self.task.is_finished()
    }

    /// How the connection is, and when that changes.
    pub(super) fn link(&self) -> watch::Receiver<Link> {
        self.shared.link.subscribe()
    }

    /// Has an empty message published as `topic` now, at every connection, and every so often, as long as somebody
    /// holds what this returns.
    pub(super) fn keep_alive(&self, topic: String, every: Duration) -> Arc<KeepingAlive> {
        let mut keep_alives = locked(&self.shared.keep_alives);
        if let Some(keeping) = keep_alives.get(&topic).and_then(Weak::upgrade) {
            return keeping;
        }
        keep_alives.retain(|_, keeping| keeping.strong_count() > 0);
        let (client, mut link, published) = (self.client.clone(), self.link(), topic.clone());
        let task = tokio::spawn(async move {
            loop {
                if link.wait_for(|link| *link == Link::Up).await.is_err() {
                    return;
                }
                if let Err(error) = client.try_publish(&published, QoS::AtMostOnce, false, "") {
                    tracing::debug!(topic = published, %error, "a keep-alive message was dropped");
                }
                // A new connection wants one at once; the end of this session is seen above.
                let _ = timeout(every, link.changed()).await;
            }
        });
        let keeping = Arc::new(KeepingAlive(task));
        keep_alives.insert(topic, Arc::downgrade(&keeping));
        keeping
    }

    /// Has the messages of these topics put into a new inbox from now on, and what notifications tell of them.
    /// `takes_retained` is for descriptions alone.
    ///
    /// # Errors
    /// [`MeterError::Unreachable`] if the broker does not take the request.
    pub(super) async fn subscribe(
        &self,
        topics: &[String],
        notifications: Option<Notifications>,
        takes_retained: bool,
    ) -> Result<Arc<Inbox>, MeterError> {
        let slots = topics.iter().map(|topic| (topic.clone(), Slot { takes_retained, ..Slot::default() })).collect();
        let was_notified = AtomicBool::new(false);
        let inbox = Arc::new(Inbox { slots: Mutex::new(slots), notifications, was_notified, news: Notify::new() });
        {
            let mut inboxes = locked(&self.shared.inboxes);
            inboxes.retain(|inbox| inbox.strong_count() > 0);
            inboxes.push(Arc::downgrade(&inbox));
        }
        // Without a connection, its making will subscribe to every inbox's topics.
        if *self.shared.link.borrow() == Link::Up {
            let request = self.client.subscribe_many(filters(inbox.topics().into_iter()));
            let refused = |reason: Unreached| MeterError::Unreachable { endpoint: self.broker.to_string(), reason };
            timeout(Duration::from_secs(CONNECT_TIMEOUT_S), request)
                .await
                .map_err(|_| refused("the broker takes no requests".into()))?
                .map_err(|error| refused(error.to_string().into()))?;
        }
        Ok(inbox)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Keeps the connection, and puts messages where they belong.
async fn run(mut events: EventLoop, client: AsyncClient, shared: Arc<Shared>, broker: String) {
    let mut backoff = reconnecting();
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                shared.inboxes().iter().for_each(|inbox| inbox.forget_what_is_known());
                let topics = shared.topics();
                tracing::info!(%broker, topics = topics.len(), "connected to the broker");
                if !topics.is_empty()
                    && let Err(error) = client.try_subscribe_many(filters(topics.into_iter()))
                {
                    // A connection that nothing is subscribed on would stay silent for ever.
                    tracing::warn!(%broker, %error, "cannot subscribe; connecting again");
                    shared.link.send_replace(Link::Down(error.to_string().into()));
                    events.clean();
                    sleep(backoff.next_whole_wait()).await;
                    continue;
                }
                backoff.reset();
                shared.link.send_replace(Link::Up);
            }
            Ok(Event::Incoming(Packet::Publish(publish))) => shared.deliver(&publish),
            Ok(Event::Incoming(Packet::SubAck(answer))) => {
                let refused = |code| matches!(code, &rumqttc::SubscribeReasonCode::Failure);
                if answer.return_codes.iter().any(refused) {
                    tracing::warn!(%broker, "the broker refuses a subscription; may this user read the topic?");
                }
            }
            Ok(_) => {}
            Err(error) => {
                let (reason, pause) = (Unreached::from(error), backoff.next_whole_wait());
                tracing::warn!(%broker, %reason, pause_ms = pause.as_millis(), "no connection to the broker");
                shared.link.send_replace(Link::Down(reason));
                sleep(pause).await;
            }
        }
    }
}

impl Shared {
    fn inboxes(&self) -> Vec<Arc<Inbox>> {
        locked(&self.inboxes).iter().filter_map(Weak::upgrade).collect()
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = self.inboxes().iter().flat_map(|inbox| inbox.topics()).collect();
        topics.sort_unstable();
        topics.dedup();
        topics
    }

    fn deliver(&self, publish: &Publish) {
        for inbox in self.inboxes() {
            inbox.deliver(publish);
        }
    }
}

/// How to connect, for which user.
///
/// # Errors
/// [`MeterError::File`] if the password cannot be read.
pub(super) fn options(broker: &Broker) -> Result<MqttOptions, MeterError> {
    static CLIENTS: AtomicU32 = AtomicU32::new(0);
    let number = CLIENTS.fetch_add(1, Ordering::Relaxed);
    let client_id = format!("deren-{:x}-{:x}-{number:x}", std::process::id(), unix_ms());
    let mut options = MqttOptions::new(client_id, broker.host.clone(), broker.port);
    options.set_max_packet_size(MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES).set_keep_alive(Duration::from_secs(20));
    if let Some(user) = &broker.user {
        options.set_credentials(user.clone(), password(broker)?);
    }
    Ok(options)
}

fn filters(topics: impl Iterator<Item = String>) -> Vec<SubscribeFilter> {
    // At most once is enough: a register lost is read with the next message.
    topics.map(|topic| SubscribeFilter::new(topic, QoS::AtMostOnce)).collect()
}

fn password(broker: &Broker) -> Result<String, MeterError> {
    let Some(path) = &broker.password_file else { return Ok(String::new()) };
    let text = fs::read_to_string(path)
        .map_err(|error| MeterError::File { path: path.display().to_string(), reason: error.to_string() })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
