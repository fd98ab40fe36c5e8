//! Events as a node would store them, made from the runtime's own description: any event, with any numbers.

use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive, form::PortableForm};
use std::collections::BTreeMap;
use subxt::Metadata;
use subxt::ext::codec::{Compact, Decode as _, Encode as _};

/// Makes events of one runtime.
pub struct Encoder {
    metadata: Metadata,
    /// Which variant of each enum, and the first of the numbers.
    seed: u64,
    /// Fields with a number of their own.
    fixed: BTreeMap<&'static str, u64>,
    events: Vec<Vec<u8>>,
}

impl Encoder {
    pub fn new(metadata: &[u8], seed: u64) -> Self {
        let metadata = Metadata::decode(&mut &*metadata).expect("metadata");
        Self { metadata, seed, fixed: BTreeMap::new(), events: Vec::new() }
    }

    /// Lets every field with this name hold this number.
    pub fn with(mut self, field: &'static str, number: u64) -> Self {
        self.fixed.insert(field, number);
        self
    }

    /// The names of a pallet's events.
    pub fn names(&self, pallet: &str) -> Vec<String> {
        let pallet = self.metadata.pallet_by_name(pallet).expect("a pallet");
        pallet.event_variants().expect("events").iter().map(|variant| variant.name.clone()).collect()
    }

    /// Adds an event.
    pub fn push(&mut self, pallet: &str, event: &str) {
        let pallet = self.metadata.pallet_by_name(pallet).expect("a pallet");
        let variant = pallet.event_variants().expect("events").iter().find(|variant| variant.name == event);
        let variant = variant.unwrap_or_else(|| panic!("no event {event}"));
        // Phase: applying the first transaction.
        let mut bytes = vec![0, 0, 0, 0, 0, pallet.event_index(), variant.index];
        let mut number = 1_000 * self.seed + 10 * self.events.len() as u64;
        for field in &variant.fields {
            self.value(field.ty.id, field.name.as_deref(), &mut number, &mut bytes);
        }
        // No topics.
        bytes.push(0);
        self.events.push(bytes);
    }

    /// `System.Events` of a block with all of them.
    pub fn bytes(&self) -> Vec<u8> {
        [Compact(self.events.len() as u32).encode(), self.events.concat()].concat()
    }

    fn value(&self, ty: u32, field: Option<&str>, number: &mut u64, out: &mut Vec<u8>) {
        let types: &PortableRegistry = self.metadata.types();
        match &types.resolve(ty).expect("a type").type_def {
            TypeDef::Composite(composite) => self.fields(&composite.fields, field, number, out),
            TypeDef::Variant(variants) => {
                let variant = &variants.variants[self.seed as usize % variants.variants.len()];
                out.push(variant.index);
                self.fields(&variant.fields, field, number, out);
            }
            TypeDef::Sequence(sequence) => {
                out.extend(Compact(2u32).encode());
                (0..2).for_each(|_| self.value(sequence.type_param.id, field, number, out));
            }
            TypeDef::Array(array) => {
                (0..array.len).for_each(|_| self.value(array.type_param.id, None, number, out));
            }
            TypeDef::Tuple(tuple) => tuple.fields.iter().for_each(|part| self.value(part.id, field, number, out)),
            TypeDef::Primitive(primitive) => {
                *number += 1;
                let fixed = field.and_then(|field| self.fixed.get(field).copied());
                let bytes = fixed.unwrap_or(*number).to_le_bytes();
                let sixteen = [bytes, [0; 8]].concat();
                out.extend(&sixteen[..width(primitive)]);
            }
            TypeDef::Compact(_) => out.extend(Compact(7u32).encode()),
            TypeDef::BitSequence(_) => panic!("no event has bits"),
        }
    }

    fn fields(
        &self,
        fields: &[scale_info::Field<PortableForm>],
        outer: Option<&str>,
        number: &mut u64,
        out: &mut Vec<u8>,
    ) {
        for field in fields {
            // What wraps one value has no name for it: the outer one stays.
            self.value(field.ty.id, field.name.as_deref().or(outer), number, out);
        }
    }
}

fn width(primitive: &TypeDefPrimitive) -> usize {
    match primitive {
        TypeDefPrimitive::U8 | TypeDefPrimitive::I8 => 1,
        TypeDefPrimitive::U16 | TypeDefPrimitive::I16 => 2,
        TypeDefPrimitive::U32 | TypeDefPrimitive::I32 => 4,
        TypeDefPrimitive::U64 | TypeDefPrimitive::I64 => 8,
        TypeDefPrimitive::U128 | TypeDefPrimitive::I128 => 16,
        other => panic!("no event has {other:?}"),
    }
}
