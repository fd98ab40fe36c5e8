//! pallet-deren-rewards
