//! Who lives in the neighbourhood: feeders, homes, their devices and their orders. Data and its rules only; nothing is
//! started here.

mod homes;
mod wiring;

pub(crate) use wiring::break_grid_meter;

pub use homes::{Home, HomeKind, MAX_HOMES, MIN_HOMES, Visitors, homes, spare_homes};

/// A line from the substation to some homes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feeder {
    /// A street.
    pub name: &'static str,
    /// What each kWh pays that crosses between it and the substation.
    pub fee_ueur_per_kwh: u32,
    /// The most it carries to the substation in a slot.
    pub capacity_up_wh: u64,
    /// The most it carries from the substation in a slot.
    pub capacity_down_wh: u64,
}

/// The three feeders of the substation. The last is an old, thin line with much sun on its roofs. When the sky is clear
/// it is full, and its price falls below the others'.
pub const FEEDERS: [Feeder; 3] = [
    Feeder { name: "Mill Lane", fee_ueur_per_kwh: 12_000, capacity_up_wh: 50_000, capacity_down_wh: 50_000 },
    Feeder { name: "Church Street", fee_ueur_per_kwh: 15_000, capacity_up_wh: 50_000, capacity_down_wh: 50_000 },
    Feeder { name: "Orchard Road", fee_ueur_per_kwh: 9_000, capacity_up_wh: 900, capacity_down_wh: 6_000 },
];

/// What a kWh costs from a supplier, and so what nobody pays for a local one.
pub const RETAIL_UEUR_PER_KWH: u32 = 320_000;
