//! The shapes of all calls, as the metadata tells them, so that a new call is tried without a line here.

use crate::{RuntimeCall, RuntimeEvent};
use scale_info::{PortableRegistry, Registry, TypeDef, Variant, form::PortableForm, meta_type};

/// Types of calls and events.
pub struct Shapes {
    /// All types that calls and events are made of.
    pub types: PortableRegistry,
    /// The type of `RuntimeCall`.
    calls: u32,
    events: u32,
}

/// A call as the runtime names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The pallet's name in the runtime.
    pub pallet: String,
    /// The call's.
    pub call: String,
}

impl Shapes {
    /// Those of this runtime.
    pub fn new() -> Self {
        let mut registry = Registry::new();
        let calls = registry.register_type(&meta_type::<RuntimeCall>()).id;
        let events = registry.register_type(&meta_type::<RuntimeEvent>()).id;
        Self { types: registry.into(), calls, events }
    }

    /// The variants of an enum.
    pub fn variants(&self, of: u32) -> &[Variant<PortableForm>] {
        match self.types.resolve(of).map(|found| &found.type_def) {
            Some(TypeDef::Variant(variants)) => &variants.variants,
            _ => &[],
        }
    }

    /// Pallets of `of`, each with its number and the type of its calls or events.
    fn pallets(&self, of: u32) -> impl Iterator<Item = (&str, u8, u32)> {
        let inner = |pallet: &Variant<PortableForm>| pallet.fields.first().map_or(0, |field| field.ty.id);
        self.variants(of).iter().map(move |pallet| (pallet.name.as_str(), pallet.index, inner(pallet)))
    }

    /// Every call of the runtime.
    pub fn all_calls(&self) -> Vec<Name> {
        let of = |(pallet, _, calls): (&str, u8, u32)| {
            let name = |call: &Variant<PortableForm>| Name { pallet: pallet.into(), call: call.name.clone() };
            self.variants(calls).iter().map(name).collect::<Vec<_>>()
        };
        self.pallets(self.calls).flat_map(of).collect()
    }

    /// The pallet's number, and the call.
    pub fn call(&self, name: &Name) -> Option<(u8, &Variant<PortableForm>)> {
        let (_, index, calls) = self.pallets(self.calls).find(|(pallet, ..)| *pallet == name.pallet)?;
        Some((index, self.variants(calls).iter().find(|call| call.name == name.call)?))
    }

    /// The names of a pallet's event, by their numbers.
    pub fn event(&self, pallet: u8, event: u8) -> Option<String> {
        let (name, _, events) = self.pallets(self.events).find(|(_, index, _)| *index == pallet)?;
        let event = self.variants(events).iter().find(|variant| variant.index == event)?;
        Some(format!("{name}.{}", event.name))
    }
}

/// True for a pallet of this project, by the name of the crate that it is in.
pub fn is_ours(pallet: &str) -> bool {
    use frame_support::traits::PalletsInfoAccess;
    crate::AllPalletsWithSystem::infos().into_iter().any(|info| {
        info.name == pallet && (info.module_name.contains("deren") || info.module_name.starts_with("crate"))
    })
}
