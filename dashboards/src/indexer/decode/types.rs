//! Parts of events that more than one pallet has. Ids, quantities and flags are read through their wrappers as numbers.

use subxt::dynamic::Value;
use subxt::ext::scale_value::ValueDef;

/// An account, a key, a device, a gateway or a hash.
pub(super) type Bytes32 = [u8; 32];

/// Declares the fields of one event, or of a part of one, that rows are made of; others are passed over.
macro_rules! fields {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, subxt::ext::scale_decode::DecodeAsType)]
        #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
        pub(super) struct $name { $(pub(super) $field: $type),* }
    };
}

/// Declares an enum without fields, with the word for each variant.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, subxt::ext::scale_decode::DecodeAsType)]
        #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
        pub(super) enum $name { $($variant),* }

        impl $name {
            /// As it stands in the tables.
            pub(super) fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

pub(super) use {fields, words};

words! {
    /// What a device measures.
    Role { Grid = "grid", Production = "production", Storage = "storage" }
}

words! {
    /// The side of an order.
    Side { Buy = "buy", Sell = "sell" }
}

fields! {
    /// What holds for a line between two zones.
    EdgeTerms { fee_ueur_per_kwh: u32, capacity_up_wh: Option<u64>, capacity_down_wh: Option<u64> }
}

/// The name of an enum's variant, whatever variants a later runtime may have.
pub(super) fn variant(value: &Value) -> String {
    match &value.value {
        ValueDef::Variant(variant) => variant.name.clone(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_known_by_its_name_and_anything_else_by_what_it_says() {
        assert_eq!(variant(&Value::unnamed_variant("WrongSequence", [])), "WrongSequence");
        assert_eq!(variant(&Value::u128(7)), "7");
    }

    #[test]
    fn words_are_those_of_the_tables() {
        assert_eq!([Role::Grid, Role::Production, Role::Storage].map(Role::word), ["grid", "production", "storage"]);
        assert_eq!([Side::Buy, Side::Sell].map(Side::word), ["buy", "sell"]);
    }
}
