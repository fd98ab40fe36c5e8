//! pallet-deren-metering
