//! Everything said to a node: questions, transactions, events. Typed by the runtime itself, used as a library.

mod account;
mod events;
mod queries;
mod rpc;
mod transaction;

pub use account::Account;
pub use events::{error_in_words, events};
pub use rpc::{Head, Rpc};
pub use transaction::{FeeIn, Included, Until, Wallet};
