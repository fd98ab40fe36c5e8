//! What the runtime answers, typed. Each question names the block of which it is asked.

use super::rpc::Rpc;
use crate::{NeighbourhoodError, Result};
use codec::Decode;
use deren_primitives::{
    ChainParameters, DeviceCursor, DeviceId, GatewayId, GatewayRecord, MarketId, Slot, SlotSummary,
};
use deren_runtime::{AccountId, Hash};
use pallet_deren_validators::types::ValidatorState;
use sp_crypto_hashing::twox_128;
use std::collections::BTreeMap;

impl Rpc {
    /// What was set at genesis.
    pub async fn parameters(&self, at: Hash) -> Result<ChainParameters> {
        self.state_call("GatewayApi_parameters", (), at).await
    }

    /// The gateway as the chain knows it.
    pub async fn gateway(&self, gateway: GatewayId, at: Hash) -> Result<Option<GatewayRecord>> {
        self.state_call("GatewayApi_gateway", gateway, at).await
    }

    /// Where each device's chain of readings stands.
    pub async fn cursors(&self, devices: &[DeviceId], at: Hash) -> Result<Vec<Option<DeviceCursor>>> {
        self.state_call("GatewayApi_cursors", devices.to_vec(), at).await
    }

    /// The sums of a market's slot; `None` if nothing was read in it, or it is not cleared yet.
    pub async fn slot(&self, market: MarketId, slot: Slot, at: Hash) -> Result<Option<SlotSummary>> {
        self.state_call("MarketApi_slot", (market, slot), at).await
    }

    /// All of the market's slots up to this one are settled.
    pub async fn settled_through(&self, market: MarketId, at: Hash) -> Result<Slot> {
        self.state_call("MarketApi_settled_through", market, at).await
    }

    /// The era of a slot.
    pub async fn era(&self, slot: Slot, at: Hash) -> Result<u32> {
        self.state_call("MarketApi_era", slot, at).await
    }

    /// REN minted for an era, in the smallest unit; `None` while the era is not paid.
    pub async fn minted(&self, era: u32, at: Hash) -> Result<Option<u128>> {
        self.state_call("MarketApi_minted", era, at).await
    }

    /// The chain's own time at the end of that block, in milliseconds since 1970.
    pub async fn timestamp_ms(&self, at: Hash) -> Result<u64> {
        let key = [twox_128(b"Timestamp"), twox_128(b"Now")].concat();
        let bytes = self.storage(&key, at).await?.unwrap_or_default();
        u64::decode(&mut bytes.as_slice())
            .map_err(|error| NeighbourhoodError::Decode { what: "the time".into(), reason: error.to_string() })
    }

    /// Every account that validates or did, and how it stands.
    pub async fn validators(&self, at: Hash) -> Result<BTreeMap<AccountId, ValidatorState>> {
        let key = [twox_128(b"Validators"), twox_128(b"Roster")].concat();
        let bytes = self.storage(&key, at).await?.unwrap_or_default();
        BTreeMap::decode(&mut bytes.as_slice())
            .map_err(|error| NeighbourhoodError::Decode { what: "the validators".into(), reason: error.to_string() })
    }

    /// The design's invariants on the state of that block; `Err` inside with the first violation.
    pub async fn invariants(&self, at: Hash) -> Result<Result<(), String>> {
        let answer: Result<(), Vec<u8>> = self.state_call("InvariantsApi_check", (), at).await?;
        Ok(answer.map_err(|violation| String::from_utf8_lossy(&violation).into_owned()))
    }
}
