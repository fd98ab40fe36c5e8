//! A value of any type from the input: mostly one that means something in this world, sometimes any.

use super::{
    maker::{Fields, Maker},
    makers,
    people::{device, point},
    shapes::Name,
    world,
};
use crate::{Runtime, RuntimeCall};
use codec::{Compact, Decode, Encode};
use scale_info::{Field, TypeDef, TypeDefPrimitive, form::PortableForm};
use sp_core::Pair;

/// How deep a call may lie in others.
const MAX_DEPTH: u8 = 2;

impl Maker<'_, '_> {
    /// A call of this name; none if its bytes are no call, or nothing is there to call it for.
    pub fn call(&mut self, name: &Name) -> Option<RuntimeCall> {
        let given = match makers::maker(name) {
            Some(make) if !self.bytes.one_in(24) => make(self)?,
            _ => Fields::new(),
        };
        self.call_with(name, given)
    }

    /// A call of this name with these arguments, and others for what they leave out.
    pub fn call_with(&mut self, name: &Name, given: Fields) -> Option<RuntimeCall> {
        let shapes = self.shapes;
        let (pallet, call) = shapes.call(name)?;
        let mut encoded = vec![pallet, call.index];
        for field in &call.fields {
            let field_name = field.name.as_deref().unwrap_or_default();
            match given.iter().find(|(name, _)| *name == field_name) {
                Some((_, value)) => encoded.extend_from_slice(value),
                None => self.field(field, &mut encoded, 0),
            }
        }
        RuntimeCall::decode(&mut &encoded[..]).ok()
    }

    fn fields(&mut self, fields: &[Field<PortableForm>], outer: &str, out: &mut Vec<u8>, level: u8) {
        for field in fields {
            let name = field.name.as_deref().unwrap_or(outer);
            self.value(field.ty.id, name, out, level);
        }
    }

    fn field(&mut self, field: &Field<PortableForm>, out: &mut Vec<u8>, level: u8) {
        self.value(field.ty.id, field.name.as_deref().unwrap_or_default(), out, level);
    }

    /// A value of this type under this name.
    fn value(&mut self, ty: u32, name: &str, out: &mut Vec<u8>, level: u8) {
        let shapes = self.shapes;
        let Some(found) = shapes.types.resolve(ty) else { return };
        let path = found.path.ident().unwrap_or_default();
        // Only its own maker leaves out what no call may be.
        let is_call = path == "RuntimeCall";
        if (is_call || !self.bytes.one_in(32)) && self.meaningful(&path, name, out) {
            return;
        }
        let deeper = level.saturating_add(1);
        match &found.type_def {
            TypeDef::Composite(composite) => self.fields(&composite.fields, name, out, deeper),
            TypeDef::Variant(variants) => {
                // What goes too deep ends with its first variant, which is `None` where there is one.
                let chosen = if level > 6 { 0 } else { self.bytes.below(variants.variants.len().max(1)) };
                let Some(variant) = variants.variants.get(chosen) else { return };
                out.push(variant.index);
                self.fields(&variant.fields, name, out, deeper);
            }
            TypeDef::Sequence(sequence) => {
                let most = if name.ends_with("calls") { 4 } else { 3 };
                let count = if level > 6 { 0 } else { self.bytes.below(most + 1) };
                Compact(count as u32).encode_to(out);
                (0..count).for_each(|_| self.value(sequence.type_param.id, name, out, deeper));
            }
            TypeDef::Array(array) => (0..array.len).for_each(|_| self.value(array.type_param.id, name, out, deeper)),
            TypeDef::Tuple(tuple) => tuple.fields.iter().for_each(|field| self.value(field.id, name, out, deeper)),
            TypeDef::Primitive(primitive) => self.primitive(primitive, name, out),
            TypeDef::Compact(compact) => self.compact(compact.type_param.id, name, out),
            TypeDef::BitSequence(_) => out.push(0),
        }
    }

    /// A value that means something, for types and names that do.
    fn meaningful(&mut self, path: &str, name: &str, out: &mut Vec<u8>) -> bool {
        match (path, name) {
            ("AccountId32", _) => self.account().encode_to(out),
            ("MultiAddress", _) => (0u8, self.account()).encode_to(out),
            ("MarketId", _) => world::market(self).encode_to(out),
            ("ZoneId", _) => world::zone(self).encode_to(out),
            ("SiteId", _) => world::site(self).encode_to(out),
            ("DeviceId", _) => {
                let id = device(self.bytes.byte());
                self.concerned.extend(world::owner_of_device(id));
                id.encode_to(out);
            }
            ("GatewayId", _) => {
                let id = self.people.gateway(self.bytes.below(12)).public().0;
                self.concerned.extend(world::owner_of_gateway(id));
                id.encode_to(out);
            }
            ("Slot", _) => world::slot(self).encode_to(out),
            ("H256", "nullifier" | "salted" | "proof" | "reference") => point(self.bytes.byte()).encode_to(out),
            ("H256", _) => self.hash().encode_to(out),
            ("PointTerms", _) => (self.power_w(), 10_000u32, 0b1_1111u8).encode_to(out),
            ("RuntimeCall", _) => self.inner_call().encode_to(out),
            ("FixedU128", _) => (u128::from(self.bytes.byte()) * 10u128.pow(23)).encode_to(out),
            ("Perbill" | "Permill", _) => (u32::from(self.bytes.byte()) * 3_900).encode_to(out),
            ("Weight", _) => (Compact(1_000_000_000_000u64), Compact(10_000_000u64)).encode_to(out),
            ("", "gateway" | "new_key" | "public_key") => {
                self.people.gateway(self.bytes.byte().into()).public().0.encode_to(out);
            }
            _ => return false,
        }
        true
    }

    /// What a connection point may take: mostly what is behind those of the beginning, and more.
    fn power_w(&mut self) -> u32 {
        if self.bytes.one_in(8) { 1 + u32::from(self.bytes.byte()) * 20 } else { 10_000 }
    }

    /// A motion of the council, or a connection point.
    fn hash(&mut self) -> sp_core::H256 {
        let motions = pallet_collective::Proposals::<Runtime, crate::configs::CouncilCollective>::get();
        if !motions.is_empty() && self.bytes.one_in(2) {
            return self.bytes.pick(&motions).copied().unwrap_or_default();
        }
        world::commitment(self).unwrap_or_default()
    }

    /// A call in a call: any that may be in one, by its weight.
    fn inner_call(&mut self) -> RuntimeCall {
        self.depth += 1;
        let made = (self.depth <= MAX_DEPTH).then(|| {
            let name = self.table.choose(self.bytes).clone();
            self.table.may_be_inside(&name).then(|| self.call(&name)).flatten()
        });
        self.depth -= 1;
        let nothing = || frame_system::Call::remark { remark: vec![1] }.into();
        made.flatten().unwrap_or_else(nothing)
    }

    fn primitive(&mut self, primitive: &TypeDefPrimitive, name: &str, out: &mut Vec<u8>) {
        match primitive {
            TypeDefPrimitive::Bool => out.push(u8::from(self.bytes.one_in(2))),
            TypeDefPrimitive::Char => u32::from(b'a').encode_to(out),
            TypeDefPrimitive::Str => "a text".encode_to(out),
            other => {
                let width = width(other);
                // A byte of many is taken as it is; a number by its name.
                let number = if width == 1 { self.bytes.byte().into() } else { self.named_number(name) };
                let most = if width >= 16 { u128::MAX } else { (1u128 << (8 * width)) - 1 };
                let low = number.min(most).to_le_bytes();
                out.extend((0..width).map(|place| low.get(place).copied().unwrap_or(0)));
            }
        }
    }

    fn compact(&mut self, ty: u32, name: &str, out: &mut Vec<u8>) {
        let shapes = self.shapes;
        let Some(found) = shapes.types.resolve(ty) else { return };
        match &found.type_def {
            TypeDef::Primitive(primitive) => {
                let width = width(primitive).min(16);
                let most = if width >= 16 { u128::MAX } else { (1u128 << (8 * width)) - 1 };
                Compact(self.named_number(name).min(most)).encode_to(out);
            }
            TypeDef::Composite(composite) => {
                if let Some(field) = composite.fields.first() {
                    self.compact(field.ty.id, name, out);
                }
            }
            _ => {}
        }
    }

    /// What a number of this name mostly is.
    fn named_number(&mut self, name: &str) -> u128 {
        // Root may say that it is a council of any size: a wrong sum of the votes of four thousand million is no fault.
        if name != "as_origin" && self.bytes.one_in(16) {
            return self.bytes.number();
        }
        let byte = u128::from(self.bytes.byte());
        match name {
            "id" | "asset_id" | "asset_kind" => 1,
            "index" | "number" | "as_origin" => byte % 4,
            "threshold" => 1 + byte % 4,
            "max_power_w" | "rated_power_w" => 1_000 + byte * 40,
            "register_step_mwh" => 1 + byte * 20,
            "protocol_fee_bp" => byte * 4,
            "privacy_threshold" => byte % 20,
            "fee_ueur_per_kwh" => byte * 200,
            "length_bound" => 100_000,
            "expires_unix_s" => 4_000_000_000,
            name if name.contains("wh") => byte * 100,
            name if name.contains("ueur") => byte * 5_000,
            name if name.contains("min_balance") => 1,
            // A thousandth of a REN for REN, and of a cent for EUR, so that everyone has some of it.
            _ => match byte % 4 {
                0 => byte / 4,
                1 => byte * 100,
                2 => byte * 100_000,
                _ => byte * 1_000_000_000,
            },
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
        _ => 32,
    }
}
