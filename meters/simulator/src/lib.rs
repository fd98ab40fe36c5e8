//! deren-simulator
