use super::{super::kinds::*, *};
use crate::indexer::rows::{BlockHead, BlockId};
use codec::Encode;
use scale_info::{MetaType, PortableRegistry, Registry, TypeDef, TypeInfo};

#[derive(Encode, TypeInfo)]
struct Wrapped<T>(T);

#[derive(Encode, TypeInfo)]
struct Terms {
    fee: u32,
    most: Option<u64>,
}

#[derive(Encode, TypeInfo)]
enum Device {
    Grid,
    Tidal,
}

#[derive(Encode, TypeInfo)]
enum Failure {
    Frozen { asset: u32 },
}

/// The events of a small pallet.
#[derive(Encode, TypeInfo)]
enum Event {
    Sold {
        owner: Wrapped<[u8; 32]>,
        slot: Wrapped<u32>,
        role: Device,
        price: Option<i64>,
        terms: Terms,
        steps: Wrapped<Vec<Terms>>,
        error: Failure,
        note: String,
    },
    Edged {
        edge: Option<Terms>,
    },
}

const EVENTS: &[Declaration] = events! {
    Sold => sales {
        owner: Bytes32, starts_at: SlotStart = slot, slot: u32, role: Role, name: Name = role, price: Option<i64>,
        fee: u32 = terms.fee, most: Option<u64> = terms.most, fees: Fees = steps, error: Whole, what = "a\tsale",
        open = true, era = null
    } skip note;
    Edged => edges if edge { fee: u32 = edge.fee };
    Edged => narrow { fee: u8 = edge.fee };
    Edged => wrong { fee: Bytes32 = edge.fee };
    Edged => missing { fee: u32 = edge.price };
    Edged => added { price: Added<u32>, fee: Added<u32> = edge.fee };
    Edged => added_narrow { fee: Added<u8> = edge.fee };
};

#[expect(non_upper_case_globals, reason = "as in the declarations of pallets")]
const Fees: Kind = Kind::Each("fee");

/// What the declarations for this table make of an event.
fn rows(table: &str, event: &Event) -> Result<BlockRows, String> {
    let mut registry = Registry::new();
    let id = registry.register_type(&MetaType::new::<Event>()).id;
    let types = PortableRegistry::from(registry);
    let TypeDef::Variant(events) = &types.resolve(id).expect("a type").type_def else { panic!("an enum") };
    let bytes = event.encode();
    let variant = events.variants.iter().find(|variant| variant.index == bytes[0]).expect("a variant");
    let fields = variant.fields.iter().map(|field| (field.name.as_deref().expect("a name"), field.ty.id));
    let decoded = Decoded::event(&bytes[1..], fields, &types).expect("its bytes");
    let id = BlockId { number: 7, hash: [1; 32] };
    let mut rows = BlockRows::new(BlockHead { id, parent: [0; 32], at_unix_ms: 0, events: 1 });
    for declared in EVENTS.iter().filter(|declared| declared.event == variant.name && declared.table == table) {
        let added = declared.add_row(&decoded, (3, 900), &mut rows);
        assert!(added.is_ok() || rows.count() == 0, "what cannot be read has added nothing");
        added.map_err(|error| error.to_string())?;
    }
    Ok(rows)
}

fn sold(role: Device, price: Option<i64>) -> Event {
    Event::Sold {
        owner: Wrapped([0xab; 32]),
        slot: Wrapped(2),
        role,
        price,
        terms: Terms { fee: 5, most: None },
        steps: Wrapped(vec![Terms { fee: 7, most: Some(1) }, Terms { fee: 8, most: None }]),
        error: Failure::Frozen { asset: 1 },
        note: "of no column".to_owned(),
    }
}

fn edged(fee: u32) -> Event {
    Event::Edged { edge: Some(Terms { fee, most: None }) }
}

#[test]
fn a_row_has_what_its_declaration_says() {
    let rows = rows("sales", &sold(Device::Grid, Some(-9))).expect("readable");
    let sales = &rows.tables["sales"];
    let columns =
        ["owner", "starts_at", "slot", "role", "name", "price", "fee", "most", "fees", "error", "what", "open"];
    assert_eq!(sales.columns, [["block_number", "event_index"].as_slice(), &columns, &["era"]].concat());
    let owner = "ab".repeat(32);
    let row = format!(
        "7\t3\t\\\\x{owner}\t1970-01-01 00:30:00+00\t2\tgrid\tGrid\t-9\t5\t\\N\t{{7,8}}\tFrozen {{ asset: 1 }}\t\
         a\\tsale\tt\t\\N\n"
    );
    assert_eq!(sales.text, row);
}

#[test]
fn an_option_that_holds_nothing_is_null_or_no_row_at_all() {
    let none = rows("sales", &sold(Device::Grid, None)).expect("readable");
    assert!(none.tables["sales"].text.contains("\tGrid\t\\N\t5\t"), "{none:?}");
    assert_eq!(rows("edges", &edged(4)).expect("readable").tables["edges"].text, "7\t3\t4\n");
    assert_eq!(rows("edges", &Event::Edged { edge: None }).expect("readable").count(), 0);
}

#[test]
fn a_field_that_the_runtime_does_not_have_yet_is_null() {
    assert_eq!(rows("added", &edged(4)).expect("readable").tables["added"].text, "7\t3\t\\N\t4\n");
    let error = rows("added_narrow", &edged(256)).expect_err("it has another kind");
    assert!(error.contains("edge.fee") && error.contains("the column takes"), "{error}");
}

#[test]
fn a_field_of_another_kind_is_an_error_that_names_it() {
    assert_eq!(rows("narrow", &edged(255)).expect("it fits").tables["narrow"].text, "7\t3\t255\n");
    for (table, event) in [("narrow", edged(256)), ("wrong", edged(4)), ("narrow", Event::Edged { edge: None })] {
        let error = rows(table, &event).expect_err("another kind");
        assert!(error.contains("edge.fee") && error.contains("the column takes"), "{error}");
    }
    let error = rows("sales", &sold(Device::Tidal, None)).expect_err("no such word");
    assert!(error.contains("role") && error.contains("production"), "{error}");
    let error = rows("missing", &edged(4)).expect_err("no such field");
    assert!(error.contains("edge.price") && error.contains("no such field"), "{error}");
}

#[test]
fn numbers_fit_into_their_bits() {
    let unsigned = |bits, number| Kind::Unsigned(bits).cell(&Decoded::Unsigned(number), 900).is_some();
    assert!(unsigned(8, 255) && !unsigned(8, 256));
    assert!(unsigned(64, u64::MAX.into()) && !unsigned(64, u128::MAX) && unsigned(128, u128::MAX));
    let signed = |bits, number| Kind::Signed(bits).cell(&Decoded::Signed(number), 900).is_some();
    assert!(signed(64, i64::MIN.into()) && signed(64, i64::MAX.into()));
    assert!(!signed(64, i128::from(i64::MAX) + 1) && !signed(64, i128::from(i64::MIN) - 1));
    assert!(signed(128, i128::MIN) && signed(128, i128::MAX));
    assert_eq!(Kind::Unsigned(64).cell(&Decoded::Signed(1), 900), None);
}
