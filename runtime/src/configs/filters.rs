//! Which calls may be made at all: by those who sign, and by the council after its notice.

use crate::RuntimeCall;
use frame_support::traits::Contains;

/// Which calls anyone may make. Of euros everyone moves their own and no others: no key has power over everybody's, and
/// a frozen or emptied pot would stop its market. Nobody fills the state with calls that wait. A validator leaves by
/// decision of the council, never by giving up its keys.
pub struct CallFilter;

impl Contains<RuntimeCall> for CallFilter {
    fn contains(call: &RuntimeCall) -> bool {
        use pallet_assets::Call;
        match call {
            RuntimeCall::Assets(call) => {
                matches!(call, Call::transfer { .. } | Call::transfer_keep_alive { .. } | Call::transfer_all { .. })
            }
            RuntimeCall::Preimage(_) | RuntimeCall::Scheduler(_) => false,
            RuntimeCall::Session(pallet_session::Call::purge_keys {}) => false,
            _ => true,
        }
    }
}

/// What the council can announce. Root passes every filter, so this leaves out what nobody may do, not even after a
/// notice. That is writing state by hand, making REN or EUR, and acting as another account. A new runtime can be
/// announced, and then does what it says.
pub struct Announceable;

impl Contains<RuntimeCall> for Announceable {
    fn contains(call: &RuntimeCall) -> bool {
        use frame_system::Call as System;
        use pallet_utility::Call as Utility;
        match call {
            RuntimeCall::Utility(Utility::batch { calls } | Utility::batch_all { calls }) => {
                calls.iter().all(Self::contains)
            }
            RuntimeCall::System(call) => matches!(call, System::authorize_upgrade { .. } | System::remark { .. }),
            RuntimeCall::Utility(_)
            | RuntimeCall::Assets(_)
            | RuntimeCall::Balances(_)
            | RuntimeCall::Preimage(_)
            | RuntimeCall::Scheduler(_)
            | RuntimeCall::Notice(_) => false,
            #[cfg(any(feature = "std", feature = "sudo"))]
            RuntimeCall::Sudo(_) => false,
            _ => true,
        }
    }
}
