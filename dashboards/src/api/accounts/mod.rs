//! Accounts: what belongs to one, what it bought and sold, and what that was worth. For its own holder only.

pub mod set_retail_tariff;
pub mod show;
pub mod summary;
pub mod trades;
