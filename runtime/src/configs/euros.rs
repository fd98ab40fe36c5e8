//! Power over euros: who makes and burns them, and what the administration may do with others'. No key has a role over
//! EUR.

use super::{AdminOrigin, Eur, TreasuryAccount, euro_roles_account};
use crate::{
    AccountId, Assets, Balances, Metering, Purse, Runtime, RuntimeOrigin,
    units::{EUR, EUR_ASSET, REN},
};
use frame_support::{
    PalletId,
    dispatch::DispatchResult,
    parameter_types,
    traits::{ConstU32, ConstU128, Contains, Get, fungible::Inspect as _},
};
use pallet_assets::Account;
use pallet_deren_custody::OverEuros;

/// Begins the address of every account that a pallet derives from one of this chain's names.
const KEYLESS: &[u8] = b"modldrn/";

/// Accounts without a key, in which the chain's own rules keep money: that of purses, pots, treasury, euros to be paid
/// out.
pub struct ProtocolAccounts;

impl Contains<AccountId> for ProtocolAccounts {
    fn contains(account: &AccountId) -> bool {
        let bytes: &[u8] = account.as_ref();
        bytes.starts_with(KEYLESS)
    }
}

/// The number of the day: as many slots as an era has.
pub struct Today;

impl Get<u32> for Today {
    fn get() -> u32 {
        let slot = <Metering as deren_runtime_apis::Metering>::current_slot();
        slot.0.checked_div(Metering::parameters().slots_per_era).unwrap_or_default()
    }
}

parameter_types! {
    /// Names the account in which euros wait to be paid out.
    pub const OnRampId: PalletId = PalletId(*b"drn/ramp");
}

impl pallet_deren_on_ramp::Config for Runtime {
    type AdminOrigin = AdminOrigin;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type Eur = Eur;
    // Twice as many as there can be sites.
    type MaxRequests = ConstU32<65_536>;
    type MaxRequestsPerAccount = ConstU32<8>;
    type MinPayoutUeur = ConstU128<EUR>;
    type PalletId = OnRampId;
    type PayoutDays = ConstU32<14>;
    type Today = Today;
    type WeightInfo = pallet_deren_on_ramp::weights::SubstrateWeight<Runtime>;
}

/// The asset's roles, used by the account that has them, and the same power over purses. Nobody escapes it by filling
/// one, nor by emptying the account beside it.
pub struct PowersOverEuros;

impl PowersOverEuros {
    fn roles() -> RuntimeOrigin {
        RuntimeOrigin::signed(euro_roles_account())
    }

    fn has_euros(who: &AccountId) -> bool {
        Account::<Runtime>::contains_key(EUR_ASSET, who)
    }

    fn has_frozen_euros(who: &AccountId) -> bool {
        Account::<Runtime>::get(EUR_ASSET, who).is_some_and(|account| account.status.is_frozen())
    }

    fn freeze_euros(who: &AccountId) -> DispatchResult {
        if Self::has_euros(who) {
            Assets::freeze(Self::roles(), EUR_ASSET.into(), who.clone().into())?;
        }
        Ok(())
    }

    fn thaw_euros(who: &AccountId) -> DispatchResult {
        if Self::has_euros(who) {
            Assets::thaw(Self::roles(), EUR_ASSET.into(), who.clone().into())?;
        }
        Ok(())
    }
}

impl OverEuros<AccountId> for PowersOverEuros {
    fn freeze(who: &AccountId) -> DispatchResult {
        Purse::freeze(who)?;
        Self::freeze_euros(who)
    }

    fn thaw(who: &AccountId) -> DispatchResult {
        Purse::thaw(who)?;
        Self::thaw_euros(who)
    }

    /// From a frozen account too, which stays frozen if anything is left. What its EUR do not cover comes out of what
    /// is free in its purse.
    fn force_transfer(from: &AccountId, to: &AccountId, amount_ueur: u128) -> DispatchResult {
        let missing_ueur = amount_ueur.saturating_sub(Eur::balance(from));
        if missing_ueur > 0 {
            Purse::bring_by_force(from, missing_ueur)?;
        }
        let was_frozen = Self::has_frozen_euros(from);
        if was_frozen {
            Self::thaw_euros(from)?;
        }
        let (id, source, dest) = (EUR_ASSET.into(), from.clone().into(), to.clone().into());
        Assets::force_transfer(Self::roles(), id, source, dest, amount_ueur)?;
        if was_frozen {
            Self::freeze_euros(from)?;
        }
        Ok(())
    }
}

impl pallet_deren_custody::Config for Runtime {
    type AdminOrigin = AdminOrigin;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type Eur = Eur;
    type EurCap = ConstU128<{ 10_000 * EUR }>;
    type Euros = PowersOverEuros;
    type ProtocolAccounts = ProtocolAccounts;
    type Ren = Balances;
    type RenCap = ConstU128<{ 100_000 * REN }>;
    type Today = Today;
    type Treasury = TreasuryAccount;
    type WeightInfo = pallet_deren_custody::weights::SubstrateWeight<Runtime>;
    type WindowDays = ConstU32<30>;
}
