//! The parameters of each pallet, by subject.

mod consensus;
mod equivocation;
mod euros;
mod filters;
mod governance;
mod keyless;
mod market;
mod money;
mod proxies;
mod system;

pub use consensus::BABE_EPOCH;
pub use euros::{OnRampId, PowersOverEuros, ProtocolAccounts, Today};
pub use filters::{Announceable, CallFilter};
pub use governance::{
    AdminOrigin, CouncilCollective, CouncilOrigin, MaxAnnouncedWeight, MaxProposalWeight, MotionDuration, NoticeBlocks,
    SchedulerBudget, UrgentOrigin,
};
pub use keyless::{euro_roles_account, treasury_account};
pub use market::{MaxMarkets, MaxOrders, MaxPointsPerMarket, PotId, RewardSchedule};
pub use money::{Eur, EurId, TreasuryAccount};
pub use proxies::ProxyType;
pub use system::{BlockLength, BlockWeights};
