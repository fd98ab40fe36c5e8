//! Reads a meter that pushes telegrams: the newest not yet given, or the next one.

use super::reader::{Arrived, Reader, State};
use crate::{
    Library, MeterError, Readout,
    driver::{Driver, Identity, Sample},
    identity_watch::IdentityWatch,
    mqtt::template::MqttTemplate,
    p1, sml,
    template::Counted,
    uri::{StreamDevice, Telegrams},
    zero_watch::ZeroWatch,
};
use async_trait::async_trait;
use std::{future::pending, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// Longer than the ten seconds that the slowest meters take between two telegrams, three times: one without a CRC counts once
/// both of its neighbours are there.
const USUAL_TIMEOUT: Duration = Duration::from_secs(35);

/// A meter that pushes telegrams.
pub struct StreamDriver {
    device: StreamDevice,
    decoder: Decoder,
    reader: Option<Arc<Reader>>,
    /// Number of the last telegram given or refused.
    given: u64,
    zeros: ZeroWatch,
    identity: IdentityWatch,
}

/// What turns a telegram into a readout.
enum Decoder {
    /// By the lines that a template names.
    P1(Box<MqttTemplate>),
    Sml,
}

impl Decoder {
    fn decode(&self, bytes: &[u8], place: &str) -> Result<Counted, MeterError> {
        match self {
            Self::P1(template) => template.decode(bytes, place),
            Self::Sml => sml::decode_counted(bytes, place),
        }
    }
}

impl StreamDriver {
    /// A driver for that device; P1 telegrams are read by the library's template `p1`. Nothing is opened yet.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] if the library has no template `p1`.
    pub fn new(device: StreamDevice, library: &Library) -> Result<Self, MeterError> {
        let decoder = match device.telegrams {
            Telegrams::P1 => Decoder::P1(Box::new(library.mqtt(p1::TEMPLATE)?.clone())),
            Telegrams::Sml => Decoder::Sml,
        };
        let (zeros, identity) = (ZeroWatch::default(), IdentityWatch::default());
        Ok(Self { device, decoder, reader: None, given: 0, zeros, identity })
    }

    fn timeout(&self) -> Duration {
        self.device.timeout_ms.map_or(USUAL_TIMEOUT, |ms| Duration::from_millis(ms.into()))
    }

    fn place(&self) -> String {
        self.device.wire.to_string()
    }

    /// A telegram newer than the one with that number. It is not looked into.
    async fn newer_than(&mut self, number: u64) -> Result<Arrived, MeterError> {
        let (reader, number) = match &self.reader {
            Some(reader) if reader.is_alive() => (reader.clone(), number),
            _ => {
                self.given = 0;
                (self.reader.insert(Reader::shared(&self.device)).clone(), 0)
            }
        };
        let limit = self.timeout();
        let deadline = Instant::now() + limit;
        let mut state = reader.state();
        let heard_before = state.borrow().heard_bytes;
        loop {
            {
                let state = state.borrow_and_update();
                if let Some(newest) = state.newest.as_ref().filter(|newest| newest.number > number) {
                    return Ok(newest.clone());
                }
                if let Some(reason) = &state.down {
                    return Err(MeterError::Unreachable { endpoint: self.place(), reason: reason.clone() });
                }
            }
            tokio::select! {
                // The reader has ended if nothing can change any more; then only time helps.
                () = async { if state.changed().await.is_err() { pending().await } } => {}
                () = sleep_until(deadline) => return Err(self.silence(&state.borrow(), heard_before, limit)),
            }
        }
    }

    fn silence(&self, state: &State, heard_before: u64, limit: Duration) -> MeterError {
        match &state.garbled {
            Some(reason) => MeterError::Telegram { place: self.place(), reason: reason.clone() },
            None => MeterError::NoTelegram {
                place: self.place(),
                waited_s: u32::try_from(limit.as_secs()).unwrap_or(u32::MAX),
                heard_bytes: state.heard_bytes.saturating_sub(heard_before),
            },
        }
    }

    /// What came since it was opened, telegram or not: bytes, and how many of them a text has.
    pub(crate) fn heard(&self) -> (u64, u64) {
        let state = self.reader.as_ref().map(|reader| reader.state());
        state.map_or((0, 0), |state| (state.borrow().heard_bytes, state.borrow().text_bytes))
    }

    /// Who has that serial number.
    fn who(&self, serial: Option<String>) -> Identity {
        let (vendor, model) = match &self.decoder {
            Decoder::P1(template) => (template.vendor.clone(), template.model.clone()),
            Decoder::Sml => ("SML".into(), "utility meter".into()),
        };
        let has_serial = serial.is_some();
        let serial = serial.unwrap_or_else(|| format!("@{}", self.place()));
        Identity { vendor, model, serial, has_serial, sub_unit: 0 }
    }
}

#[async_trait]
impl Driver for StreamDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        // The last one given says who it is as well as a new one does, unless it is old.
        let mut newest = self.newer_than(self.given.saturating_sub(1)).await?;
        while newest.at.elapsed() > self.timeout() {
            newest = self.newer_than(newest.number).await?;
        }
        let counted = self.decoder.decode(&newest.bytes, &self.place())?;
        let identity = self.who(counted.readout.serial);
        self.identity.remember(&identity, 0);
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let arrived = self.newer_than(self.given).await?;
        self.given = arrived.number;
        let place = self.place();
        let Counted { readout, import_counter, export_counter } = self.decoder.decode(&arrived.bytes, &place)?;
        let Readout { import_mwh, export_mwh, power_w, serial } = readout;
        if serial.is_some() {
            let now = self.who(serial);
            self.identity.confirm(&now, 0, place.clone())?;
        }
        let suspect = self.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            let reason = "its telegram has no energy; some meters want a PIN before they show it".into();
            return Err(MeterError::NoEnergy { place, reason });
        }
        let at_unix_ms = arrived.at_unix_ms;
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, import_counter, export_counter })
    }
}
