//! The fields of events as the metadata has them, and metadata of runtimes that there are not.

use scale_info::{Field, PortableRegistry, TypeDef, form::PortableForm};
use std::collections::BTreeMap;
use subxt::Metadata;

/// The fields of an event, and the fields within them, each by its path with its type. `a?.b` is a field of an option,
/// and `a[].b` of each item of a list.
pub fn fields(metadata: &Metadata, pallet: &str, event: &str) -> BTreeMap<String, String> {
    let events = metadata.pallet_by_name(pallet).expect("a pallet").event_variants().expect("events");
    let event = events.iter().find(|variant| variant.name == event).expect("an event");
    let mut fields = BTreeMap::new();
    event.fields.iter().for_each(|field| insert(metadata.types(), name(field).to_owned(), field.ty.id, &mut fields));
    fields
}

fn insert(types: &PortableRegistry, path: String, id: u32, fields: &mut BTreeMap<String, String>) {
    let described = types.resolve(id).expect("a type");
    match &described.type_def {
        TypeDef::Composite(composite) => match composite.fields.as_slice() {
            [only] if only.name.is_none() => insert(types, path, only.ty.id, fields),
            several => several.iter().for_each(|field| {
                insert(types, format!("{path}.{}", name(field)), field.ty.id, fields);
            }),
        },
        TypeDef::Sequence(list) => insert(types, format!("{path}[]"), list.type_param.id, fields),
        TypeDef::Variant(_) if described.path.ident().as_deref() == Some("Option") => {
            let value = described.type_params[0].ty.expect("what it may hold").id;
            let mut within = BTreeMap::new();
            insert(types, String::new(), value, &mut within);
            fields.extend(within.into_iter().map(|(inner, of_type)| match inner.as_str() {
                "" => (path.clone(), format!("Option<{of_type}>")),
                _ => (format!("{path}?{inner}"), of_type),
            }));
        }
        TypeDef::Variant(variants) => {
            let names: Vec<&str> = variants.variants.iter().map(|variant| variant.name.as_str()).collect();
            fields.insert(path, format!("enum {}", names.join(" ")));
        }
        TypeDef::Array(array) => {
            let mut item = BTreeMap::new();
            insert(types, String::new(), array.type_param.id, &mut item);
            fields.insert(path, format!("[{}; {}]", item.into_values().collect::<Vec<_>>().join(", "), array.len));
        }
        TypeDef::Primitive(primitive) => drop(fields.insert(path, format!("{primitive:?}").to_lowercase())),
        other => drop(fields.insert(path, format!("{other:?}"))),
    }
}

fn name(field: &Field<PortableForm>) -> &str {
    field.name.as_deref().expect("a field of an event has a name")
}

/// Gives a field of an event another name.
pub fn rename_field(metadata: &mut Metadata, event: &str, field: &str, other: &str) {
    fields_of(metadata, event).iter_mut().find(|known| name(known) == field).expect("a field").name =
        Some(other.into());
}

/// Gives a field of an event the type of another field.
pub fn retype_field(metadata: &mut Metadata, event: &str, field: &str, other: &str) {
    let fields = fields_of(metadata, event);
    let of_other = fields.iter().find(|known| name(known) == other).expect("a field").ty;
    fields.iter_mut().find(|known| name(known) == field).expect("a field").ty = of_other;
}

/// The fields of the only variant with this name that has any with names.
fn fields_of<'m>(metadata: &'m mut Metadata, event: &str) -> &'m mut Vec<Field<PortableForm>> {
    let enums = metadata.types_mut().types.iter_mut().filter_map(|described| match &mut described.ty.type_def {
        TypeDef::Variant(variants) => Some(&mut variants.variants),
        _ => None,
    });
    let found = enums.flatten().filter(|variant| variant.name == event).map(|variant| &mut variant.fields);
    let mut found: Vec<_> = found.filter(|fields| fields.first().is_some_and(|field| field.name.is_some())).collect();
    assert_eq!(found.len(), 1, "one event {event}");
    found.pop().expect("one")
}
