//! deren-meters
