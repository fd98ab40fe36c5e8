//! Zones: what their market's operator calls them.

pub mod set_name;
