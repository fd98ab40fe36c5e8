//! The chain of SunSpec models of a Modbus unit: where it begins, what is in it, which devices it stands for.
//!
//! The walk is bounded, whatever a device answers. A model may occur several times; each occurrence is its own device,
//! named by the model 1 before it.

use crate::{
    MeterError,
    patience::Patience,
    quirks::Quirks,
    sunspec::models,
    template::registers::{MAX_READ_WORDS, decode::Function},
    wire::modbus::{Bus, Read},
};

/// `SunS`.
const MARKER: [u16; 2] = [0x5375, 0x6e53];
/// Where the marker may be, in the order of likelihood.
const BASES: [u16; 3] = [40_000, 0, 50_000];
/// Id of the model that ends a chain.
const END: u16 = 0xffff;
/// Most models of a chain.
pub(crate) const MAX_MODELS: usize = 128;
/// A model in a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// SunSpec model number.
    pub(crate) id: u16,
    /// Registers after id and length.
    pub(crate) length: u16,
    /// Address of the id register.
    pub(crate) address: u16,
}

/// One Modbus unit that is asked.
pub(crate) struct Unit<'a> {
    pub(crate) bus: &'a Bus,
    pub(crate) unit: u8,
    /// Where the marker is, if that is known.
    pub(crate) base: Option<u16>,
    pub(crate) patience: Patience,
}

impl Unit<'_> {
    pub(crate) async fn read(&self, address: u16, count: u16) -> Result<Vec<u16>, MeterError> {
        let read = Read { unit: self.unit, function: Function::Holding, address, count };
        self.bus.read(read, self.patience).await
    }

    pub(crate) fn endpoint(&self) -> String {
        self.bus.wire().to_string()
    }

    /// Two registers.
    async fn pair(&self, address: u16) -> Result<[u16; 2], MeterError> {
        let words = self.read(address, 2).await?;
        words.try_into().map_err(|words: Vec<u16>| MeterError::WrongLength {
            endpoint: self.endpoint(),
            what: format!("unit {}, 2 registers from {address}", self.unit),
            expected: 2,
            got: words.len(),
        })
    }

    /// Every model of the unit's chain, in order.
    ///
    /// # Errors
    /// `NotSunSpec` if the marker is nowhere, `EndlessChain`, or an error of the wire.
    pub(crate) async fn walk(&self) -> Result<Vec<Link>, MeterError> {
        let mut address = self.first_model().await?;
        let mut links: Vec<Link> = Vec::new();
        loop {
            let (id, length) = match self.pair(address).await {
                Ok([END | 0, _]) => return Ok(links),
                Ok([id, length]) => (id, length),
                // Some devices end with nothing at all instead of an end model.
                Err(MeterError::Exception { .. }) if !links.is_empty() => return Ok(links),
                Err(MeterError::Timeout { .. }) if self.chain_just_stops(&links).await => return Ok(links),
                Err(error) => return Err(error),
            };
            let next = u32::from(address) + 2 + u32::from(length);
            let fits = u16::try_from(next).ok().filter(|next| *next < u16::MAX);
            // What follows a chain without an end may be anything: a model that leaves the addresses is none.
            if fits.is_none() && links.iter().any(|link| models::kind(link.id).is_some()) {
                return Ok(links);
            }
            links.push(Link { id, length, address });
            match fits {
                Some(next) if links.len() < MAX_MODELS => address = next,
                _ => {
                    let (endpoint, unit, models) = (self.endpoint(), self.unit, links.len());
                    return Err(MeterError::EndlessChain { endpoint, unit, models, address: next });
                }
            }
        }
    }

    /// True if the device is of a manufacturer whose chains end with silence.
    async fn chain_just_stops(&self, links: &[Link]) -> bool {
        let Some(common) = links.iter().find(|link| link.id == models::COMMON) else { return false };
        let names = self.read(common.address.saturating_add(2), models::COMMON_WORDS).await;
        let vendor = names.ok().and_then(|words| models::common(&words).into_iter().next().flatten());
        vendor.is_some_and(|vendor| Quirks::of(&vendor).no_end)
    }

    /// Registers of which one request cannot read all. They are not of one moment.
    pub(crate) async fn read_long(&self, address: u16, count: u16) -> Result<Vec<u16>, MeterError> {
        let mut words = Vec::new();
        let (mut address, mut left) = (address, count);
        while left > 0 {
            let part = left.min(MAX_READ_WORDS);
            words.extend(self.read(address, part).await?);
            address = address.saturating_add(part);
            left -= part;
        }
        Ok(words)
    }

    /// Address of the first model. A base that does not answer, or refuses, does not stop the search.
    async fn first_model(&self) -> Result<u16, MeterError> {
        let mut outcomes: Vec<Result<[u16; 2], MeterError>> = Vec::new();
        let bases = self.base.as_ref().map_or(BASES.as_slice(), std::slice::from_ref);
        for &base in bases {
            match self.pair(base).await {
                Ok(MARKER) => return Ok(base.saturating_add(2)),
                Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => return Err(error),
                outcome => outcomes.push(outcome),
            }
        }
        // A device that never gave an answer says nothing about SunSpec, nor does a gateway that reaches none.
        let answered = outcomes.iter().any(|outcome| match outcome {
            Ok(_) => true,
            Err(error) => matches!(error, MeterError::Exception { .. }) && !is_nobody(error),
        });
        match outcomes.pop() {
            Some(Err(error)) if !answered => Err(error),
            last => {
                let last = match last {
                    Some(Err(error)) => error.to_string(),
                    Some(Ok(words)) => format!("{words:04x?}"),
                    None => String::new(),
                };
                let bases: Vec<String> = bases.iter().map(u16::to_string).collect();
                let (endpoint, unit, bases) = (self.endpoint(), self.unit, bases.join(", "));
                Err(MeterError::NotSunSpec { endpoint, unit, bases, last })
            }
        }
    }
}

/// True if a Modbus gateway says that there is nobody of that number behind it.
pub(crate) fn is_nobody(error: &MeterError) -> bool {
    matches!(error, MeterError::Exception { code: 10 | 11, .. })
}
