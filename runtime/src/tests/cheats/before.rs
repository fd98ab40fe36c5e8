//! What the first rules paid, those of commit 6f2b632, as arithmetic over the inputs of the adversary's report. What is
//! bought and sold has the price of the report: 0.20 €/kWh, with a protocol fee of 1%, at points of 10 kW.

/// The report's price, in µ€/kWh.
pub const PRICE: u32 = 200_000;
/// A slot in which the sun shines, in µ€/kWh.
pub const NOON_PRICE: u32 = 80_000;
/// A slot in which everybody buys, in µ€/kWh.
pub const EVENING_PRICE: u32 = 280_000;
/// The report's connection point.
pub const POINT_W: u32 = 10_000;
/// The largest register step that an owner could choose, in mWh.
pub const STEP_MWH: u32 = 1_000_000;
/// What a point of 10 kW may show in a slot: a tenth above its rating.
pub const SLOT_WH: u64 = 2_750;
/// The same in a day: 264 kWh.
pub const DAY_WH: i128 = 96 * SLOT_WH as i128;
/// What a REN is worth where the chain takes it for fees, in µ€.
const REN_UEUR: i128 = 100_000;

/// What energy costs at a price, in µ€.
pub fn money_ueur(wh: i128, price_ueur_per_kwh: u32) -> i128 {
    wh * i128::from(price_ueur_per_kwh) / 1_000
}

/// The protocol fee on that: 1%.
pub fn fee_ueur(wh: i128, price_ueur_per_kwh: u32) -> i128 {
    money_ueur(wh, price_ueur_per_kwh) / 100
}

/// What was minted for energy that was sold and produced, at any price and to anybody: 1 REN a kWh.
pub fn minted_ueur(wh: i128) -> i128 {
    wh * REN_UEUR / 1_000
}

/// What a whole era minted, whoever got it: 20 000 REN.
pub fn era_ueur() -> i128 {
    20_000 * REN_UEUR
}

/// What two register steps added in each slot anew, in a day.
pub fn steps_wh(step_mwh: u32) -> i128 {
    96 * 2 * i128::from(step_mwh) / 1_000
}
