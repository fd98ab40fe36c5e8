//! Sites: what is installed, what was measured and traded. For their owner and their market's operator only.

pub mod readings;
pub mod set_name;
pub mod show;
