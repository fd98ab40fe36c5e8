//! Everything said to a node: questions, transactions, events. Typed by the runtime itself, used as a library.

mod account;
mod euros;
mod events;
mod queries;
mod rpc;
mod transaction;

pub use account::Account;
pub use euros::Euros;
pub use events::{error_in_words, events};
pub use rpc::{Head, Rpc};
pub use transaction::{Included, Until, Wallet, authorised};
