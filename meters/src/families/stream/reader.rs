//! Reads one stream without a pause and keeps its newest telegram, so that a sample is never what waited in a buffer. A
//! lost connection is made again by itself, with growing pauses. Whoever reads the same meter shares the reader.

use super::{
    uri::{StreamDevice, Telegrams},
    wire::{self, Stream},
};
use crate::{
    MeterError, Unreached,
    families::pushed::{Arrived, Heard, Hearing},
    in_use::InUse,
    p1,
    patience::reconnecting,
    sample::unix_ms,
    sml,
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    io::AsyncReadExt,
    sync::watch,
    time::{Instant, sleep, timeout},
};

/// Most bytes that one read takes.
const CHUNK_BYTES: usize = 1_024;
/// Silence after which a connection is taken for dead and made again.
const LONGEST_SILENCE: Duration = Duration::from_secs(90);

/// What a reader shows of its stream.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) newest: Option<Arrived>,
    /// Why the newest attempt at a telegram gave none, since the newest telegram.
    pub(super) garbled: Option<String>,
    /// Why there is no connection.
    pub(super) down: Option<Unreached>,
    /// Bytes that came in all.
    pub(super) heard_bytes: u64,
    /// Of these, those that a text has.
    pub(super) text_bytes: u64,
}

impl Heard for State {
    fn down(&self) -> Option<&Unreached> {
        self.down.as_ref()
    }

    fn heard_bytes(&self) -> u64 {
        self.heard_bytes
    }

    fn garbled(&self) -> Option<&str> {
        self.garbled.as_deref()
    }
}

/// What reads that stream: the reader that others use, or a new one.
pub(super) fn shared(device: &StreamDevice) -> Arc<Hearing<State>> {
    static READERS: InUse<StreamDevice, Hearing<State>> = InUse::new();
    let key = StreamDevice { timeout_ms: None, ..device.clone() };
    let new = || Ok::<_, Infallible>(Hearing::start(|state| run(key.clone(), state)));
    let Ok(reader) = READERS.get_or(&key, Hearing::is_alive, new);
    reader
}

async fn run(device: StreamDevice, state: watch::Sender<State>) {
    let mut backoff = reconnecting();
    loop {
        let error = match wire::open(&device.wire, device.telegrams).await {
            Ok(stream) => {
                state.send_modify(|state| state.down = None);
                let heard_before = state.borrow().heard_bytes;
                let error = read(stream, &device, &state).await;
                if state.borrow().heard_bytes > heard_before {
                    backoff.reset();
                }
                error
            }
            Err(MeterError::Unreachable { reason, .. }) => reason,
            Err(error) => error.to_string().into(),
        };
        let pause = backoff.next_whole_wait();
        tracing::warn!(endpoint = %device.wire, reason = %error, pause_ms = pause.as_millis(), "no telegrams");
        state.send_modify(|state| state.down = Some(error));
        sleep(pause).await;
    }
}

/// Reads until the stream ends; gives why.
async fn read(mut stream: Stream, device: &StreamDevice, state: &watch::Sender<State>) -> Unreached {
    let mut finder = Finder::of(device.telegrams);
    let mut chunk = [0; CHUNK_BYTES];
    loop {
        let count = match timeout(LONGEST_SILENCE, stream.read(&mut chunk)).await {
            Ok(Ok(0)) => return "the other end closed the connection; does it take only one client?".into(),
            Ok(Ok(count)) => count,
            Ok(Err(error)) => return error.into(),
            Err(_) => return format!("silent for {} s", LONGEST_SILENCE.as_secs()).into(),
        };
        let outcomes: Vec<_> = chunk.iter().take(count).filter_map(|byte| finder.push(*byte)).collect();
        let is_text = |byte: &&u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        let text_bytes = u64::try_from(chunk.iter().take(count).filter(is_text).count()).unwrap_or(u64::MAX);
        let (at, at_unix_ms) = (Instant::now(), unix_ms());
        state.send_modify(|state| {
            state.heard_bytes = state.heard_bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            state.text_bytes = state.text_bytes.saturating_add(text_bytes);
            for outcome in outcomes {
                match outcome {
                    Ok(bytes) => {
                        let number = state.newest.as_ref().map_or(0, |newest| newest.number) + 1;
                        state.newest = Some(Arrived { number, bytes, at_unix_ms, at });
                        state.garbled = None;
                    }
                    Err(reason) => state.garbled = Some(reason),
                }
            }
        });
    }
}

/// Finds the telegrams of either kind.
enum Finder {
    P1(p1::Finder),
    Sml(sml::Finder),
}

impl Finder {
    fn of(telegrams: Telegrams) -> Self {
        match telegrams {
            Telegrams::P1 => Self::P1(p1::Finder::default()),
            Telegrams::Sml => Self::Sml(sml::Finder::default()),
        }
    }

    fn push(&mut self, byte: u8) -> Option<Result<Vec<u8>, String>> {
        match self {
            Self::P1(finder) => finder.push(byte),
            Self::Sml(finder) => finder.push(byte),
        }
    }
}
