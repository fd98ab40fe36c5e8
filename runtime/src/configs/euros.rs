//! Power over euros: who makes and burns them, and what the administration may do with others'. No key has a role over
//! EUR.

use super::{AdminOrigin, EurId, TreasuryAccount, euro_roles_account};
use crate::{
    AccountId, Assets, Balances, Metering, Runtime, RuntimeOrigin,
    units::{EUR, EUR_ASSET, REN},
};
use frame_support::{
    PalletId,
    dispatch::DispatchResult,
    parameter_types,
    traits::{ConstU32, ConstU128, Contains, Get, fungible::ItemOf},
};
use pallet_assets::Account;
use pallet_deren_custody::OverEuros;

/// Begins the address of every account that a pallet derives from one of this chain's names.
const KEYLESS: &[u8] = b"modldrn/";

/// Accounts without a key, in which the chain's own rules keep money: pots, claims, treasury, euros to be paid out.
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
    type Eur = ItemOf<Assets, EurId, AccountId>;
    // Twice as many as there can be sites.
    type MaxRequests = ConstU32<65_536>;
    type MaxRequestsPerAccount = ConstU32<8>;
    type MinPayoutUeur = ConstU128<EUR>;
    type PalletId = OnRampId;
    type PayoutDays = ConstU32<14>;
    type Today = Today;
    type WeightInfo = pallet_deren_on_ramp::weights::SubstrateWeight<Runtime>;
}

/// The asset's roles, used by the account that has them.
pub struct PowersOverEuros;

impl OverEuros<AccountId> for PowersOverEuros {
    fn freeze(who: &AccountId) -> DispatchResult {
        Assets::freeze(RuntimeOrigin::signed(euro_roles_account()), EUR_ASSET.into(), who.clone().into())
    }

    fn thaw(who: &AccountId) -> DispatchResult {
        Assets::thaw(RuntimeOrigin::signed(euro_roles_account()), EUR_ASSET.into(), who.clone().into())
    }

    /// From a frozen account too, which stays frozen if anything is left.
    fn force_transfer(from: &AccountId, to: &AccountId, amount_ueur: u128) -> DispatchResult {
        let is_frozen = || Account::<Runtime>::get(EUR_ASSET, from).map(|account| account.status.is_frozen());
        let was_frozen = is_frozen().unwrap_or_default();
        if was_frozen {
            Self::thaw(from)?;
        }
        let roles = RuntimeOrigin::signed(euro_roles_account());
        Assets::force_transfer(roles, EUR_ASSET.into(), from.clone().into(), to.clone().into(), amount_ueur)?;
        if was_frozen && is_frozen().is_some() {
            Self::freeze(from)?;
        }
        Ok(())
    }
}

impl pallet_deren_custody::Config for Runtime {
    type AdminOrigin = AdminOrigin;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type Eur = ItemOf<Assets, EurId, AccountId>;
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
