//! Twenty accounts and the keys of gateways. What each is there for, the world decides.

use crate::{AccountId, Purse, Runtime, configs::treasury_account};
use deren_primitives::{DeviceId, MarketId};
use sp_core::{H256, Pair, ed25519, sr25519};
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::Convert;

/// How many accounts there are.
pub const ACCOUNTS: usize = 20;
/// The first of them are the validators and the council of the preset.
pub const COUNCIL: usize = 4;
/// How many keys gateways may have.
const GATEWAY_KEYS: u8 = 24;
/// How many devices there may be.
pub const DEVICES: u8 = 64;

/// Who takes part, with their keys.
pub struct People {
    accounts: Vec<(AccountId, sr25519::Pair)>,
    gateways: Vec<ed25519::Pair>,
    /// Accounts without a key.
    pub keyless: Vec<AccountId>,
}

impl People {
    /// All of them.
    pub fn new() -> Self {
        let known = [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave];
        let council = known.into_iter().map(|key| key.pair());
        let others = (COUNCIL..ACCOUNTS).map(|number| sr25519::Pair::from_seed(&[number as u8; 32]));
        let mut keyless = vec![treasury_account(), Purse::account()];
        for market in (0..3).map(MarketId) {
            keyless.push(<Runtime as pallet_deren_matching::Config>::CommunityPot::convert(market));
        }
        Self {
            accounts: council.chain(others).map(|pair| (AccountId::from(pair.public().0), pair)).collect(),
            gateways: (0..GATEWAY_KEYS).map(|number| ed25519::Pair::from_seed(&[100 + number; 32])).collect(),
            keyless,
        }
    }

    /// The account of this number.
    pub fn account(&self, number: usize) -> AccountId {
        self.accounts[number % ACCOUNTS].0.clone()
    }

    /// The key of an account that has one.
    pub fn key(&self, account: &AccountId) -> Option<&sr25519::Pair> {
        self.accounts.iter().find(|(known, _)| known == account).map(|(_, pair)| pair)
    }

    /// A gateway's key by its number.
    pub fn gateway(&self, number: usize) -> &ed25519::Pair {
        &self.gateways[number % self.gateways.len()]
    }

    /// The secret of a gateway's public key.
    pub fn secret(&self, public: &[u8; 32]) -> Option<&ed25519::Pair> {
        self.gateways.iter().find(|pair| pair.public().0 == *public)
    }
}

/// The pseudonym of a device.
pub fn device(number: u8) -> DeviceId {
    DeviceId([number % DEVICES + 1; 32])
}

/// What stands for a connection point that an operator knows.
pub fn point(number: u8) -> H256 {
    H256::repeat_byte(number)
}
