//! Reads a meter that pushes telegrams: the newest not yet given, or the next one.

use super::{
    reader::{self, State},
    uri::{StreamDevice, Telegrams},
};
use crate::{
    Library, MeterError,
    driver::source::{Answer, Source},
    families::pushed::{Arrived, Hearing, newer_than},
    p1,
    patience::limit,
    sample::{Counted, Identity},
    sml,
    template::payload::MqttTemplate,
};
use async_trait::async_trait;
use std::{sync::Arc, time::Duration};

/// Longer than the ten seconds that the slowest meters take between two telegrams, three times. One without a CRC
/// counts once both of its neighbours are there.
const USUAL_TIMEOUT: Duration = Duration::from_secs(35);

/// A meter that pushes telegrams.
pub(super) struct StreamSource {
    device: StreamDevice,
    decoder: Decoder,
    reader: Option<Arc<Hearing<State>>>,
    /// Number of the last telegram given or refused.
    given: u64,
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

impl StreamSource {
    /// A source for that device; P1 telegrams are read by the library's template `p1`. Nothing is opened yet.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] if the library has no template `p1`.
    pub(super) fn new(device: StreamDevice, library: &Library) -> Result<Self, MeterError> {
        let decoder = match device.telegrams {
            Telegrams::P1 => Decoder::P1(Box::new(library.mqtt(p1::TEMPLATE)?.clone())),
            Telegrams::Sml => Decoder::Sml,
        };
        Ok(Self { device, decoder, reader: None, given: 0 })
    }

    fn timeout(&self) -> Duration {
        limit(self.device.timeout_ms, USUAL_TIMEOUT)
    }

    /// A telegram newer than the one with that number. It is not looked into.
    async fn newer_than(&mut self, number: u64) -> Result<Arrived, MeterError> {
        let (reader, number) = match &self.reader {
            Some(reader) if reader.is_alive() => (reader.clone(), number),
            _ => {
                self.given = 0;
                (self.reader.insert(reader::shared(&self.device)).clone(), 0)
            }
        };
        newer_than(reader.state(), number, |state: &State| state.newest.as_ref(), self.timeout(), self.place()).await
    }

    /// What came since it was opened, telegram or not: bytes, and how many of them a text has.
    pub(super) fn heard(&self) -> (u64, u64) {
        let state = self.reader.as_ref().map(|reader| reader.state());
        state.map_or((0, 0), |state| (state.borrow().heard_bytes, state.borrow().text_bytes))
    }

    /// Ends once nobody reads the stream any more, so that its port is free.
    pub(super) fn given_back(&self) -> impl Future<Output = ()> + use<> {
        let state = self.reader.as_ref().map(|reader| reader.state());
        async move {
            if let Some(mut state) = state {
                while state.changed().await.is_ok() {}
            }
        }
    }

    /// Who has that serial number.
    fn named(&self, serial: Option<String>) -> Identity {
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
impl Source for StreamSource {
    fn place(&self) -> String {
        self.device.wire.to_string()
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        // The last one given says who it is as well as a new one does, unless it is old.
        let mut newest = self.newer_than(self.given.saturating_sub(1)).await?;
        while newest.at.elapsed() > self.timeout() {
            newest = self.newer_than(newest.number).await?;
        }
        let counted = self.decoder.decode(&newest.bytes, &self.place())?;
        Ok(self.named(counted.readout.serial))
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        let arrived = self.newer_than(self.given).await?;
        self.given = arrived.number;
        let counted = self.decoder.decode(&arrived.bytes, &self.place())?;
        // A telegram without it says nothing about who sent it.
        let who = counted.readout.serial.clone().map(|serial| self.named(Some(serial)));
        Ok(Answer { at_unix_ms: arrived.at_unix_ms, counted, who })
    }

    fn without_energy(&self) -> String {
        "its telegram has no energy; some meters want a PIN before they show it".into()
    }
}
