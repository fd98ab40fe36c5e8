//! The market's rules, tested through the library's public functions alone, and the program, run as anyone would.

mod auctions;
mod double_auction;
mod edges;
mod market;
mod network;
#[cfg(feature = "cli")]
mod program;
mod properties;
mod reading;
mod rewards;
mod settlement;
mod ties;
mod violations;
mod welfare;
