//! One device, sampled for ever: it connects, asks who the device is, and hands each sample on. It judges nothing, and
//! it never gives up.

use crate::{clock::unix_ms, home::Place, recorder::Event, settings::DeviceSettings};
use deren_meters::{Driver, Library, MeterError, open_with};
use deren_primitives::Backoff;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// The first wait after a failure, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A sample is asked for this long after the moment it is for, so that it is never a little before.
const AFTER_BOUNDARY_MS: u64 = 2;

/// Samples one device.
pub struct Sampler {
    /// Its place.
    pub place: Place,
    /// How to reach it, and how often.
    pub device: DeviceSettings,
    /// The templates; the device's is among them.
    pub templates: Arc<Library>,
    /// Where samples and failures go.
    pub events: mpsc::Sender<Event>,
    /// A slot's length in milliseconds, once known.
    pub slot_ms: watch::Receiver<Option<u64>>,
}

/// Nobody takes samples any more.
struct Closed;

impl Sampler {
    /// Samples until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::select! {
            () = shutdown.cancelled() => {}
            Err(Closed) = self.sample_for_ever() => {}
        }
    }

    async fn sample_for_ever(&self) -> Result<Infallible, Closed> {
        let mut backoff = Backoff::new(FIRST_WAIT.min(self.device.sample_interval), LONGEST_WAIT);
        loop {
            let error = match open_with(&self.device.uri, &self.templates).await {
                Ok(mut driver) => self.follow(driver.as_mut(), &mut backoff).await?,
                Err(error) => error,
            };
            self.failed(&error, &mut backoff).await?;
        }
    }

    /// Asks who the device is, and samples it until its connection fails. Returns why.
    async fn follow(&self, driver: &mut dyn Driver, backoff: &mut Backoff) -> Result<MeterError, Closed> {
        let mut is_known = false;
        let ask_again = Arc::new(Notify::new());
        loop {
            if !is_known {
                let identity = match driver.identify().await {
                    Ok(identity) => identity,
                    Err(error) => return Ok(error),
                };
                let ask_again = ask_again.clone();
                self.send(Event::Identified { place: self.place, identity, ask_again }).await?;
                is_known = true;
            }
            match driver.sample().await {
                Ok(sample) => {
                    backoff.reset();
                    self.send(Event::Sample { place: self.place, sample }).await?;
                    tokio::select! {
                        () = self.wait_for_next() => {}
                        // The sample that makes it doubted must not wait for the next: the device is asked at once.
                        () = ask_again.notified() => is_known = false,
                    }
                }
                Err(error) => {
                    is_known &= !may_have_been_swapped(&error);
                    self.failed(&error, backoff).await?;
                }
            }
        }
    }

    /// Says that the device cannot be read, and waits before the next attempt.
    async fn failed(&self, error: &MeterError, backoff: &mut Backoff) -> Result<(), Closed> {
        self.send(Event::Failed { place: self.place, mishap: error.into() }).await?;
        tokio::time::sleep(backoff.next_wait(rand::random())).await;
        Ok(())
    }

    async fn send(&self, event: Event) -> Result<(), Closed> {
        self.events.send(event).await.map_err(|_| Closed)
    }

    async fn wait_for_next(&self) {
        let interval_ms = u64::try_from(self.device.sample_interval.as_millis()).unwrap_or(u64::MAX);
        let now_ms = unix_ms();
        let due_ms = next_sample_ms(now_ms, interval_ms, *self.slot_ms.borrow());
        tokio::time::sleep(Duration::from_millis(due_ms.saturating_sub(now_ms))).await;
    }
}

/// After such an error another device may be at the address.
fn may_have_been_swapped(error: &MeterError) -> bool {
    matches!(
        error,
        MeterError::Unreachable { .. }
            | MeterError::Disconnected { .. }
            | MeterError::Timeout { .. }
            | MeterError::Misfit { .. }
            | MeterError::ModelMoved { .. }
            | MeterError::NoSuchModel { .. }
            | MeterError::Swapped { .. }
    )
}

/// When to sample next: at the next multiple of the interval, and in any case just after a slot's end. So a boundary is
/// met closely, and its reading is made at once.
fn next_sample_ms(now_ms: u64, interval_ms: u64, slot_ms: Option<u64>) -> u64 {
    let next_multiple = |step_ms: u64| (now_ms / step_ms.max(1)).saturating_add(1).saturating_mul(step_ms.max(1));
    let by_interval = next_multiple(interval_ms);
    let due_ms = slot_ms.map_or(by_interval, |slot_ms| by_interval.min(next_multiple(slot_ms)));
    due_ms.saturating_add(AFTER_BOUNDARY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn samples_fall_on_multiples_and_on_slot_ends() {
        assert_eq!(next_sample_ms(12_345, 10_000, None), 20_002);
        assert_eq!(next_sample_ms(20_000, 10_000, None), 30_002);
        assert_eq!(next_sample_ms(50_000, 10_000, Some(12_000)), 60_002);
        assert_eq!(next_sample_ms(20_100, 10_000, Some(12_000)), 24_002);
    }

    proptest! {
        #[test]
        fn no_slot_ends_between_two_samples_without_one_soon_after(
            now_ms in 0..u64::MAX / 4, interval_ms in 1..10_000_000u64, slot_ms in 1..10_000_000u64,
        ) {
            let due_ms = next_sample_ms(now_ms, interval_ms, Some(slot_ms));
            prop_assert!(due_ms > now_ms);
            prop_assert!(due_ms - now_ms <= interval_ms + AFTER_BOUNDARY_MS);
            let slot_end_ms = (now_ms / slot_ms + 1) * slot_ms;
            prop_assert!(due_ms <= slot_end_ms + AFTER_BOUNDARY_MS);
        }
    }
}
