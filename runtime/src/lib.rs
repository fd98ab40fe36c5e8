//! deren-runtime
