//! How much of everything the registry takes.

/// The most zones that one market has.
pub const MAX_ZONES_PER_MARKET: u32 = deren_market::MAX_ZONES as u32;
/// The most devices that one site has, those included that were removed and whose slots are not settled.
pub const MAX_DEVICES_PER_SITE: u32 = 16;
/// The largest step of a device's registers that an operator can approve: 1 kWh. It is a tolerance, so that it must
/// not be anything.
pub const MAX_REGISTER_STEP_MWH: u32 = 1_000_000;
/// The largest step where an operator approves no other: 10 Wh.
pub const USUAL_REGISTER_STEP_MWH: u32 = 10_000;
/// The most power of any connection point: 1 MW.
pub const MAX_POINT_POWER_W: u32 = 1_000_000;
/// The most gateways that one site is linked to.
pub const MAX_GATEWAYS_PER_SITE: u32 = 8;
/// How many zones go with one call that closes a market.
pub const MAX_ZONES_PER_CLOSING: u32 = 64;
/// The highest protocol fee: the whole price.
pub const MAX_PROTOCOL_FEE_BP: u16 = 10_000;
/// How many earlier keys of a gateway are kept, so that it answers for what they signed.
pub const MAX_PAST_KEYS: u32 = 16;
