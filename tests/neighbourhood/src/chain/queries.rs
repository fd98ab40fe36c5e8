//! What the runtime answers, typed. Each question names the block of which it is asked.

use super::rpc::Rpc;
use crate::{NeighbourhoodError, Result};
use codec::Decode;
use deren_primitives::{
    ChainParameters, DeviceCursor, DeviceId, GatewayId, GatewayRecord, MarketId, Slot, SlotSummary,
};
use deren_runtime::{AccountId, Hash};
use sp_crypto_hashing::twox_128;

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

    /// True if this account is a validator of the present session, and may make blocks.
    pub async fn may_validate(&self, account: &AccountId, at: Hash) -> Result<bool> {
        let validators: Vec<AccountId> = self.of_session("Validators", at).await?;
        // Who signed two blocks for one slot, each with how bad that was.
        let disabled: Vec<(u32, u32)> = self.of_session("DisabledValidators", at).await?;
        let place =
            validators.iter().zip(0u32..).find_map(|(validator, place)| (validator == account).then_some(place));
        Ok(place.is_some_and(|place| disabled.iter().all(|(disabled, _)| *disabled != place)))
    }

    async fn of_session<T: Decode + Default>(&self, item: &str, at: Hash) -> Result<T> {
        let key = [twox_128(b"Session"), twox_128(item.as_bytes())].concat();
        let Some(bytes) = self.storage(&key, at).await? else { return Ok(T::default()) };
        T::decode(&mut bytes.as_slice())
            .map_err(|error| NeighbourhoodError::Decode { what: item.to_owned(), reason: error.to_string() })
    }

    /// The chain's own time at the end of that block, in milliseconds since 1970.
    pub async fn timestamp_ms(&self, at: Hash) -> Result<u64> {
        let key = [twox_128(b"Timestamp"), twox_128(b"Now")].concat();
        let bytes = self.storage(&key, at).await?.unwrap_or_default();
        u64::decode(&mut bytes.as_slice())
            .map_err(|error| NeighbourhoodError::Decode { what: "the time".into(), reason: error.to_string() })
    }

    /// The design's invariants on the state of that block; `Err` inside with the first violation.
    pub async fn invariants(&self, at: Hash) -> Result<Result<(), String>> {
        let answer: Result<(), Vec<u8>> = self.state_call("InvariantsApi_check", (), at).await?;
        Ok(answer.map_err(|violation| String::from_utf8_lossy(&violation).into_owned()))
    }
}
