//! The chain to which this gateway belongs, pinned at first contact, so that it samples and signs without a
//! connection, and never for another chain.

use crate::{
    error::GatewayError,
    files::{self, Readers},
};
use deren_primitives::{Anchor, ChainParameters, Hex, SlotClock};
use serde::{Deserialize, Serialize};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const FILE: &str = "chain.json";
/// Time without a final block after which readings are anchored where the chain looks back further.
const FINALITY_LAGS: Duration = Duration::from_secs(300);

/// What was found at first contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedChain {
    /// Hash of block 0.
    pub genesis: [u8; 32],
    /// What was set at genesis.
    pub parameters: ChainParameters,
}

/// It as the file has it.
#[derive(Serialize, Deserialize)]
struct Kept {
    genesis: String,
    parameters: ChainParameters,
}

impl JoinedChain {
    /// A chain with this genesis hash. `None` if its slots would have no length.
    pub fn new(genesis: [u8; 32], parameters: ChainParameters) -> Option<Self> {
        let usable = parameters.slot_seconds > 0 && parameters.slot_energy_seconds > 0;
        usable.then_some(Self { genesis, parameters })
    }

    /// The chain pinned in `data_folder`, if there was a first contact.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the file is there and cannot be read or understood.
    pub fn load(data_folder: &Path) -> Result<Option<Self>, GatewayError> {
        let path = data_folder.join(FILE);
        let Some(content) = files::read(&path)? else {
            return Ok(None);
        };
        let Kept { genesis, parameters } = serde_json::from_slice(&content)
            .map_err(|error| GatewayError::file(&path, format!("not a pinned chain: {error}")))?;
        let joined = Hex::parse(&genesis).and_then(|genesis| Self::new(genesis, parameters));
        let cannot_be = || GatewayError::file(&path, "the genesis hash or the slot length cannot be");
        joined.ok_or_else(cannot_be).map(Some)
    }

    /// Pins it in `data_folder`.
    ///
    /// # Errors
    /// [`GatewayError::File`] if it cannot be written.
    pub fn store(&self, data_folder: &Path) -> Result<(), GatewayError> {
        let path = data_folder.join(FILE);
        let kept = Kept { genesis: Hex(self.genesis).to_string(), parameters: self.parameters.clone() };
        let content = serde_json::to_vec_pretty(&kept).map_err(|error| GatewayError::file(&path, error))?;
        files::replace(&path, &content, Readers::Everyone)
    }

    /// The chain's slots.
    pub fn clock(&self) -> SlotClock {
        self.parameters.clock()
    }
}

/// What is known of the chain: enough to make readings without a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainView {
    /// Which chain it is.
    pub joined: JoinedChain,
    /// The latest finalised block known.
    pub anchor: Anchor,
    /// The latest finalised block that the chain knows for a month.
    pub lasting: Anchor,
    /// When the latest was heard of; nothing if it was before this process began.
    pub heard: Option<Instant>,
}

impl ChainView {
    /// The anchor of a reading that is signed now: the latest block. When nothing newer has become final for long, it
    /// is the lasting one. The latest may be too old for the chain before the reading gets there.
    pub fn anchor_now(&self) -> Anchor {
        match self.heard {
            Some(heard) if heard.elapsed() > FINALITY_LAGS => self.lasting,
            _ => self.anchor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(slot_seconds: u32) -> ChainParameters {
        ChainParameters {
            slot_seconds,
            slot_energy_seconds: 900,
            grace_seconds: 3,
            grace_blocks: 1,
            slots_per_era: 1,
            development: true,
        }
    }

    #[test]
    fn what_is_pinned_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(JoinedChain::load(folder.path()).expect("fine"), None);
        let joined = JoinedChain::new([7; 32], parameters(12)).expect("usable");
        joined.store(folder.path()).expect("stored");
        let found = JoinedChain::load(folder.path()).expect("fine").expect("there");
        assert_eq!(found, joined);
        assert_eq!((found.genesis, found.clock().slot_ms()), ([7; 32], 12_000));
    }

    #[test]
    fn slots_without_a_length_are_refused() {
        assert_eq!(JoinedChain::new([7; 32], parameters(0)), None);
    }

    #[test]
    fn a_broken_pin_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        for content in ["{", "{\"genesis\":\"0x12\"}"] {
            std::fs::write(folder.path().join(FILE), content).expect("written");
            assert!(JoinedChain::load(folder.path()).expect_err("broken").to_string().contains(FILE));
        }
    }
}
