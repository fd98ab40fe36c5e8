//! The parameters of each pallet, by subject.

mod consensus;
mod governance;
mod money;
mod system;

pub use consensus::BABE_EPOCH;
pub use governance::{AdminOrigin, CouncilCollective};
pub use money::{CommunityAccount, Eur, FeesToTreasury, TreasuryAccount, community_account, treasury_account};
pub use system::{BlockLength, BlockWeights, CallFilter};
