//! pallet-deren-registry
