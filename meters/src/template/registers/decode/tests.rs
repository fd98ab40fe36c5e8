//! Fields: registers to values and back.

use super::*;
use proptest::prelude::*;

fn field(layout: Layout) -> Field {
    Field {
        function: Function::Holding,
        address: 0,
        layout,
        words: if layout == Layout::Text { 4 } else { 0 },
        order: WordOrder::HighFirst,
        exponent: 0,
        times: 1,
        unit: Unit::One,
        negate: false,
        none: Some(Vec::new()),
        modulus: None,
        optional: false,
    }
}

#[test]
fn reads_each_layout() {
    for (layout, words, value) in [
        (Layout::U16, &[0xffff][..], 65_535),
        (Layout::I16, &[0xffff], -1),
        (Layout::U32, &[1, 2], 65_538),
        (Layout::I32, &[0xffff, 0xfffe], -2),
        (Layout::U64, &[0, 1, 0, 0], 1 << 32),
        (Layout::I64, &[0xffff, 0xffff, 0xffff, 0xfffd], -3),
        (Layout::F32, &[0xc0a0, 0], -5),
        (Layout::F64, &[0x4014, 0, 0, 0], 5),
    ] {
        assert_eq!(field(layout).decode(words), Ok(Some(value * 1_000)), "{layout:?}");
        assert_eq!(field(layout).encode(Some(value * 1_000)).as_deref(), Ok(words), "{layout:?}");
        let error = field(layout).decode(&words[1..]).expect_err("short");
        assert_eq!(error, FieldError::Length { expected: field(layout).word_count(), got: words.len() - 1 });
    }
}

#[test]
fn minds_word_order_exponent_unit_and_sign() {
    let low_first = Field { order: WordOrder::LowFirst, exponent: -1, unit: Unit::KiloWattHour, ..field(Layout::I32) };
    assert_eq!(low_first.decode(&[136, 0]), Ok(Some(13_600_000)));
    let exporting = Field { negate: true, unit: Unit::KiloWatt, ..field(Layout::F32) };
    assert_eq!(exporting.decode(&[0x4020, 0]), Ok(Some(-2_500_000)));
}

#[test]
fn not_available_is_nothing_and_impossible_is_an_error() {
    let none = vec![Nothing::AllOnes, Nothing::MaxSigned, Nothing::MinSigned, Nothing::Zero];
    let sentinel = Field { none: Some(none), ..field(Layout::U32) };
    for words in [[0xffff, 0xffff], [0x7fff, 0xffff], [0x8000, 0], [0, 0]] {
        assert_eq!(sentinel.decode(&words), Ok(None));
    }
    assert_eq!(sentinel.encode(None), Ok(vec![0xffff, 0xffff]));
    assert_eq!(field(Layout::F32).decode(&[0x7fc0, 1]), Ok(None), "any NaN");
    assert!(matches!(field(Layout::F32).decode(&[0x7f80, 0]), Err(FieldError::OutOfRange(_))), "infinite");
    assert!(matches!(field(Layout::U16).encode(Some(65_536_000)), Err(FieldError::OutOfRange(_))));
    assert!(matches!(field(Layout::U16).encode(Some(-1_000)), Err(FieldError::OutOfRange(_))));
    assert!(matches!(field(Layout::U16).encode(None), Err(FieldError::WrongKind(_))));
}

#[test]
fn reads_texts_and_numbers_as_text() {
    let text = field(Layout::Text);
    assert_eq!(text.decode_text(&[0x4142, 0x4320, 0, 0x5858]), Ok(Some("ABC".into())));
    assert_eq!(text.decode_text(&[0xffff; 4]), Ok(None));
    assert_eq!(text.encode_text("ABC"), Ok(vec![0x4142, 0x4300, 0, 0]));
    assert!(text.encode_text("too long to fit").is_err() && text.decode(&[0; 4]).is_err());
    assert_eq!(field(Layout::U32).decode_text(&[1, 2]), Ok(Some("65538".into())));
    assert!(field(Layout::U32).encode_text("serial").is_err());
}

prop_compose! {
    fn any_field()(
        layout in prop::sample::select(vec![
            Layout::U16, Layout::I16, Layout::U32, Layout::I32, Layout::U64, Layout::I64, Layout::F32, Layout::F64,
        ]),
        low_first: bool, negate: bool, exponent in -3i8..3,
        unit in prop::sample::select(vec![Unit::MilliWattHour, Unit::WattHour, Unit::KiloWattHour, Unit::One]),
    ) -> Field {
        let order = if low_first { WordOrder::LowFirst } else { WordOrder::HighFirst };
        Field { order, negate, exponent, unit, ..field(layout) }
    }
}

#[test]
fn unsigned_counters_wrap_where_their_registers_are_full_or_where_the_template_says() {
    let huawei = Field { unit: Unit::KiloWattHour, exponent: -2, ..field(Layout::U32) };
    assert_eq!(huawei.counter(Some(5)), Counter { modulus_mwh: Some((1 << 32) * 10_000), step_mwh: Some(10_000) });
    let display = Field { modulus: Some(100_000_000), exponent: -1, unit: Unit::KiloWattHour, ..field(Layout::I32) };
    assert_eq!(display.counter(None).modulus_mwh, Some(10_000_000_000_000));
    assert_eq!(field(Layout::I64).counter(None).modulus_mwh, None);
    let float = Field { unit: Unit::KiloWattHour, ..field(Layout::F32) };
    assert_eq!(float.counter(Some(40_000_000_000)), Counter { modulus_mwh: None, step_mwh: Some(3_906) });
}

proptest! {
    #[test]
    fn integers_survive_writing_and_reading(field in any_field(), number in -32_768i128..32_768) {
        let exponent = i32::from(field.exponent) + field.unit.milli_exponent();
        let milli = scale(number, exponent).expect("it fits");
        if let Ok(words) = field.encode(Some(milli)) {
            prop_assert_eq!(words.len(), usize::from(field.word_count()));
            // Below a thousandth, only whole thousandths survive.
            if exponent >= 0 && !matches!(field.layout, Layout::F32 | Layout::F64) {
                prop_assert_eq!(field.decode(&words), Ok(Some(milli)));
            }
        }
    }

    #[test]
    fn floats_are_read_as_near_as_they_are_written(number in 0u64..1 << 40) {
        let field = Field { unit: Unit::KiloWattHour, ..field(Layout::F32) };
        let words = field.encode(Some(number.into())).expect("it fits");
        let read = field.decode(&words).expect("a number").expect("a value");
        // 24 bits of mantissa.
        prop_assert!(read.abs_diff(number.into()) <= u128::from(number >> 24) + 1);
    }

    #[test]
    fn any_registers_decode_or_are_refused(field in any_field(), words in prop::collection::vec(any::<u16>(), 0..6)) {
        let _ = field.decode(&words);
        let _ = field.decode_text(&words);
    }
}
