//! Whose purse a market's congestion rent and dust go to.

use core::marker::PhantomData;
use deren_primitives::MarketId;
use frame_support::{PalletId, traits::Get};
use sp_runtime::traits::{AccountIdConversion, Convert};

/// A keyless account a market: the community pots of a runtime that has no better place for them.
pub struct SubAccounts<Id>(PhantomData<Id>);

impl<Id: Get<PalletId>, AccountId: codec::Encode + codec::Decode> Convert<MarketId, AccountId> for SubAccounts<Id> {
    fn convert(market: MarketId) -> AccountId {
        Id::get().into_sub_account_truncating((*b"com", market))
    }
}
