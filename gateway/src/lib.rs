//! deren-gateway
