//! Messages that meters push by themselves. A task keeps the newest ones without a pause, so that a sample is never
//! what waited in a buffer. Whoever reads the same place shares its task.

use crate::{MeterError, Unreached};
use std::{future::pending, time::Duration};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep_until},
};

/// A message as it came; nobody has looked into it.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    /// Counts messages of that meter from 1.
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) at_unix_ms: u64,
    pub(super) at: Instant,
}

/// What a task shows of what it hears.
pub(super) trait Heard {
    /// Why it hears nothing.
    fn down(&self) -> Option<&Unreached>;

    /// Bytes that came in all, of whatever kind.
    fn heard_bytes(&self) -> u64;

    /// Why the newest attempt at a message gave none, since the newest message.
    fn garbled(&self) -> Option<&str> {
        None
    }
}

/// A task that hears messages until the last who reads them lets go of it.
pub(super) struct Hearing<S> {
    state: watch::Receiver<S>,
    task: JoinHandle<()>,
}

impl<S: Default + Heard> Hearing<S> {
    /// Has `run` hear and show.
    pub(super) fn start<F: Future<Output = ()> + Send + 'static>(run: impl FnOnce(watch::Sender<S>) -> F) -> Self {
        let (state, shown) = watch::channel(S::default());
        Self { state: shown, task: tokio::spawn(run(state)) }
    }

    /// False once the task has ended, as when its runtime has.
    pub(super) fn is_alive(&self) -> bool {
        !self.task.is_finished()
    }

    /// What there is, and when that changes.
    pub(super) fn state(&self) -> watch::Receiver<S> {
        self.state.clone()
    }
}

impl<S> Drop for Hearing<S> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The `newest` message once its number is above that one; `place` names the meter in errors.
///
/// # Errors
/// [`MeterError::Unreachable`], or what came instead within `limit`.
pub(super) async fn newer_than<S: Heard>(
    mut state: watch::Receiver<S>,
    number: u64,
    newest: impl Fn(&S) -> Option<&Arrived>,
    limit: Duration,
    place: String,
) -> Result<Arrived, MeterError> {
    let deadline = Instant::now() + limit;
    let heard_before = state.borrow().heard_bytes();
    loop {
        {
            let state = state.borrow_and_update();
            if let Some(newest) = newest(&state).filter(|newest| newest.number > number) {
                return Ok(newest.clone());
            }
            if let Some(reason) = state.down() {
                return Err(MeterError::Unreachable { endpoint: place, reason: reason.clone() });
            }
        }
        tokio::select! {
            // The task has ended if nothing can change any more; then only time helps.
            () = async { if state.changed().await.is_err() { pending().await } } => {}
            () = sleep_until(deadline) => break,
        }
    }
    let state = state.borrow();
    Err(match state.garbled() {
        Some(reason) => MeterError::Telegram { place, reason: reason.to_owned() },
        None => MeterError::NoTelegram {
            place,
            waited_s: u32::try_from(limit.as_secs()).unwrap_or(u32::MAX),
            heard_bytes: state.heard_bytes().saturating_sub(heard_before),
        },
    })
}
