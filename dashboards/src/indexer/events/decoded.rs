//! What the bytes of an event's fields say, by the metadata of the runtime that made them. Nothing here knows a table.

use subxt::ext::{
    scale_decode::{
        TypeResolver, Visitor,
        visitor::{
            DecodeError, Unexpected, decode_with_visitor,
            types::{Array, Composite, Sequence, Variant},
        },
    },
    scale_value::{Value, ValueDef, scale},
};

/// One value. A wrapper of one value without a name is that value.
#[derive(Clone, Debug)]
pub(super) enum Decoded<'scale, 'types> {
    /// A number of any width.
    Unsigned(u128),
    /// A number with a sign, of any width.
    Signed(i128),
    /// An array of bytes.
    Bytes(&'scale [u8]),
    /// What an option without a value holds; one with a value is that value.
    Nothing,
    /// Values with names.
    Fields(Vec<(&'types str, Self)>),
    /// Values in a row.
    List(Vec<Self>),
    /// A variant of an enum, with its type's id as context.
    Variant(Value<u32>),
    /// A value that no column can hold.
    Other,
}

impl<'scale, 'types> Decoded<'scale, 'types> {
    /// The fields of an event, of which each has a name and a type's id.
    pub(super) fn event<R: TypeResolver<TypeId = u32>>(
        mut bytes: &'scale [u8],
        fields: impl Iterator<Item = (&'types str, u32)>,
        types: &'types R,
    ) -> Result<Self, DecodeError> {
        let value = |(name, id)| Ok((name, decode_with_visitor(&mut bytes, id, types, Reader(types))?));
        fields.map(value).collect::<Result<_, _>>().map(Self::Fields)
    }

    /// The value at these names with dots between them. In nothing there is nothing; `None`: there is no such field.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, name| match value {
            Self::Fields(fields) => fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value),
            Self::Nothing => Some(value),
            _ => None,
        })
    }
}

/// Reads one value with these types.
struct Reader<'r, R>(&'r R);

type Read<'scale, 'types> = Result<Decoded<'scale, 'types>, DecodeError>;

/// How numbers are read, of whatever width.
macro_rules! numbers {
    ($($visit:ident: $type:ty => $number:ident),*) => {
        $(fn $visit<'s, 't>(self, value: $type, _: u32) -> Read<'s, 't> {
            Ok(Decoded::$number(value.into()))
        })*
    };
}

impl<R: TypeResolver<TypeId = u32>> Visitor for Reader<'_, R> {
    type Value<'scale, 'resolver> = Decoded<'scale, 'resolver>;
    type Error = DecodeError;
    type TypeResolver = R;

    numbers! {
        visit_u8: u8 => Unsigned, visit_u16: u16 => Unsigned, visit_u32: u32 => Unsigned, visit_u64: u64 => Unsigned,
        visit_u128: u128 => Unsigned, visit_i8: i8 => Signed, visit_i16: i16 => Signed, visit_i32: i32 => Signed,
        visit_i64: i64 => Signed, visit_i128: i128 => Signed
    }

    fn visit_unexpected<'s, 't>(self, _: Unexpected) -> Read<'s, 't> {
        Ok(Decoded::Other)
    }

    fn visit_array<'s, 't>(self, array: &mut Array<'s, 't, R>, _: u32) -> Read<'s, 't> {
        let (bytes, items) = (array.bytes_from_start(), array.remaining());
        array.skip_decoding()?;
        let width = bytes.len().saturating_sub(array.bytes_from_undecoded().len());
        Ok(bytes.get(..width).filter(|_| width == items).map_or(Decoded::Other, Decoded::Bytes))
    }

    fn visit_sequence<'s, 't>(self, list: &mut Sequence<'s, 't, R>, _: u32) -> Read<'s, 't> {
        std::iter::from_fn(|| list.decode_item(Reader(self.0))).collect::<Result<_, _>>().map(Decoded::List)
    }

    fn visit_composite<'s, 't>(self, fields: &mut Composite<'s, 't, R>, _: u32) -> Read<'s, 't> {
        if fields.remaining() == 1 && fields.has_unnamed_fields() {
            return fields.decode_item(self).unwrap_or(Ok(Decoded::Other));
        }
        let field = || {
            let name = fields.peek_name().unwrap_or_default();
            fields.decode_item(Reader(self.0)).map(|value| Ok((name, value?)))
        };
        std::iter::from_fn(field).collect::<Result<_, _>>().map(Decoded::Fields)
    }

    fn visit_variant<'s, 't>(self, variant: &mut Variant<'s, 't, R>, id: u32) -> Read<'s, 't> {
        match (variant.enum_name(), variant.name()) {
            (Some("Option"), "None") => Ok(Decoded::Nothing),
            (Some("Option"), _) => variant.fields().decode_item(self).unwrap_or(Ok(Decoded::Other)),
            _ => scale::decode_as_type(&mut variant.bytes_from_start(), id, self.0).map(Decoded::Variant),
        }
    }
}

/// The name of an enum's variant, whatever variants a later runtime may have.
pub(super) fn variant<T>(value: &Value<T>) -> String {
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
}
