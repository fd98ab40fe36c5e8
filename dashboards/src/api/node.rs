//! Balances from the chain's state at its finalised head. Sends nothing, signs nothing, and waits at most seconds.

use super::{address::Address, parameters::Parameters};
use std::{sync::Arc, time::Duration};
use subxt::{OnlineClient, SubstrateConfig, ext::scale_decode::DecodeAsType};
use tokio::sync::Mutex;
use url::Url;

/// A node that does not answer within this time is away.
const TIMEOUT: Duration = Duration::from_secs(4);

/// What an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    /// Free euros outside the purse, in µ€.
    pub eur_outside_ueur: u128,
    /// Its purse; without one, an empty one.
    pub purse: Purse,
    /// Free REN, in its smallest unit.
    pub ren_free: u128,
}

/// What an account has in its purse, in µ€: `Purse.Purses` of the runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    /// Free.
    pub free_ueur: u128,
    /// On hold for buy orders.
    pub held_ueur: u128,
    /// Deposited for state.
    pub deposits_ueur: u128,
    /// What waits for proof, or for a decision.
    pub escrow_ueur: u128,
    /// True if nothing of it may be drawn or used.
    pub is_frozen: bool,
}

/// The node did not answer: it is away, or its runtime has other names.
#[derive(Debug, thiserror::Error)]
#[error("the node at {url} gave no balances: {reason}")]
pub struct NodeAway {
    url: Url,
    reason: String,
}

/// One connection to a node, made when it is first needed and again when it broke.
#[derive(Clone, Debug)]
pub struct NodeClient {
    url: Url,
    client: Arc<Mutex<Option<OnlineClient<SubstrateConfig>>>>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "::subxt::ext::scale_decode")]
struct AccountInfo {
    data: AccountData,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "::subxt::ext::scale_decode")]
struct AccountData {
    free: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "::subxt::ext::scale_decode")]
struct AssetAccount {
    balance: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "::subxt::ext::scale_decode")]
struct StoredPurse {
    free_ueur: u128,
    held_ueur: u128,
    deposits_ueur: u128,
    escrow: Vec<EscrowDay>,
    contested_ueur: u128,
    is_frozen: bool,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "::subxt::ext::scale_decode")]
struct EscrowDay {
    ueur: u128,
}

impl From<StoredPurse> for Purse {
    fn from(stored: StoredPurse) -> Self {
        let StoredPurse { free_ueur, held_ueur, deposits_ueur, escrow, contested_ueur, is_frozen } = stored;
        let escrow_ueur = escrow.iter().fold(contested_ueur, |sum, day| sum.saturating_add(day.ueur));
        Self { free_ueur, held_ueur, deposits_ueur, escrow_ueur, is_frozen }
    }
}

impl NodeClient {
    /// A client of this node. Nothing is connected yet.
    pub fn new(url: Url) -> Self {
        Self { url, client: Arc::default() }
    }

    /// What `account` has at the finalised head.
    pub async fn balances(&self, parameters: &Parameters, account: Address) -> Result<Balances, NodeAway> {
        let away = |reason: String| NodeAway { url: self.url.clone(), reason };
        let answer = tokio::time::timeout(TIMEOUT, async {
            let (client, is_new) = self.connected().await?;
            match ask(&client, parameters.eur_asset_id, account).await {
                // The connection may have broken long ago: a new one shows whether the node is away.
                Err(_) if !is_new => {
                    self.disconnect().await;
                    let (client, _) = self.connected().await?;
                    ask(&client, parameters.eur_asset_id, account).await
                }
                answer => answer,
            }
        });
        match answer.await {
            Ok(Ok(balances)) => Ok(balances),
            Ok(Err(error)) => {
                self.disconnect().await;
                Err(away(error.to_string()))
            }
            Err(_) => {
                self.disconnect().await;
                Err(away(format!("no answer within {} s", TIMEOUT.as_secs())))
            }
        }
    }

    /// The connection, and whether it was made just now.
    async fn connected(&self) -> Result<(OnlineClient<SubstrateConfig>, bool), subxt::Error> {
        let mut client = self.client.lock().await;
        if let Some(client) = client.as_ref() {
            return Ok((client.clone(), false));
        }
        let connected = OnlineClient::from_insecure_url(self.url.as_str()).await?;
        Ok((client.insert(connected).clone(), true))
    }

    async fn disconnect(&self) {
        *self.client.lock().await = None;
    }
}

async fn ask(
    client: &OnlineClient<SubstrateConfig>,
    eur: u32,
    Address(account): Address,
) -> Result<Balances, subxt::Error> {
    let at = client.at_current_block().await?;
    let storage = at.storage();
    let system = subxt::dynamic::storage::<([u8; 32],), AccountInfo>("System", "Account");
    let assets = subxt::dynamic::storage::<(u32, [u8; 32]), AssetAccount>("Assets", "Account");
    let purses = subxt::dynamic::storage::<([u8; 32],), StoredPurse>("Purse", "Purses");
    let ren = storage.try_fetch(system, (account,)).await?;
    let outside = storage.try_fetch(assets, (eur, account)).await?;
    let purse = storage.try_fetch(purses, (account,)).await?;
    Ok(Balances {
        ren_free: ren.map(|value| value.decode()).transpose()?.map_or(0, |info| info.data.free),
        eur_outside_ueur: outside.map(|value| value.decode()).transpose()?.map_or(0, |account| account.balance),
        purse: purse.map(|value| value.decode()).transpose()?.map_or_else(Purse::default, Purse::from),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    #[tokio::test]
    async fn a_node_that_is_away_is_named_and_not_waited_for() {
        let one = NonZeroU32::MIN;
        let parameters = Parameters {
            genesis_hash: [0; 32],
            chain_name: "test".into(),
            slot_seconds: one,
            slot_energy_seconds: 1,
            slots_per_era: one,
            development: true,
            ss58_prefix: 42,
            eur_asset_id: 1,
            markets: crate::markets::Markets::ALL,
        };
        // Nothing listens on the discard port.
        let client = NodeClient::new(Url::parse("ws://127.0.0.1:9").expect("an address"));
        let error = client.balances(&parameters, Address([1; 32])).await.expect_err("no node");
        assert!(error.to_string().contains("ws://127.0.0.1:9"), "{error}");
    }
}
