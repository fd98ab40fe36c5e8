//! deren-neighbourhood
