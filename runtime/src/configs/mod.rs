//! The parameters of each pallet, by subject.

mod consensus;
mod equivocation;
mod governance;
mod market;
mod money;
mod system;

pub use consensus::BABE_EPOCH;
pub use governance::{AdminOrigin, CouncilCollective, MaxProposalWeight, MotionDuration, UrgentOrigin};
pub use market::{MaxMarkets, MaxOrders, MaxPointsPerMarket, RewardSchedule};
pub use money::{Eur, EurId, FeesToTreasury, TreasuryAccount, treasury_account};
pub use system::{BlockLength, BlockWeights, CallFilter};
