//! What is watched of every device, whatever its family: that it is still the same one, and what its counters do. They
//! may fall to zero, dip, stand, change places, begin anew each year, or move in coarser steps than they are written
//! in. A wrong number is refused with the reason, or marked as suspect; none is repaired.

mod crossing;
mod dip;
mod identity;
mod period;
mod stand;
mod step;
mod zero;

use super::{
    Driver,
    source::{Answer, Source},
};
use crate::{
    DeviceUri, MeterError,
    sample::{Counted, DcInput, Identity, Readout, Sample},
};
use async_trait::async_trait;
use crossing::CrossingWatch;
use dip::DipWatch;
use identity::IdentityWatch;
use period::PeriodWatch;
use stand::StandWatch;
use step::StepWatch;
use zero::ZeroWatch;

pub(crate) use identity::TRUST;

/// A driver: a source whose samples are watched.
pub(crate) struct Watched<S: Source + ?Sized> {
    source: Box<S>,
    /// Its URI, for errors that are about what its owner configured.
    uri: String,
    identity: IdentityWatch,
    counters: Counters,
}

/// What is remembered of a device's counters.
#[derive(Default)]
struct Counters {
    zeros: ZeroWatch,
    dips: DipWatch,
    stands: StandWatch,
    crossing: CrossingWatch,
    import: PeriodWatch,
    export: PeriodWatch,
    step: StepWatch,
}

impl<S: Source + ?Sized> Watched<S> {
    /// `source`, watched; `uri` is what its owner calls it.
    pub(crate) fn new(source: Box<S>, uri: &DeviceUri) -> Self {
        Self { source, uri: uri.to_string(), identity: IdentityWatch::default(), counters: Counters::default() }
    }

    /// What is watched.
    pub(crate) fn source(&self) -> &S {
        &self.source
    }

    /// Refuses an answer of another device than the one that the caller was told of.
    async fn confirm(&mut self, answer: &Answer) -> Result<(), MeterError> {
        let connection = self.source.connection();
        let now = match (&answer.who, connection) {
            (Some(who), _) => who.clone(),
            (None, Some(connection)) if self.identity.is_due(connection) => self.source.who().await?,
            (None, _) => return Ok(()),
        };
        self.identity.confirm(&now, connection.unwrap_or_default(), self.source.place())
    }

    /// The sample that an answer makes, if its counters can be totals.
    fn watch(&mut self, answer: Answer) -> Result<Sample, MeterError> {
        let Answer { at_unix_ms, counted: Counted { readout, mut import_counter, mut export_counter }, .. } = answer;
        let Readout { import_mwh, export_mwh, power_w, .. } = readout;
        let counters = &mut self.counters;
        let fell_to_zero = counters.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            return Err(MeterError::NoEnergy { place: self.source.place(), reason: self.source.without_energy() });
        }
        let quirks = self.source.quirks();
        let waits_mwh = quirks.dip_wh.map(|dip_wh| u64::from(dip_wh) * 1_000);
        if let Some(dip) = waits_mwh.and_then(|most_mwh| counters.dips.dip(import_mwh, export_mwh, most_mwh)) {
            return Err(MeterError::Dip {
                place: self.source.place(),
                what: dip.what,
                fell_wh: dip.fell_mwh.div_ceil(1_000),
                vendor: quirks.names.first().cloned().unwrap_or_default(),
            });
        }
        for (what, watch, mwh) in
            [("import", &mut counters.import, import_mwh), ("export", &mut counters.export, export_mwh)]
        {
            if let Some(before_mwh) = watch.begins_anew(mwh, at_unix_ms) {
                return Err(MeterError::BeginsAnew { place: self.uri.clone(), what, before_mwh });
            }
        }
        if counters.crossing.have_changed_places(import_mwh, export_mwh) {
            return Err(MeterError::Crossed { place: self.uri.clone() });
        }
        let seen = counters.step.seen(import_mwh, export_mwh);
        import_counter.step_mwh = seen.declared(import_counter.step_mwh);
        export_counter.step_mwh = seen.declared(export_counter.step_mwh);
        let both = [(import_mwh, import_counter), (export_mwh, export_counter)];
        let suspect = counters.stands.is_suspect(at_unix_ms, power_w, both) | fell_to_zero;
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, import_counter, export_counter })
    }
}

#[async_trait]
impl<S: Source + ?Sized> Driver for Watched<S> {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        let identity = self.source.who().await?;
        // Another device has counters of its own.
        if self.identity.is_another(&identity) {
            self.counters = Counters::default();
        }
        self.identity.remember(&identity, self.source.connection().unwrap_or_default());
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let answer = self.source.read().await?;
        self.confirm(&answer).await?;
        self.watch(answer)
    }

    async fn dc_inputs(&mut self) -> Result<Vec<DcInput>, MeterError> {
        self.source.dc_inputs().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Counter, quirks::Quirks};
    use std::collections::VecDeque;

    const KWH: u64 = 1_000_000;
    /// 31 December 2025, 23:59 UTC.
    const NEW_YEARS_EVE_MS: u64 = 1_767_225_540_000;

    /// Gives samples one after the other, and says who it is by a number.
    struct Script {
        samples: VecDeque<Sample>,
        asked: u32,
        quirks: &'static Quirks,
        connection: u64,
    }

    #[async_trait]
    impl Source for Script {
        fn place(&self) -> String {
            "there".into()
        }

        fn connection(&self) -> Option<u64> {
            Some(self.connection)
        }

        fn quirks(&self) -> &'static Quirks {
            self.quirks
        }

        async fn who(&mut self) -> Result<Identity, MeterError> {
            self.asked += 1;
            let text = String::new;
            let serial = (self.asked / 2).to_string();
            Ok(Identity { vendor: text(), model: text(), serial, has_serial: true, sub_unit: 0 })
        }

        async fn read(&mut self) -> Result<Answer, MeterError> {
            let sample = self.samples.pop_front().expect("a sample");
            let Sample { at_unix_ms, import_mwh, export_mwh, power_w, import_counter, export_counter, .. } = sample;
            let readout = Readout { import_mwh, export_mwh, power_w, serial: None };
            Ok(Answer { at_unix_ms, counted: Counted { readout, import_counter, export_counter }, who: None })
        }

        fn without_energy(&self) -> String {
            "nothing is counted".into()
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

    fn watched(samples: impl IntoIterator<Item = Sample>) -> Watched<Script> {
        let uri = "mqtt://here/topic?template=any".parse().expect("a URI");
        let samples = samples.into_iter().collect();
        Watched::new(Box::new(Script { samples, asked: 0, quirks: Quirks::none(), connection: 1 }), &uri)
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

    #[tokio::test]
    async fn a_zero_a_gap_and_a_counter_that_stands_are_suspect_and_nothing_at_all_is_refused() {
        let gone = Sample { import_mwh: None, export_mwh: None, ..sample(0, 0) };
        let mut meter = watched([sample(5 * KWH, 0), sample(0, 0), gone, sample(5 * KWH, KWH)]);
        assert_eq!(meter.sample().await.map(|sample| sample.suspect), Ok(false));
        assert_eq!(meter.sample().await.map(|sample| sample.suspect), Ok(true));
        let error = meter.sample().await.expect_err("no energy").to_string();
        assert!(error.contains("there") && error.contains("nothing is counted"), "{error}");
        assert_eq!(meter.sample().await.map(|sample| sample.suspect), Ok(false));
        let flows = |minute: u64| Sample { at_unix_ms: minute * 60_000, power_w: Some(9_000), ..sample(5_000_123, 0) };
        let mut meter = watched((0..60).map(flows));
        let mut suspect = Vec::new();
        for _ in 0..60 {
            suspect.push(meter.sample().await.expect("a sample").suspect);
        }
        assert!(!suspect[0] && suspect[59], "9 kWh flowed past it");
    }

    #[tokio::test]
    async fn a_dip_is_refused_of_those_manufacturers_whose_counters_dip() {
        let dips = || [sample(0, 5 * KWH), sample(0, 5 * KWH - 700_000), sample(0, 5 * KWH + 1)];
        let mut meter = watched(dips());
        meter.source.quirks = Quirks::of("SolarEdge");
        assert!(meter.sample().await.is_ok());
        let error = meter.sample().await.expect_err("a dip").to_string();
        assert!(error.contains("export") && error.contains("700"), "{error}");
        assert!(meter.sample().await.is_ok());
        let mut meter = watched(dips());
        for _ in 0..3 {
            assert!(meter.sample().await.is_ok(), "whoever holds the registers judges it");
        }
    }

    #[tokio::test]
    async fn another_device_over_a_new_connection_is_refused_until_the_caller_asks_who_it_is() {
        let mut meter = watched([sample(KWH, 0), sample(KWH, 0), sample(9 * KWH, 0), sample(9 * KWH, 0)]);
        assert!(meter.identify().await.is_ok() && meter.sample().await.is_ok());
        assert_eq!(meter.source.asked, 1, "it is trusted while the connection lasts");
        meter.source.connection = 2;
        let error = meter.sample().await.expect_err("another").to_string();
        assert!(error.contains("there"), "{error}");
        assert!(meter.identify().await.is_ok() && meter.sample().await.is_ok());
    }
}
