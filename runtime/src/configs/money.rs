//! REN, the chain's own token; EUR, an asset that stands for prepaid euros; and fees, which can be paid in either.

use super::AdminOrigin;
use crate::{
    AccountId, Assets, AssetsHolder, Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason,
    System,
    units::{EUR_ASSET, MILLI_REN, REN},
};
use frame_support::{
    PalletId, parameter_types,
    traits::{
        AsEnsureOriginWithArg, ConstU8, ConstU32, ConstU128, NeverEnsureOrigin, VariantCountOf,
        fungible::ItemOf,
        fungibles::{Balanced, Credit},
        tokens::imbalance::ResolveTo,
    },
    weights::{ConstantMultiplier, WeightToFeeCoefficient, WeightToFeeCoefficients, WeightToFeePolynomial},
};
use pallet_asset_tx_payment::HandleCredit;
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{FixedPointNumber, Perbill, Perquintill, traits::AccountIdConversion};

/// An account without a key: only the runtime's own rules move what is in it.
pub(super) fn keyless(name: [u8; 8]) -> AccountId {
    PalletId(name).into_account_truncating()
}

/// Where fees go: the chain's treasury.
pub fn treasury_account() -> AccountId {
    keyless(*b"drn/trsy")
}

parameter_types! {
    /// The chain's treasury.
    pub TreasuryAccount: AccountId = treasury_account();
    /// The asset that stands for prepaid euros.
    pub const EurId: u32 = EUR_ASSET;
    /// How full blocks may be before fees rise.
    pub const TargetFullness: Perquintill = Perquintill::from_percent(50);
    /// How fast fees follow: at most some 4% an hour.
    pub FeeVariability: Multiplier = Multiplier::saturating_from_rational(3, 100_000);
    /// Fees never fall below a tenth.
    pub LeastMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
    /// Fees never rise above ten times what they are in quiet times.
    pub MostMultiplier: Multiplier = Multiplier::saturating_from_integer(10);
}

/// EUR as if it were the only asset, with holds.
pub type Eur = ItemOf<AssetsHolder, EurId, AccountId>;

impl pallet_balances::Config for Runtime {
    type AccountStore = System;
    type Balance = Balance;
    type DoneSlashHandler = ();
    type DustRemoval = ();
    type ExistentialDeposit = ConstU128<{ MILLI_REN }>;
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type MaxLocks = ConstU32<16>;
    type MaxReserves = ConstU32<16>;
    type ReserveIdentifier = [u8; 8];
    type RuntimeEvent = RuntimeEvent;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

impl pallet_assets::Config for Runtime {
    type ApprovalDeposit = ConstU128<{ 10 * MILLI_REN }>;
    type AssetAccountDeposit = ConstU128<{ 10 * MILLI_REN }>;
    type AssetDeposit = ConstU128<{ 100 * REN }>;
    type AssetId = u32;
    type AssetIdAllocator = ();
    type AssetIdParameter = codec::Compact<u32>;
    type Balance = Balance;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type CallbackHandle = ();
    // Nobody makes assets of their own here.
    type CreateOrigin = AsEnsureOriginWithArg<NeverEnsureOrigin<AccountId>>;
    type Currency = Balances;
    type Extra = ();
    type ForceOrigin = AdminOrigin;
    type Freezer = ();
    type Holder = AssetsHolder;
    type MetadataDepositBase = ConstU128<{ 10 * REN }>;
    type MetadataDepositPerByte = ConstU128<{ MILLI_REN }>;
    type RemoveItemsLimit = ConstU32<100>;
    type ReserveData = ();
    type RuntimeEvent = RuntimeEvent;
    type StringLimit = ConstU32<32>;
    type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
}

impl pallet_assets_holder::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
}

impl pallet_asset_rate::Config for Runtime {
    type AssetKind = u32;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = ();
    type CreateOrigin = AdminOrigin;
    type Currency = Balances;
    type RemoveOrigin = AdminOrigin;
    type RuntimeEvent = RuntimeEvent;
    type UpdateOrigin = AdminOrigin;
    type WeightInfo = pallet_asset_rate::weights::SubstrateWeight<Runtime>;
}

/// What a second of computing costs: 25 REN, so that an order costs about two thousandths of a euro.
pub struct FeeOfWeight;

impl WeightToFeePolynomial for FeeOfWeight {
    type Balance = Balance;

    fn polynomial() -> WeightToFeeCoefficients<Balance> {
        let coefficient =
            WeightToFeeCoefficient { coeff_integer: 25, coeff_frac: Perbill::zero(), negative: false, degree: 1 };
        [coefficient].into_iter().collect()
    }
}

impl pallet_transaction_payment::Config for Runtime {
    type FeeMultiplierUpdate =
        TargetedFeeAdjustment<Self, TargetFullness, FeeVariability, LeastMultiplier, MostMultiplier>;
    // A byte costs a hundred thousandth of a REN.
    type LengthToFee = ConstantMultiplier<Balance, frame_support::traits::ConstU128<{ MILLI_REN / 100 }>>;
    type OnChargeTransaction = FungibleAdapter<Balances, ResolveTo<TreasuryAccount, Balances>>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
    type WeightToFee = FeeOfWeight;
}

/// Puts fees paid in EUR into the treasury.
pub struct FeesToTreasury;

impl HandleCredit<AccountId, Assets> for FeesToTreasury {
    fn handle_credit(credit: Credit<AccountId, Assets>) {
        // What the treasury cannot take is burnt with the credit, as the default handler burns all of it.
        let _ = Assets::resolve(&treasury_account(), credit);
    }
}

impl pallet_asset_tx_payment::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type Fungibles = Assets;
    type OnChargeAssetTransaction = pallet_asset_tx_payment::FungiblesAdapter<crate::AssetRate, FeesToTreasury>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_asset_tx_payment::weights::SubstrateWeight<Runtime>;
}
