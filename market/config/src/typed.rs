//! Configurations whose types read themselves: TOML into whatever serde can fill, with every mistake at once.
//!
//! A type stops at its first mistake. So that is noted, and everything is read again: without the value in which the
//! type stopped, or with a stand-in for what is missing. Each time a value goes or a stand-in comes, so that it ends.

use crate::{
    Mistake,
    document::{Source, Text},
    nearest,
};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor, value::StrDeserializer,
};
use std::{collections::BTreeSet, fmt};
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

/// Reads `text`. `file` is only for messages.
///
/// # Errors
/// Everything that is wrong, in the order in which it is written. That is: no TOML, values of another kind, what is
/// missing, and what nobody knows, with the nearest that is known.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Vec<Mistake>> {
    Text::new(file, text).read_without(&[])
}

impl Text<'_> {
    /// Reads everything but these top-level keys, which somebody else has read.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read_without<T: DeserializeOwned>(&self, keys: &[&str]) -> Result<T, Vec<Mistake>> {
        let root = self.root.get_ref();
        let seat = Seat { offset: self.root.span().start, ..Seat::ROOT };
        let left_out = keys.iter().filter_map(|key| root.get(*key)).map(id_of).collect();
        let mended = Mended { left_out, ..Mended::default() };
        let mut reading = Reading { whole: self.mistakes.is_empty(), mistakes: self.mistakes.clone(), mended };
        loop {
            match T::deserialize(Node::Table { keys: root, seat, mended: &reading.mended }) {
                Ok(value) if reading.mistakes.is_empty() => return Ok(value),
                Ok(_) => break,
                Err(fault) => {
                    if !reading.note(fault, &self.source) {
                        break;
                    }
                }
            }
        }
        reading.mistakes.sort_by(|one, other| one.place.cmp(&other.place));
        Err(reading.mistakes)
    }
}

/// What was found so far.
struct Reading {
    /// False if parts of the text could not be parsed: then a key may only seem to be missing.
    whole: bool,
    mistakes: Vec<Mistake>,
    mended: Mended,
}

/// What is done about mistakes, so that others are found.
#[derive(Debug, Default)]
struct Mended {
    /// The values that are read no more.
    left_out: BTreeSet<Id>,
    /// Keys that a table does not have, and for which something stands in.
    stood_in: BTreeSet<(Id, &'static str)>,
}

impl Reading {
    /// Notes what is wrong; false if there is nothing left to read.
    fn note(&mut self, fault: Fault, source: &Source<'_>) -> bool {
        let seat = fault.seat.unwrap_or(Seat::ROOT);
        // In a text that cannot be parsed as a whole, something may only seem to be missing.
        let is_new = !seat.is_known && (self.whole || !matches!(fault.what, What::Missing(_)));
        let is_mended = match fault.what {
            What::Missing(key) => self.mended.stood_in.insert((seat.id, key)),
            _ => seat.id != Seat::ROOT.id && self.mended.left_out.insert(seat.id),
        };
        if is_new {
            self.mistakes.push(source.place(seat.offset).mistake(fault.what));
        }
        is_mended
    }
}

/// What stopped a type, and where.
#[derive(Debug)]
struct Fault {
    what: What,
    seat: Option<Seat>,
}

/// A value, by its address: nothing moves while it is read.
type Id = usize;

/// Where something is wrong.
#[derive(Clone, Copy, Debug)]
struct Seat {
    /// The byte that messages name.
    offset: usize,
    /// The value that is left out from now on.
    id: Id,
    /// True if it is a consequence of what was noted before.
    is_known: bool,
}

impl Seat {
    /// The whole text, which cannot be left out.
    const ROOT: Self = Self { offset: 0, id: 0, is_known: false };

    fn of(value: &Spanned<DeValue<'_>>) -> Self {
        Self { offset: value.span().start, id: id_of(value), is_known: false }
    }
}

fn id_of(value: &Spanned<DeValue<'_>>) -> Id {
    std::ptr::from_ref(value).addr()
}

#[derive(Debug)]
enum What {
    Missing(&'static str),
    Unknown { kind: &'static str, name: String, known: &'static [&'static str] },
    Other(String),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(key) => write!(f, "missing field `{key}`"),
            Self::Unknown { kind, name, known } => {
                write!(f, "unknown {kind} `{name}`, ")?;
                match known {
                    [] => write!(f, "there are none"),
                    [only] => write!(f, "expected `{only}`"),
                    [one, other] => write!(f, "expected `{one}` or `{other}`"),
                    all => write!(f, "expected one of `{}`", all.join("`, `")),
                }?;
                nearest(name, known).map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
            }
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)
    }
}

impl std::error::Error for Fault {}

impl From<What> for Fault {
    fn from(what: What) -> Self {
        Self { what, seat: None }
    }
}

impl Fault {
    /// Says where it is, unless that is known more closely.
    fn at(mut self, seat: Seat) -> Self {
        self.seat.get_or_insert(seat);
        self
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        What::Other(message.to_string().trim().replace('\n', " ")).into()
    }

    fn missing_field(field: &'static str) -> Self {
        What::Missing(field).into()
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        What::Unknown { kind: "field", name: field.to_owned(), known }.into()
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        What::Unknown { kind: "variant", name: variant.to_owned(), known }.into()
    }
}

/// A value of the text, without what is left out.
#[derive(Clone, Copy)]
enum Node<'a, 'i> {
    Table { keys: &'a DeTable<'i>, seat: Seat, mended: &'a Mended },
    Value { value: &'a Spanned<DeValue<'i>>, mended: &'a Mended },
}

impl<'a, 'i> Node<'a, 'i> {
    fn of(value: &'a Spanned<DeValue<'i>>, mended: &'a Mended) -> Self {
        match value.get_ref() {
            DeValue::Table(keys) => Self::Table { keys, seat: Seat::of(value), mended },
            _ => Self::Value { value, mended },
        }
    }

    fn seat(self) -> Seat {
        match self {
            Self::Table { seat, .. } => seat,
            Self::Value { value, .. } => Seat::of(value),
        }
    }

    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let (value, mended) = match self {
            Self::Table { keys, seat, mended } => {
                let items = keys.iter().filter(|(_, value)| !mended.left_out.contains(&id_of(value))).collect();
                let stood_in = mended.stood_in.iter().filter(|(table, _)| *table == seat.id).map(|(_, key)| *key);
                let keys_left = Keys { items, next: 0, stood_in: stood_in.collect(), seat, mended };
                return visitor.visit_map(keys_left).map_err(|fault| missing_in(fault, keys, seat, mended));
            }
            Self::Value { value, mended } => (value, mended),
        };
        match value.get_ref() {
            DeValue::String(text) => visitor.visit_str(text),
            DeValue::Boolean(value) => visitor.visit_bool(*value),
            DeValue::Integer(number) => {
                let (digits, radix) = (number.as_str(), number.radix());
                match (i64::from_str_radix(digits, radix), u64::from_str_radix(digits, radix)) {
                    (Ok(number), _) => visitor.visit_i64(number),
                    (_, Ok(number)) => visitor.visit_u64(number),
                    _ => Err(de::Error::custom("the number is too large")),
                }
            }
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => visitor.visit_f64(number),
                Err(_) => Err(de::Error::custom("no number")),
            },
            DeValue::Datetime(moment) => {
                let moment = moment.to_string();
                Err(de::Error::invalid_type(Unexpected::Other(&format!("the date {moment}")), &visitor))
            }
            DeValue::Array(items) => visitor.visit_seq(Items { items, next: 0, mended }),
            DeValue::Table(_) => Err(de::Error::custom("a table")),
        }
    }
}

/// If something is missing in this table, says so at the table; it is no news if that was left out.
fn missing_in(fault: Fault, keys: &DeTable<'_>, seat: Seat, mended: &Mended) -> Fault {
    let What::Missing(key) = fault.what else { return fault };
    if fault.seat.is_some() {
        return fault;
    }
    // A key that was misspelt was left out too, and is not missing besides.
    let is_known = keys.iter().any(|(name, value)| {
        mended.left_out.contains(&id_of(value)) && (name.get_ref() == key || nearest(name.get_ref(), &[key]).is_some())
    });
    Fault { seat: Some(Seat { is_known, ..seat }), ..fault }
}

impl<'de> Deserializer<'de> for Node<'_, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let seat = self.seat();
        self.visit(visitor).map_err(|fault| fault.at(seat))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        let seat = self.seat();
        visitor.visit_newtype_struct(self).map_err(|fault| fault.at(seat))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let seat = self.seat();
        let read = match self {
            Self::Value { value, .. } => match value.get_ref() {
                DeValue::String(text) => {
                    let word: StrDeserializer<'_, Fault> = text.as_ref().into_deserializer();
                    visitor.visit_enum(word)
                }
                _ => self.visit(visitor),
            },
            Self::Table { keys, mended, .. } => match keys.iter().next() {
                Some((name, value)) if keys.len() == 1 => {
                    visitor.visit_enum(Variant { name: name.get_ref(), value: Node::of(value, mended) })
                }
                _ => Err(de::Error::custom("it should be a word, or a table with one key")),
            },
        };
        read.map_err(|fault| fault.at(seat))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// The keys of a table, one after the other.
struct Keys<'a, 'i> {
    items: Vec<(&'a Spanned<toml::de::DeString<'i>>, &'a Spanned<DeValue<'i>>)>,
    next: usize,
    /// The keys for which something stands in, from the last on.
    stood_in: Vec<&'static str>,
    /// The table itself.
    seat: Seat,
    mended: &'a Mended,
}

impl<'de> MapAccess<'de> for Keys<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.items.get(self.next) else {
            let key = self
                .stood_in
                .last()
                .map(|key| seed.deserialize::<StrDeserializer<'_, Fault>>((*key).into_deserializer()));
            return key.transpose();
        };
        let name: StrDeserializer<'_, Fault> = key.get_ref().as_ref().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|fault| fault.at(Seat { offset: key.span().start, ..Seat::of(value) }))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((_, value)) = self.items.get(self.next) else {
            self.stood_in.pop();
            return seed.deserialize(StandIn { seat: Seat { is_known: true, ..self.seat } });
        };
        self.next += 1;
        seed.deserialize(Node::of(value, self.mended)).map_err(|fault| fault.at(Seat::of(value)))
    }
}

/// The items of a list, one after the other.
struct Items<'a, 'i> {
    items: &'a DeArray<'i>,
    next: usize,
    mended: &'a Mended,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        while let Some(item) = self.items.get(self.next) {
            self.next += 1;
            if !self.mended.left_out.contains(&id_of(item)) {
                let read = seed.deserialize(Node::of(item, self.mended));
                return read.map(Some).map_err(|fault| fault.at(Seat::of(item)));
            }
        }
        Ok(None)
    }
}

/// A variant with something in it.
struct Variant<'a, 'i> {
    name: &'a str,
    value: Node<'a, 'i>,
}

impl<'de, 'a, 'i> EnumAccess<'de> for Variant<'a, 'i> {
    type Error = Fault;
    type Variant = Node<'a, 'i>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Node<'a, 'i>), Fault> {
        let name: StrDeserializer<'_, Fault> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.value))
    }
}

impl<'de> VariantAccess<'de> for Node<'_, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Err(de::Error::custom("nothing belongs into it"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }
}

/// Stands in for a value that is missing, so that the rest of its table is read: nothing, as far as that can be.
struct StandIn {
    /// The table in which it is missing, which is left out if nothing can stand in.
    seat: Seat,
}

/// No items and no keys.
struct Nothing;

impl<'de> SeqAccess<'de> for Nothing {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, _: S) -> Result<Option<S::Value>, Fault> {
        Ok(None)
    }
}

impl<'de> MapAccess<'de> for Nothing {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, Fault> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, _: V) -> Result<V::Value, Fault> {
        Err(de::Error::custom("no value"))
    }
}

/// How each kind of value is stood in for.
macro_rules! stand_in {
    ($($method:ident => $visit:ident($($value:expr)?)),* $(,)?) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit($($value)?).map_err(|fault: Fault| What::Other(fault.what.to_string()).into()).map_err(|fault: Fault| fault.at(self.seat))
        })*
    };
}

impl<'de> Deserializer<'de> for StandIn {
    type Error = Fault;

    stand_in! {
        deserialize_any => visit_unit(),
        deserialize_bool => visit_bool(false),
        deserialize_i8 => visit_u64(0),
        deserialize_i16 => visit_u64(0),
        deserialize_i32 => visit_u64(0),
        deserialize_i64 => visit_u64(0),
        deserialize_u8 => visit_u64(0),
        deserialize_u16 => visit_u64(0),
        deserialize_u32 => visit_u64(0),
        deserialize_u64 => visit_u64(0),
        deserialize_f32 => visit_f64(0.0),
        deserialize_f64 => visit_f64(0.0),
        deserialize_str => visit_str(""),
        deserialize_string => visit_str(""),
        deserialize_option => visit_none(),
        deserialize_seq => visit_seq(Nothing),
        deserialize_map => visit_map(Nothing),
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let word: StrDeserializer<'_, Fault> = variants.first().copied().unwrap_or_default().into_deserializer();
        visitor.visit_enum(word).map_err(|fault| fault.at(self.seat))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests;
