//! What the runtime's pallets promise each other ([`MarketRegistry`], [`Metering`], …), and what the runtime
//! answers to gateways, indexers and verifiers ([`GatewayApi`], [`MarketApi`], [`InvariantsApi`]).
//!
//! It holds no logic: only the names on both sides of a wall.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod between_pallets;
mod to_outside;

pub use between_pallets::{
    BenchmarkRegistry, DeviceView, GatewayControl, MarketRegistry, MarketTerms, Metering, ProductionRewards, PursePage,
    Purses, SettlementProgress, SiteOrders, SiteView, Touched,
};
// What metering keeps of a site's slot is arithmetic, and that is the market's.
pub use deren_market::{Energies, SlotEnergies};
pub use to_outside::*;
