//! All euros of the chain, counted from its state alone.

use super::rpc::Rpc;
use crate::{NeighbourhoodError, Result};
use codec::{Decode, Encode};
use deren_primitives::{Hex, hex_digits};
use deren_runtime::{Hash, units::EUR_ASSET};
use jsonrpsee::rpc_params;
use sp_crypto_hashing::{blake2_128, twox_128};

/// How many keys one answer brings.
const KEYS_AT_ONCE: u32 = 512;
/// No development chain has more accounts.
const MOST_ACCOUNTS: usize = 10_000;
/// Where an asset's supply lies in its record: after owner, issuer, admin and freezer.
const SUPPLY_AT: usize = 4 * 32;

/// Every euro, in µ€.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Euros {
    /// What was issued and not taken back.
    pub supply_ueur: u128,
    /// What all accounts have, that of all purses among them.
    pub accounts_ueur: u128,
}

impl Rpc {
    /// Counts all euros in the state of that block.
    pub async fn euros(&self, at: Hash) -> Result<Euros> {
        let asset = self.storage(&of_asset("Assets", "Asset"), at).await?.unwrap_or_default();
        Ok(Euros {
            supply_ueur: number(asset.get(SUPPLY_AT..).unwrap_or_default())?,
            accounts_ueur: self.sum(&of_asset("Assets", "Account"), at).await?,
        })
    }

    /// The sum of the numbers with which all records below a key begin.
    async fn sum(&self, below: &[u8], at: Hash) -> Result<u128> {
        let mut sum = 0u128;
        let mut last: Option<String> = None;
        for _ in 0..MOST_ACCOUNTS / KEYS_AT_ONCE as usize + 1 {
            let params = rpc_params![Hex(below).to_string(), KEYS_AT_ONCE, last.clone(), at];
            let keys: Vec<String> = self.request("state_getKeysPaged", params).await?;
            for key in &keys {
                let key = hex::decode(hex_digits(key)).unwrap_or_default();
                sum = sum.saturating_add(number(&self.storage(&key, at).await?.unwrap_or_default())?);
            }
            last = keys.last().cloned();
            if keys.len() < KEYS_AT_ONCE as usize {
                break;
            }
        }
        Ok(sum)
    }
}

/// The key below which a map has what it knows of the euro.
fn of_asset(pallet: &str, map: &str) -> Vec<u8> {
    [twox_128(pallet.as_bytes()).to_vec(), twox_128(map.as_bytes()).to_vec(), concat(&EUR_ASSET.encode())].concat()
}

fn concat(key: &[u8]) -> Vec<u8> {
    [blake2_128(key).as_slice(), key].concat()
}

fn number(mut bytes: &[u8]) -> Result<u128> {
    u128::decode(&mut bytes)
        .map_err(|error| NeighbourhoodError::Decode { what: "an amount of euros".into(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_runtimes_own_maps() {
        let key = pallet_assets::Account::<deren_runtime::Runtime>::hashed_key_for(
            EUR_ASSET,
            deren_runtime::AccountId::from([7; 32]),
        );
        assert!(key.starts_with(&of_asset("Assets", "Account")));
        let asset = pallet_assets::Asset::<deren_runtime::Runtime>::hashed_key_for(EUR_ASSET);
        assert_eq!(of_asset("Assets", "Asset"), asset);
    }
}
