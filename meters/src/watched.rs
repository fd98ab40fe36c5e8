//! What is watched of every device, whatever its wire: counters that change places, that begin anew each year, and
//! that move in coarser steps than they are written in. A wrong number is refused with the reason; none is repaired.

mod crossing;
mod period;
mod step;

use crate::{
    MeterError,
    driver::{DcInput, Driver, Identity, Sample},
};
use async_trait::async_trait;
use crossing::CrossingWatch;
use period::PeriodWatch;
use step::StepWatch;

/// A driver whose samples are watched.
pub(crate) struct Watched {
    inner: Box<dyn Driver>,
    /// What errors call the device.
    place: String,
    /// Whose samples are watched.
    identity: Option<Identity>,
    crossing: CrossingWatch,
    import: PeriodWatch,
    export: PeriodWatch,
    step: StepWatch,
}

impl Watched {
    /// `inner`, watched. `place` is what errors call it.
    pub(crate) fn new(inner: Box<dyn Driver>, place: String) -> Self {
        let (import, export) = (PeriodWatch::default(), PeriodWatch::default());
        let (crossing, step) = (CrossingWatch::default(), StepWatch::default());
        Self { inner, place, identity: None, crossing, import, export, step }
    }

    fn watch(&mut self, mut sample: Sample) -> Result<Sample, MeterError> {
        for (what, watch, mwh) in
            [("import", &mut self.import, sample.import_mwh), ("export", &mut self.export, sample.export_mwh)]
        {
            if let Some(before_mwh) = watch.begins_anew(mwh, sample.at_unix_ms) {
                return Err(MeterError::BeginsAnew { place: self.place.clone(), what, before_mwh });
            }
        }
        if self.crossing.have_changed_places(sample.import_mwh, sample.export_mwh) {
            return Err(MeterError::Crossed { place: self.place.clone() });
        }
        let seen = self.step.seen(sample.import_mwh, sample.export_mwh);
        sample.import_counter.step_mwh = seen.declared(sample.import_counter.step_mwh);
        sample.export_counter.step_mwh = seen.declared(sample.export_counter.step_mwh);
        Ok(sample)
    }
}

#[async_trait]
impl Driver for Watched {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        let identity = self.inner.identify().await?;
        // Another device has counters of its own.
        if self.identity.as_ref().is_some_and(|known| *known != identity) {
            self.crossing = CrossingWatch::default();
            (self.import, self.export) = (PeriodWatch::default(), PeriodWatch::default());
            self.step = StepWatch::default();
        }
        self.identity = Some(identity.clone());
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let sample = self.inner.sample().await?;
        self.watch(sample)
    }

    async fn dc_inputs(&mut self) -> Result<Vec<DcInput>, MeterError> {
        self.inner.dc_inputs().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Counter;
    use std::collections::VecDeque;

    const KWH: u64 = 1_000_000;
    /// 31 December 2025, 23:59 UTC.
    const NEW_YEARS_EVE_MS: u64 = 1_767_225_540_000;

    /// Gives samples one after the other, and says who it is by a number.
    struct Script(VecDeque<Sample>, u32);

    #[async_trait]
    impl Driver for Script {
        async fn identify(&mut self) -> Result<Identity, MeterError> {
            self.1 += 1;
            let text = String::new;
            let serial = (self.1 / 2).to_string();
            Ok(Identity { vendor: text(), model: text(), serial, has_serial: true, sub_unit: 0 })
        }

        async fn sample(&mut self) -> Result<Sample, MeterError> {
            Ok(self.0.pop_front().expect("a sample"))
        }
    }

    fn sample(import_mwh: u64, export_mwh: u64) -> Sample {
        let counter = Counter { modulus_mwh: None, step_mwh: Some(100) };
        Sample {
            at_unix_ms: 1_000,
            import_mwh: Some(import_mwh),
            export_mwh: Some(export_mwh),
            import_counter: counter,
            export_counter: counter,
            ..Sample::default()
        }
    }

    fn watched(samples: impl IntoIterator<Item = Sample>) -> Watched {
        Watched::new(Box::new(Script(samples.into_iter().collect(), 0)), "here".into())
    }

    #[tokio::test]
    async fn counters_that_change_places_are_refused_until_they_are_back() {
        let (import, export) = (1_500 * KWH, 320 * KWH);
        let mut meter = watched([
            sample(import, export),
            sample(export, import),
            sample(export + KWH, import),
            sample(import + KWH, export),
        ]);
        assert!(meter.sample().await.is_ok());
        for _ in 0..2 {
            let error = meter.sample().await.expect_err("crossed").to_string();
            assert!(error.contains("changed places") && error.contains("here"), "{error}");
        }
        assert_eq!(meter.sample().await.map(|sample| sample.import_mwh), Ok(Some(import + KWH)));
    }

    #[tokio::test]
    async fn another_device_has_counters_of_its_own() {
        let mut meter = watched([sample(1_500 * KWH, 320 * KWH), sample(320 * KWH, 1_500 * KWH)]);
        assert!(meter.identify().await.is_ok() && meter.sample().await.is_ok());
        assert!(meter.identify().await.is_ok() && meter.sample().await.is_ok());
    }

    #[tokio::test]
    async fn a_yearly_counter_is_no_total() {
        let at = |after_s: u64, import_mwh: u64| Sample {
            at_unix_ms: NEW_YEARS_EVE_MS + after_s * 1_000,
            ..sample(import_mwh, 320 * KWH)
        };
        let mut meter = watched([at(0, 4_000 * KWH), at(120, 0), at(180, KWH / 2), at(90_000_000, 30 * KWH)]);
        assert!(meter.sample().await.is_ok());
        assert!(meter.sample().await.is_ok(), "a zero is judged by whoever holds the registers");
        for _ in 0..2 {
            let error = meter.sample().await.expect_err("a year's counter").to_string();
            assert!(error.contains("begins anew") && error.contains("import"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_locked_meter_has_the_step_that_it_shows() {
        let mut meter =
            watched([sample(2_043 * KWH, 0), sample(2_044 * KWH, 7 * KWH), sample(2_044 * KWH + 700, 7 * KWH)]);
        let mut steps = Vec::new();
        for _ in 0..3 {
            let sample = meter.sample().await.expect("a sample");
            steps.push((sample.import_counter.step_mwh, sample.export_counter.step_mwh));
        }
        assert_eq!(steps, [(Some(KWH), Some(KWH)), (Some(KWH), Some(KWH)), (Some(100), Some(100))]);
    }
}
