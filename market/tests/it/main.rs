//! The market's rules, tested through the library's public functions alone.

mod auctions;
mod double_auction;
mod edges;
mod market;
mod network;
mod properties;
mod reading;
mod rewards;
mod settlement;
mod ties;
mod violations;
mod welfare;
