//! REN, the chain's own token; EUR, an asset that stands for prepaid euros, and purses of it. Fees are taken in EUR or
//! else in REN.

use super::{AdminOrigin, treasury_account};
use crate::{
    AccountId, Assets, Balance, Balances, Matching, Purse, Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason,
    RuntimeHoldReason, System,
    units::{EUR_ASSET, MILLI_REN, REN},
};
use frame_support::{
    PalletId, parameter_types,
    traits::{
        AsEnsureOriginWithArg, ConstU8, ConstU32, ConstU128, Get, NeverEnsureOrigin, VariantCountOf, fungible::ItemOf,
    },
    weights::{ConstantMultiplier, Weight, WeightToFeeCoefficient, WeightToFeeCoefficients, WeightToFeePolynomial},
};
use pallet_deren_fees::{EurElseRen, FeePurse, FeeWaiver};
use pallet_transaction_payment::{Multiplier, TargetedFeeAdjustment};
use sp_runtime::{FixedPointNumber, FixedU128, Perbill, Perquintill};

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

/// EUR as if it were the only asset.
pub type Eur = ItemOf<Assets, EurId, AccountId>;

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
    type Holder = ();
    type MetadataDepositBase = ConstU128<{ 10 * REN }>;
    type MetadataDepositPerByte = ConstU128<{ MILLI_REN }>;
    type RemoveItemsLimit = ConstU32<100>;
    type ReserveData = ();
    type RuntimeEvent = RuntimeEvent;
    type StringLimit = ConstU32<32>;
    type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// Names the account in which the EUR of all purses are.
    pub const PurseId: PalletId = PalletId(*b"drn/purs");
}

impl pallet_deren_purse::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type Eur = Eur;
    type PalletId = PurseId;
    type WeightInfo = pallet_deren_purse::weights::SubstrateWeight<Runtime>;
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
    type OnChargeTransaction = EurElseRen<Runtime>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = WeightOfFee;
    type WeightToFee = FeeOfWeight;
}

/// REN's smallest units for one µ€, as the administration set it.
pub struct RenPerUeur;

impl Get<Option<FixedU128>> for RenPerUeur {
    fn get() -> Option<FixedU128> {
        pallet_asset_rate::ConversionRateToNative::<Runtime>::get(EUR_ASSET)
    }
}

/// Whose money is on hold for an order can take it back without any that is free. Nobody gets more of it than they paid
/// for: each time ends an order, and placing that had its fee.
pub struct CancellingWhenShort;

impl FeeWaiver<AccountId, RuntimeCall> for CancellingWhenShort {
    fn waives(who: &AccountId, call: &RuntimeCall) -> bool {
        match call {
            RuntimeCall::Matching(pallet_deren_matching::Call::cancel_order { site, side }) => {
                Matching::can_end_own_order(who, *site, *side)
            }
            _ => false,
        }
    }
}

/// What is free in the payer's purse.
pub struct PayersPurse;

impl FeePurse<AccountId> for PayersPurse {
    fn can_draw(who: &AccountId, ueur: u128) -> bool {
        Purse::can_draw(who, ueur)
    }

    fn draw(who: &AccountId, ueur: u128) -> bool {
        Purse::bring(who, ueur)
    }
}

impl pallet_deren_fees::Config for Runtime {
    type Eur = Eur;
    type Purse = PayersPurse;
    type Ren = Balances;
    type RenPerUeur = RenPerUeur;
    type Treasury = TreasuryAccount;
    type Waiver = CancellingWhenShort;
}

/// What taking a fee weighs.
pub struct WeightOfFee;

impl pallet_transaction_payment::WeightInfo for WeightOfFee {
    // By hand. The time is what `pallet_asset_tx_payment` 50 measured for a fee in an asset (45 µs), and a third of it
    // for asking in vain. It reads multiplier, rate, asset and account. Then it reads the treasury's account, or else
    // the order that is cancelled, its market and how far that is. It writes asset, the payer's account and the
    // treasury's. Out of a purse it reads and writes that, its account's EUR and the payer in the system too.
    fn charge_transaction_payment() -> Weight {
        let reads_writes = <Runtime as frame_system::Config>::DbWeight::get().reads_writes(10, 6);
        Weight::from_parts(60_000_000, 3_675).saturating_add(reads_writes)
    }
}
