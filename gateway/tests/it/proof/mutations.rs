//! Nothing in a file can be changed unnoticed: no bit, no field, no line.

use super::draft::Draft;
use deren_gateway::proof::verify;
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn a_changed_bit_of_any_byte_is_noticed() {
    let whole = Draft::whole().bytes();
    let mut bytes = whole.clone();
    for place in 0..whole.len() {
        let bit = place * 5 % 8;
        bytes[place] ^= 1 << bit;
        assert!(verify(&*bytes, &[]).is_err(), "bit {bit} of byte {place} goes unnoticed");
        bytes[place] = whole[place];
    }
    verify(&*bytes, &[]).unwrap();
}

/// The paths of all fields of all lines, as line and JSON pointer.
pub fn fields(bytes: &[u8]) -> Vec<(usize, String)> {
    fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| walk(value, &format!("{path}/{name}"), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, value)| walk(value, &format!("{path}/{index}"), found));
            }
            _ => found.push(path.to_owned()),
        }
    }
    let mut all = Vec::new();
    for (line, text) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, text)| !text.is_empty()) {
        let mut found = Vec::new();
        walk(&serde_json::from_slice(text).unwrap(), "", &mut found);
        all.extend(found.into_iter().map(|path| (line, path)));
    }
    all
}

/// The file with one field changed to another value that it could have, and every line written in its own form.
pub fn with_field(bytes: &[u8], (line, path): &(usize, String), by: u64) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut value: Value = serde_json::from_str(&lines[*line]).unwrap();
    let field = value.pointer_mut(path).unwrap();
    let before = (path.rsplit('/').next().unwrap().to_owned(), field.to_string());
    let after = match &*field {
        Value::Number(number) => (number.as_u64().unwrap() ^ (1 << (by % 16))).into(),
        Value::String(text) if text.starts_with("0x") => {
            let digit = 2 + usize::try_from(by).unwrap() % (text.len() - 2);
            let mut digits: Vec<char> = text.chars().collect();
            digits[digit] = char::from_digit(digits[digit].to_digit(16).unwrap() ^ 1, 16).unwrap();
            digits.into_iter().collect::<String>().into()
        }
        Value::String(role) => (if role == "grid" { "storage" } else { "grid" }).into(),
        Value::Null if path.ends_with("role") => "storage".into(),
        Value::Null if path.ends_with("signature") => Value::String(format!("0x{}", "5a".repeat(64))),
        Value::Null => 1.into(),
        other => panic!("{other}"),
    };
    *field = after;
    // The order of fields is part of the form; replacing in the text keeps it.
    let (name, old) = before;
    let new = value.pointer(path).unwrap();
    if name.bytes().all(|digit| digit.is_ascii_digit()) {
        // An item of a list, which has no name.
        lines[*line] = lines[*line].replacen(&old, &new.to_string(), 1);
        return format!("{}\n", lines.join("\n")).into_bytes();
    }
    let nth = path.split('/').find_map(|part| part.parse::<usize>().ok()).unwrap_or(0);
    let from = format!("\"{name}\":{old}");
    let places: Vec<usize> = lines[*line].match_indices(&format!("\"{name}\":")).map(|(place, _)| place).collect();
    let place = *places.get(nth).or(places.first()).unwrap();
    assert!(lines[*line][place..].starts_with(&from), "{from}");
    lines[*line].replace_range(place..place + from.len(), &format!("\"{name}\":{new}"));
    format!("{}\n", lines.join("\n")).into_bytes()
}

#[test]
fn every_changed_field_is_noticed() {
    let whole = Draft::whole().bytes();
    let fields = fields(&whole);
    assert_eq!(fields.len(), 8 + 6 + 12 + 7 * 18 + 5);
    for field in &fields {
        for by in [0, 5, 11] {
            assert!(verify(&*with_field(&whole, field, by), &[]).is_err(), "{field:?} goes unnoticed");
        }
    }
}

proptest! {
    #[test]
    fn any_changed_bit_is_noticed(place in any::<prop::sample::Index>(), bit in 0..8u32) {
        let mut bytes = Draft::whole().bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(verify(&*bytes, &[]).is_err());
    }

    #[test]
    fn bytes_put_in_taken_out_or_written_over_are_noticed(
        place in any::<prop::sample::Index>(),
        take in 0..40usize,
        put in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let whole = Draft::whole().bytes();
        let from = place.index(whole.len());
        let to = (from + take).min(whole.len());
        let mut bytes = whole.clone();
        bytes.splice(from..to, put);
        prop_assume!(bytes != whole);
        prop_assert!(verify(&*bytes, &[]).is_err());
    }

    #[test]
    fn lines_in_another_order_are_noticed(a in 0..9usize, b in 0..9usize) {
        prop_assume!(a != b);
        let whole = Draft::whole().bytes();
        let mut lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        lines.swap(a, b);
        prop_assert!(verify(&*lines.concat(), &[]).is_err());
    }

    #[test]
    fn any_bytes_are_refused_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verify(&*bytes, &[]).is_err());
    }
}
