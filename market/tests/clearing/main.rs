//! The market's rules, tested through the library's public functions alone.

mod auctions;
mod double_auction;
mod edges;
mod excess;
mod market;
mod measured;
mod network;
mod pace;
mod properties;
mod rewards;
mod settlement;
mod ties;
mod violations;
mod welfare;
