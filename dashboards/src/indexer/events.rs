//! From a block's events, as the node stores them, to rows.
//!
//! Events are found by the names of their pallet and variant, and fields by their names. The metadata is that of the
//! runtime that made the block. So a runtime that adds events or fields, or numbers them otherwise, needs no new
//! indexer. An event of ours whose fields cannot be read is an error and never passed over: rows would be missing
//! without anyone noticing.
//!
//! To index a field, give its table a column in `migrations/chain`, and name the field in the declaration of its event:
//! `docs/contribute/add-a-field.md`. A field that no table has is named there as skipped.

mod decoded;
mod kinds;
mod matching;
mod metering;
mod purse;
mod registry;
mod rewards;
mod table;

use super::rows::{BlockHead, BlockRows};
use decoded::Decoded;
use subxt::{
    Metadata, OfflineClient, OfflineClientAtBlock, SubstrateConfig,
    config::substrate::SpecVersionForRange,
    error::EventsError,
    events::Event,
    ext::{codec::Decode as _, scale_decode},
};

pub use table::{Cell, ColumnValue, Declaration, Kind};

/// The pallets whose events become rows, and what each of their events gives.
pub const DECLARED_EVENTS: [(&str, &[Declaration]); 5] = [
    ("Registry", registry::EVENTS),
    ("Metering", metering::EVENTS),
    ("Matching", matching::EVENTS),
    ("Purse", purse::EVENTS),
    ("Rewards", rewards::EVENTS),
];

/// Why events cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The runtime describes itself in a way that this program does not know.
    #[error(
        "the metadata of runtime version {spec_version} cannot be read (is this program too old for it?): {reason}"
    )]
    Metadata {
        /// Which runtime.
        spec_version: u32,
        /// What is wrong.
        reason: String,
    },
    /// The bytes are not events of this runtime.
    #[error("block {block}: its events cannot be told apart: {source}")]
    Events {
        /// Which block.
        block: u32,
        /// What is wrong.
        source: Box<EventsError>,
    },
    /// An event has other fields than this program knows.
    #[error(
        "block {block}, event {index}: {event} cannot be read; this program is too old for the chain's runtime: {source}"
    )]
    Fields {
        /// Which block.
        block: u32,
        /// Which of its events.
        index: u32,
        /// Pallet and variant.
        event: String,
        /// What is wrong.
        source: Box<scale_decode::Error>,
    },
}

/// Reads events of one runtime version.
#[derive(Clone, Debug)]
pub struct EventReader {
    runtime: OfflineClientAtBlock<SubstrateConfig>,
    ss58_prefix: u16,
    slot_seconds: u32,
}

impl EventReader {
    /// A reader by the runtime's own description, as `state_getMetadata` gives it.
    pub fn new(spec_version: u32, metadata: &[u8], slot_seconds: u32) -> Result<Self, DecodeError> {
        let wrong = |reason: String| DecodeError::Metadata { spec_version, reason };
        let metadata = Metadata::decode(&mut &*metadata).map_err(|error| wrong(error.to_string()))?.arc();
        // Blocks are told apart by whoever gives them to us; to the reader all are of this version.
        let config = SubstrateConfig::builder()
            .set_metadata_for_spec_versions([(spec_version, metadata)])
            .set_spec_version_for_block_ranges([SpecVersionForRange {
                block_range: 0..u64::MAX,
                spec_version,
                transaction_version: 0,
            }])
            .build();
        let runtime =
            OfflineClient::new_with_config(config).at_block(0u64).map_err(|error| wrong(error.to_string()))?;
        let prefix = runtime
            .metadata_ref()
            .pallet_by_name("System")
            .and_then(|pallet| u16::decode(&mut pallet.constant_by_name("SS58Prefix")?.value()).ok());
        Ok(Self { runtime, ss58_prefix: prefix.unwrap_or(42), slot_seconds })
    }

    /// The first bytes of this chain's addresses.
    pub fn ss58_prefix(&self) -> u16 {
        self.ss58_prefix
    }

    /// The rows of a block whose `System.Events` are these bytes (none: it has no events).
    pub fn read(&self, mut head: BlockHead, events: Vec<u8>) -> Result<BlockRows, DecodeError> {
        let block = head.id.number;
        let events = self.runtime.events().from_bytes(events);
        head.events = events.len();
        let mut rows = BlockRows::new(head);
        let mut read = 0u32;
        for event in events.iter() {
            let event = event.map_err(|source| DecodeError::Events { block, source: Box::new(source) })?;
            self.add_rows(&event, &mut rows).map_err(|source| DecodeError::Fields {
                block,
                index: event.index(),
                event: format!("{}.{}", event.pallet_name(), event.event_name()),
                source: Box::new(source),
            })?;
            read = read.saturating_add(1);
        }
        if read == head.events {
            Ok(rows)
        } else {
            let reason = format!("there should be {}, but they end after {read}", head.events);
            Err(DecodeError::Metadata { spec_version: self.runtime.spec_version(), reason })
        }
    }

    /// Adds the rows that an event gives; one of another pallet gives none.
    fn add_rows(&self, event: &Event<'_, SubstrateConfig>, rows: &mut BlockRows) -> Result<(), scale_decode::Error> {
        let pallet = DECLARED_EVENTS.iter().find(|(pallet, _)| *pallet == event.pallet_name());
        let declared = pallet.into_iter().flat_map(|(_, events)| events.iter());
        let mut declared = declared.filter(|declared| declared.event == event.event_name()).peekable();
        if declared.peek().is_none() {
            return Ok(());
        }
        let metadata = self.runtime.metadata_ref();
        let pallet = metadata.pallet_by_event_index(event.pallet_index());
        let variant = pallet.and_then(|pallet| pallet.event_variant_by_index(event.event_index()));
        let fields = variant.into_iter().flat_map(|variant| &variant.fields);
        let fields = fields.map(|field| (field.name.as_deref().unwrap_or_default(), field.ty.id));
        let decoded = Decoded::event(event.field_bytes(), fields, metadata.types())?;
        declared.try_for_each(|declared| declared.add_row(&decoded, (event.index(), self.slot_seconds), rows))
    }
}
