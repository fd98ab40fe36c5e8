//! The runtime's own queries.
#![allow(missing_docs, reason = "sp-api's macro generates items without docs")]

use alloc::vec::Vec;
use deren_primitives::{
    ChainParameters, DeviceCursor, DeviceId, GatewayId, GatewayRecord, MarketId, ReadingBatch, ReadingOutcome,
    SampledBatch, Signature, Slot, SlotSummary,
};

sp_api::decl_runtime_apis! {
    /// What a gateway asks. All of it can be called through `state_call` with SCALE arguments. So a gateway needs no
    /// metadata, and survives upgrades that leave these answers as they are. The API's version says which functions a
    /// chain has: from 2 on it takes readings of version 2.
    #[api_version(2)]
    pub trait GatewayApi {
        /// What was set at genesis.
        fn parameters() -> ChainParameters;
        /// The gateway as the chain knows it.
        fn gateway(gateway: GatewayId) -> Option<GatewayRecord>;
        /// Where each device's chain of readings stands, in the order asked; at most 256.
        fn cursors(devices: Vec<DeviceId>) -> Vec<Option<DeviceCursor>>;
        /// What would become of each reading of this batch if it were in the next block.
        fn check(batch: ReadingBatch, signature: Signature) -> Vec<ReadingOutcome>;
        /// The bytes of the transaction that submits this batch.
        fn transaction(batch: ReadingBatch, signature: Signature) -> Vec<u8>;
        /// As `check`, for a batch of version 2.
        fn check_v2(batch: SampledBatch, signature: Signature) -> Vec<ReadingOutcome>;
        /// As `transaction`, for a batch of version 2.
        fn transaction_v2(batch: SampledBatch, signature: Signature) -> Vec<u8>;
    }

    /// What indexers, verifiers and the demo ask of markets.
    pub trait MarketApi {
        /// All markets.
        fn markets() -> Vec<MarketId>;
        /// The sums of a market's slot, for as long as the chain keeps them.
        fn slot(market: MarketId, slot: Slot) -> Option<SlotSummary>;
        /// All of the market's slots up to this one are settled.
        fn settled_through(market: MarketId) -> Slot;
        /// The era of a slot.
        fn era(slot: Slot) -> u32;
        /// REN minted for an era, in the smallest unit; `None` while the era is not paid.
        fn minted(era: u32) -> Option<u128>;
    }

    /// The design's invariants, checked on the state as it is; on a development chain alone.
    pub trait InvariantsApi {
        /// `Err` with the first violation, in words, or because the chain is not for development.
        fn check() -> Result<(), Vec<u8>>;
    }
}
