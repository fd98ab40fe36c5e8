//! Tests of custody. Two kinds of balances stand in for REN and EUR, and a list for frozen accounts.

pub(crate) mod mock;
mod over_euros;
mod spending;
