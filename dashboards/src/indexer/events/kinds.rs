//! What fields can hold, by the names that declarations use. Ids, quantities and flags are numbers, whatever wraps
//! them.
#![expect(non_upper_case_globals, reason = "in a declaration they stand where a type would")]

use super::{
    decoded::variant,
    table::{Cell, Kind},
};
use deren_primitives::OrderStepId;

pub(super) const u8: Kind = Kind::Unsigned(8);
pub(super) const u16: Kind = Kind::Unsigned(16);
pub(super) const u32: Kind = Kind::Unsigned(32);
pub(super) const u64: Kind = Kind::Unsigned(64);
pub(super) const u128: Kind = Kind::Unsigned(128);
pub(super) const i64: Kind = Kind::Signed(64);
pub(super) const i128: Kind = Kind::Signed(128);
/// An account, a key, a device, a gateway or a hash.
pub(super) const Bytes32: Kind = Kind::Bytes32;
/// What a device measures.
pub(super) const Role: Kind = Kind::Word(&["grid", "production", "storage"]);
/// The side of an order.
pub(super) const Side: Kind = Kind::Word(&["buy", "sell"]);
/// How a gateway came to its key.
pub(super) const KeyChange: Kind = Kind::Word(&["rotated", "replaced"]);
/// The name of an enum's variant, the same in small letters, and all that a variant says.
pub(super) const Name: Kind = Kind::Variant(variant);
pub(super) const SmallName: Kind = Kind::Variant(|value| variant(value).to_lowercase());
pub(super) const Whole: Kind = Kind::Variant(|value| value.to_string());
/// The limits and the caps of an order's price steps.
pub(super) const Limits: Kind = Kind::Each("limit_ueur_per_kwh");
pub(super) const Caps: Kind = Kind::Each("cap_wh");
/// The first moment of a slot.
pub(super) const SlotStart: Kind = Kind::Computed(&u32, slot_start);
/// The parts of a price step's id.
pub(super) const StepSite: Kind = Kind::Computed(&u64, |id, _| Cell::Unsigned(OrderStepId(id).site().0.into()));
pub(super) const StepSide: Kind = Kind::Computed(&u64, |id, _| Cell::Text(step_side(id).into()));
pub(super) const StepNumber: Kind = Kind::Computed(&u64, |id, _| Cell::Unsigned(OrderStepId(id).step().into()));

fn slot_start(slot: u64, slot_seconds: u32) -> Cell<'static> {
    Cell::Moment(slot.saturating_mul(slot_seconds.into()))
}

fn step_side(id: u64) -> &'static str {
    match OrderStepId(id).side() {
        deren_primitives::Side::Buy => "buy",
        deren_primitives::Side::Sell => "sell",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::DeviceRole;

    #[test]
    fn words_are_those_of_the_tables() {
        let words = |kind: Kind, names: &[&str]| -> Vec<String> {
            names.iter().map(|name| kind.word(name).unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(words(Role, &["Grid", "Production", "Storage"]), ["grid", "production", "storage"]);
        assert_eq!(words(Role, &["Grid", "Production", "Storage"]), DeviceRole::ALL.map(DeviceRole::as_str));
        assert_eq!(words(Side, &["Buy", "Sell"]), ["buy", "sell"]);
        assert_eq!(words(KeyChange, &["Rotated", "Replaced", "Sold"]), ["rotated", "replaced", ""]);
    }
}
