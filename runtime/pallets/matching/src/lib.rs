//! pallet-deren-matching
