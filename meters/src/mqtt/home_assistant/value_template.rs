//! The simple forms of Home Assistant's value templates, as a place in a payload: `{{ value }}`, `{{ value_json.a.b }}`,
//! `{{ value_json['a'][0] }}`, with filters that only format a number. There is no template engine, and there will be
//! none: what computes is refused.

/// Longest text that is looked at.
const MAX_LENGTH: usize = 512;
/// Filters that leave the number what it is, but for digits that we keep. A default is not taken: a number that is missing
/// is missing.
const FORMATTING: [&str; 6] = ["float", "int", "round", "is_defined", "default", "string"];

/// The JSON pointer (RFC 6901) that the template means; empty for the whole payload.
///
/// # Errors
/// What of it is not understood.
pub(crate) fn pointer(template: &str) -> Result<String, String> {
    if template.len() > MAX_LENGTH {
        return Err(format!("value template longer than {MAX_LENGTH} bytes"));
    }
    let refuse = |what: &str| {
        let known = "`{{ value }}`, `{{ value_json.a.b }}` and `{{ value_json['a'] }}` with filters that format";
        format!("value template `{template}`: {what}; only {known} are read")
    };
    let inner = template.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    let inner =
        inner.ok_or_else(|| refuse("it is more than one expression"))?.trim_matches(['-', ' ', '\t', '\r', '\n']);
    let mut parts = split_filters(inner).into_iter();
    let expression = parts.next().unwrap_or_default().trim();
    for filter in parts {
        let name = filter.trim();
        let name = name.split_once('(').map_or(name, |(name, _)| name).trim();
        if !FORMATTING.contains(&name) {
            return Err(refuse(&format!("the filter `{name}` is not known")));
        }
    }
    if expression == "value" {
        return Ok(String::new());
    }
    let path = expression.strip_prefix("value_json").ok_or_else(|| refuse("it computes"))?;
    let pointer = path_pointer(path).ok_or_else(|| refuse("it is no path of names"))?;
    if pointer.is_empty() { Err(refuse("it names no field")) } else { Ok(pointer) }
}

/// The parts between `|`, those in quotes left alone.
fn split_filters(text: &str) -> Vec<&str> {
    let mut quote = None;
    text.split(|c: char| {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        c == '|' && quote.is_none()
    })
    .collect()
}

/// `.a.b` or `['a'][0]` as a pointer; `None` if it is anything else.
fn path_pointer(mut path: &str) -> Option<String> {
    let mut pointer = String::new();
    while !path.is_empty() {
        let key;
        if let Some(rest) = path.strip_prefix('.') {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            (key, path) = rest.split_at(end);
            let is_name = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if key.is_empty() || !is_name(key) {
                return None;
            }
        } else {
            let rest = path.strip_prefix('[')?;
            if let Some(quote @ ('\'' | '"')) = rest.chars().next() {
                let (quoted, after) = rest.get(1..)?.split_once(quote)?;
                (key, path) = (quoted, after.strip_prefix(']')?);
            } else {
                let (number, after) = rest.split_once(']')?;
                number.parse::<u16>().ok()?;
                (key, path) = (number, after);
            }
        }
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
    }
    Some(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn simple_forms_are_places_in_a_payload() {
        for (template, expected) in [
            ("{{ value }}", ""),
            ("{{value|float}}", ""),
            ("{{ value_json.energy }}", "/energy"),
            ("{{- value_json.ENERGY.Total -}}", "/ENERGY/Total"),
            ("{{ value_json['total kWh']['a/b'] | float(0) | round(3) }}", "/total kWh/a~1b"),
            ("{{ value_json[\"x\"].y[0] | default('a|b') }}", "/x/y/0"),
        ] {
            assert_eq!(pointer(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn what_computes_is_refused_with_a_reason() {
        for (template, reason) in [
            ("{{ value_json.a * 1000 }}", "no path of names"),
            ("{{ value_json.a | multiply(1000) }}", "the filter `multiply`"),
            ("{% if value %}1{% endif %}", "more than one expression"),
            ("{{ value_json.a }}{{ value_json.b }}", "no path of names"),
            ("{{ states('sensor.x') }}", "it computes"),
            ("{{ value_json }}", "names no field"),
            ("{{ value_json.get('a') }}", "no path of names"),
            ("{{ value_json['a }}", "no path of names"),
            ("{{ value_json. }}", "no path of names"),
            ("12", "more than one expression"),
        ] {
            let refusal = pointer(template).expect_err(template);
            assert!(refusal.contains(reason), "{template}: {refusal}");
        }
    }

    proptest! {
        #[test]
        fn any_template_is_understood_or_refused(inner in "\\PC{0,60}", wrap: bool) {
            let _ = pointer(&if wrap { format!("{{{{ value_json{inner} }}}}") } else { inner });
        }

        #[test]
        fn any_key_is_found_again(key in "[^'\\p{C}]{1,20}") {
            let found = pointer(&format!("{{{{ value_json['{key}'] }}}}")).expect("understood");
            let document = serde_json::json!({ key: 7 });
            prop_assert_eq!(document.pointer(&found).and_then(serde_json::Value::as_u64), Some(7));
        }
    }
}
