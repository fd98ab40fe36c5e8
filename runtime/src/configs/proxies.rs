//! Acting for others: several keys for one account, and keys that may do one kind of thing for another account.

use crate::{Balances, Runtime, RuntimeCall, RuntimeEvent, System, units::MILLI_REN};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU32, ConstU128, InstanceFilter};
use pallet_deren_matching::Call as Matching;
use pallet_deren_registry::Call as Registry;
use pallet_deren_rewards::Call as Rewards;
use pallet_utility::Call as Utility;
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

/// What a proxy may do for the account that named it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Place, cancel and resume orders.
    Orders,
    /// Link gateways, register and remove devices, rotate keys.
    Gateway,
    /// Object to an official value. There is no call for it yet.
    Object,
    /// Claim rewards that could not be delivered; they always go to their owner.
    ReadClaims,
}

impl ProxyType {
    fn allows(self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            Self::Orders => matches!(
                call,
                RuntimeCall::Matching(
                    Matching::place_order { .. } | Matching::cancel_order { .. } | Matching::resume_order { .. }
                )
            ),
            Self::Gateway => matches!(
                call,
                RuntimeCall::Registry(
                    Registry::link_gateway { .. }
                        | Registry::unlink_gateway { .. }
                        | Registry::register_device { .. }
                        | Registry::remove_device { .. }
                        | Registry::rotate_key { .. }
                )
            ),
            Self::Object => false,
            Self::ReadClaims => matches!(call, RuntimeCall::Rewards(Rewards::claim { .. })),
        }
    }
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    /// Each call of a batch passes the filter by itself, so a batch alone says nothing.
    fn filter(&self, call: &RuntimeCall) -> bool {
        let is_batch = matches!(call, RuntimeCall::Utility(Utility::batch { .. } | Utility::batch_all { .. }));
        is_batch || self.allows(call)
    }

    fn is_superset(&self, other: &Self) -> bool {
        *self == Self::Any || self == other
    }
}

impl pallet_proxy::Config for Runtime {
    type AnnouncementDepositBase = ConstU128<{ 100 * MILLI_REN }>;
    type AnnouncementDepositFactor = ConstU128<{ 30 * MILLI_REN }>;
    type BlockNumberProvider = System;
    type CallHasher = BlakeTwo256;
    type Currency = Balances;
    type MaxPending = ConstU32<8>;
    type MaxProxies = ConstU32<8>;
    type ProxyDepositBase = ConstU128<{ 100 * MILLI_REN }>;
    type ProxyDepositFactor = ConstU128<{ 20 * MILLI_REN }>;
    type ProxyType = ProxyType;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}

impl pallet_multisig::Config for Runtime {
    type BlockNumberProvider = System;
    type Currency = Balances;
    type DepositBase = ConstU128<{ 100 * MILLI_REN }>;
    type DepositFactor = ConstU128<{ 20 * MILLI_REN }>;
    type MaxSignatories = ConstU32<16>;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
}
