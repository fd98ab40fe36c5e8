//! Value templates of Home Assistant (Jinja): from the payload of a state topic to the text that it means.
//!
//! A template is read as a whole by a template engine, or refused by the name of what is not understood. It is never
//! read in part. Four things differ from Home Assistant, on purpose:
//!
//! - A default never stands in for a number that is missing: a counter that is not there is missing, not zero.
//! - `round` and `int` are for the eye: the number keeps its digits.
//! - Nothing but the payload is known: no states of other sensors, no clock, no variables, no loops.
//! - Exactly one number comes out. Text beside it is refused.
//!
//! Source: Home Assistant docs, "Templating" (`float`, `int`, `is_number`, `is_defined`, `multiply`, `add`) and "MQTT
//! sensor" (`value_template`); Jinja docs, "Template designer documentation".

mod engine;
mod grammar;
mod text;

use super::Fault;
use std::sync::Arc;

/// Longest template that is read, bytes.
const MAX_TEMPLATE_BYTES: usize = 1_024;
/// Largest payload that a template is applied to, bytes.
const MAX_PAYLOAD_BYTES: usize = 64 * 1_024;

/// A value template whose every part is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValueTemplate(Arc<String>);

impl ValueTemplate {
    /// Checks a template without a payload.
    ///
    /// # Errors
    /// What of it is not understood, by its name.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        if source.len() > MAX_TEMPLATE_BYTES {
            return Err(format!("its value template is longer than {MAX_TEMPLATE_BYTES} bytes"));
        }
        let refuse = |what: String| format!("value template `{}`: {what}", source.trim());
        grammar::check(source).map_err(refuse)?;
        engine::compile(source).map_err(refuse)?;
        Ok(Self(Arc::new(source.to_owned())))
    }

    /// The text of the template.
    pub(crate) fn source(&self) -> &str {
        &self.0
    }

    /// The one text that the template makes of a payload. It is not empty.
    pub(crate) fn apply(&self, payload: &[u8]) -> Result<String, Fault> {
        let wrong = |got: String| Fault::WrongType { expected: "a text that its value template can read", got };
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(wrong(format!("{} bytes", payload.len())));
        }
        let payload = std::str::from_utf8(payload)
            .map_err(|error| wrong(format!("no text from byte {}", error.valid_up_to())))?;
        engine::render(&self.0, payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::scale_float_text;
    use proptest::prelude::*;

    /// What the template makes of the payload, in mWh where it is written in kWh.
    fn read(template: &str, payload: &str) -> Result<Option<i128>, String> {
        let template = ValueTemplate::parse(template)?;
        match template.apply(payload.as_bytes()) {
            Ok(text) => Ok(scale_float_text(&text, 6)),
            Err(Fault::Missing) => Err("missing".into()),
            Err(Fault::WrongType { got, .. } | Fault::OutOfRange(got)) => Err(got),
        }
    }

    #[test]
    fn simple_forms_name_a_place_in_a_payload() {
        for (template, payload) in [
            ("{{ value }}", "3844.917"),
            ("{{value|float}}", "003844.917"),
            ("{{ value_json.energy }}", r#"{"energy":3844.917}"#),
            ("{{- value_json.ENERGY.Total -}}", r#"{"ENERGY":{"Total":3844.917}}"#),
            ("{{ value_json['total kWh']['a/b'] | float(0) | round(3) }}", r#"{"total kWh":{"a/b":3844.917}}"#),
            ("{{ value_json[\"x\"].y[0] | default('a|b') }}", r#"{"x":{"y":[3844.917]}}"#),
            ("{{ value_json.energy | is_defined }}", r#"{"energy":"3844.917"}"#),
            ("{{ value_json.get('energy') }}", r#"{"energy":3844.917}"#),
            ("{{ value.split(';')[1] }}", "1;3844.917;2"),
            ("{{ value.split(' ')[0] | float }}", "3844.917 kWh"),
            ("{{ value | replace(',', '.') | float }}", "3844,917"),
            ("{{ (value | from_json).e }}", r#"{"e":3844.917}"#),
        ] {
            assert_eq!(read(template, payload), Ok(Some(3_844_917_000)), "{template}");
        }
    }

    #[test]
    fn what_follows_a_filter_with_arguments_is_computed() {
        for (template, payload, mwh) in [
            ("{{ value_json.total_wh | float(0) / 1000 }}", r#"{"total_wh":1234567}"#, 1_234_567_000),
            ("{{ value_json.a | default(0) / 10 }}", r#"{"a":12345}"#, 1_234_500_000),
            ("{{ value_json.a | float / 10 }}", r#"{"a":"12345"}"#, 1_234_500_000),
            ("{{ value_json.a | float(0) + value_json.b | float(0) }}", r#"{"a":1.25,"b":"2.5"}"#, 3_750_000),
            (
                "{{ (value_json.a | float(0) + value_json.b | float(0)) | round(1) }}",
                r#"{"a":1.26,"b":2.5}"#,
                3_760_000,
            ),
            ("{{ value_json.a | multiply(0.001) }}", r#"{"a":1234567}"#, 1_234_567_000),
            ("{{ value_json.a | add(value_json.b) }}", r#"{"a":1,"b":2}"#, 3_000_000),
            ("{{ value | int(0) // 10 }}", "12345", 1_234_000_000),
            ("{{ float(value, 0) * 0.1 }}", "12345", 1_234_500_000),
            ("{{ value_json.a | abs / 2 ** 2 }}", r#"{"a":-10}"#, 2_500_000),
            ("{{ value_json.phases | sum }}", r#"{"phases":[1.5,2.5,3]}"#, 7_000_000),
            ("{{ [value] }}", "1", 0),
        ] {
            match mwh {
                0 => assert!(read(template, payload).is_err(), "{template}"),
                mwh => assert_eq!(read(template, payload), Ok(Some(mwh)), "{template}"),
            }
        }
    }

    #[test]
    fn a_condition_chooses() {
        let template =
            "{% if value_json.b is defined %}{{ value_json.b }}{% else %}{{ value_json.a / 1000 }}{% endif %}";
        assert_eq!(read(template, r#"{"a":1500}"#), Ok(Some(1_500_000)));
        assert_eq!(read(template, r#"{"a":1500,"b":2}"#), Ok(Some(2_000_000)));
        let inline = "{{ value_json.a if value_json.a is number else value_json.b }}";
        assert_eq!(read(inline, r#"{"a":"off","b":2}"#), Ok(Some(2_000_000)));
        let without = "{% if value_json.a is defined %}{{ value_json.a }}{% endif %}";
        assert_eq!(read(without, r#"{"b":2}"#), Err("missing".into()), "no number, no sample");
    }

    #[test]
    fn a_default_never_stands_in_for_a_number() {
        for template in [
            "{{ value_json.a }}",
            "{{ value_json.a | float(0) }}",
            "{{ value_json.a | default(0) }}",
            "{{ value_json.a | default(0) / 10 }}",
            "{{ value_json.a | int(default=0) }}",
            "{{ value_json.a | is_defined }}",
            "{{ value_json.get('a', 0) }}",
            "{{ float(value_json.a, 0) }}",
        ] {
            for payload in [r#"{"b":1}"#, r#"{"a":null}"#, "{}"] {
                assert_eq!(read(template, payload), Err("missing".into()), "{template} of {payload}");
            }
        }
        assert!(read("{{ value_json.a | float(0) }}", r#"{"a":"unavailable"}"#).is_err());
        assert!(read("{{ value | float(0) }}", "unknown").is_err());
        assert_eq!(read("{{ value_json.a }}", "no JSON"), Err("missing".into()));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_its_name() {
        for (template, name) in [
            ("{{ value_json.a | regex_replace('a', 'b') }}", "the filter `regex_replace`"),
            ("{{ value_json.a | float | tan }}", "the filter `tan`"),
            ("{{ states('sensor.x') }}", "the function `states`"),
            ("{{ value_json.a + this.state }}", "the name `this`"),
            ("{{ value_json.a if is_state else 1 }}", "the name `is_state`"),
            ("{% set x = value %}{{ x }}", "the statement `set`"),
            ("{% for x in value_json.a %}{{ x }}{% endfor %}", "the statement `for`"),
            ("{% include 'x' %}", "the statement `include`"),
            ("{% macro x() %}{% endmacro %}", "the statement `macro`"),
            ("{{ value_json.a is odd }}", "the test `odd`"),
            ("{{ value.encode() }}", "the method `encode`"),
            ("{{ value_json.a ~ value_json.b }}", "`~`"),
            ("{{ 'x' * 100000000 }}", "the text `x`"),
            ("{{ ('x') * 9 }}", "the text `x`"),
            ("{{ ['x'][0] }}", "a list"),
            ("{{ {'a': 1}.a }}", "`{`"),
            ("{{ value_json.a }} kWh", "`kWh` beside"),
            ("-{{ value }}", "`-` beside"),
            ("{% if value_json.a %}{{ value_json.a }}{% else %}0{% endif %}", "`0` beside"),
            ("{{ value_json.a if value_json.a is defined else 0 }}", "the number `0` where the payload has none"),
            (
                "{{ (value_json.a if value_json.a is defined else 0) / 10 }}",
                "the number `0` where the payload has none",
            ),
            ("{{ value_json.a or 0 }}", "the number `0` where the payload has none"),
            ("{% if value %}{{ value }}{% else %}{{ 0 }}{% endif %}", "the number `0` where the payload has none"),
            ("12", "`12` beside"),
            ("{{ -12 }}", "names neither `value` nor `value_json`"),
            ("", "names neither"),
            ("{{ value_json.a", "end"),
            ("{{ value_json['a }}", "end"),
            ("{{ value_json. }}", ""),
            ("{{ value | }}", ""),
        ] {
            let refusal = ValueTemplate::parse(template).expect_err(template);
            assert!(refusal.contains(name) && refusal.contains(template.trim()), "{template}: {refusal}");
        }
    }

    #[test]
    fn two_numbers_are_not_one() {
        assert!(read("{{ value_json.a }}{{ value_json.b }}", r#"{"a":1,"b":2}"#).is_err());
        assert!(read("{{ value_json }}", r#"{"a":1}"#).is_err());
        assert!(read("{{ value * 2 }}", "5").is_err(), "a text twice is 55");
        assert!(read("{{ value + value }}", "5").is_err());
    }

    #[test]
    fn work_and_size_are_bounded() {
        let deep = format!("{{{{ {}value{} }}}}", "(".repeat(300), ")".repeat(300));
        assert!(ValueTemplate::parse(&deep).is_err() || read(&deep, "1").is_ok());
        assert!(ValueTemplate::parse(&format!("{{{{ value }}}}{}", " ".repeat(MAX_TEMPLATE_BYTES))).is_err());
        let long = "9".repeat(MAX_PAYLOAD_BYTES);
        assert!(read("{{ value | replace('9', '99999999') }}", &long).is_err());
        assert!(read("{{ value }}", &format!("{long}9")).is_err());
        assert!(read("{{ (value_json.a * 100000000) | sum }}", r#"{"a":[1,2,3]}"#).is_err());
    }

    proptest! {
        #[test]
        fn any_template_is_read_or_refused(inner in "\\PC{0,60}", wrap: bool, payload in "\\PC{0,40}") {
            let source = if wrap { format!("{{{{ value_json{inner} }}}}") } else { inner };
            if let Ok(template) = ValueTemplate::parse(&source) {
                let _ = template.apply(payload.as_bytes());
            }
        }

        #[test]
        fn any_expression_is_read_or_refused(
            parts in prop::collection::vec(prop::sample::select(vec![
                "value", "value_json", ".a", "['a']", " | float(0)", " | default(0)", " + ", " / ", " * ", "(", ")", " if ",
                " else ", "1000", "'x'", " is ", "defined", "[0]", " not ", " | round(2)", "{{ ", " }}", "{% if ", " %}", " ~ ",
                "{% endif %}", ".get('a')", ".split(',')", " | sum", " ** ", " % ", "-", ",",
            ]), 1..14),
        ) {
            let source = format!("{{{{ {} }}}}", parts.concat());
            if let Ok(template) = ValueTemplate::parse(&source) {
                let _ = template.apply(br#"{"a":5}"#);
            }
        }

        #[test]
        fn any_key_is_found_again(key in "[^'\\\\\\p{C}]{1,20}") {
            let payload = serde_json::json!({ key.clone(): 7 }).to_string();
            prop_assert_eq!(read(&format!("{{{{ value_json['{key}'] }}}}"), &payload), Ok(Some(7_000_000)));
        }
    }
}
