//! deren-node
