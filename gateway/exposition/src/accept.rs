//! What a reader asks for in the header `Accept` ([RFC 9110, 12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)).

use crate::Format;

const OPENMETRICS: (&str, &str) = ("application", "openmetrics-text");
const TEXT: (&str, &str) = ("text", "plain");

/// A weight in thousandths; 0 says "never".
type Weight = u16;
const FULL: Weight = 1000;

/// OpenMetrics, if it is named and weighs as much as the older text.
pub(crate) fn wanted(accept: &str) -> Format {
    let is_named = ranges(accept).any(|(range, _)| range == OPENMETRICS);
    if is_named && weight(accept, OPENMETRICS) >= weight(accept, TEXT).max(1) {
        Format::OpenMetrics
    } else {
        Format::Text
    }
}

/// The weight of the range that fits best; of several that fit as well, the highest.
fn weight(accept: &str, wanted: (&str, &str)) -> Weight {
    let fitting = ranges(accept).filter_map(|(range, weight)| {
        let exactness = if range == wanted {
            2
        } else if range == (wanted.0, "*") {
            1
        } else if range == ("*", "*") {
            0
        } else {
            return None;
        };
        Some((exactness, weight))
    });
    fitting.max().map_or(0, |(_, weight)| weight)
}

/// Each range with its weight. A range that is no `type/subtype` is left out.
fn ranges(accept: &str) -> impl Iterator<Item = ((&str, &str), Weight)> {
    accept.split(',').filter_map(|element| {
        let mut parts = element.split(';').map(str::trim);
        let range = parts.next()?.split_once('/')?;
        let quality = parts.find_map(|parameter| parameter.strip_prefix("q="));
        Some((range, quality.map_or(FULL, thousandths)))
    })
}

/// `0.5` is 500. What is no weight counts as none.
fn thousandths(quality: &str) -> Weight {
    let (whole, decimals) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = format!("{decimals:0<3}");
    match (whole, digits.len() <= 3, digits.parse::<Weight>()) {
        ("0", true, Ok(thousandths)) => thousandths,
        ("1", true, Ok(0)) => FULL,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prometheus_gets_what_it_likes_best() {
        // As Prometheus 2.42 and 3.5 ask.
        let second = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                      text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let third = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                     text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        assert_eq!((wanted(second), wanted(third)), (Format::OpenMetrics, Format::OpenMetrics));
        assert_eq!(wanted("text/plain;version=0.0.4;q=0.5,*/*;q=0.1"), Format::Text);
        assert_eq!(wanted("application/openmetrics-text;q=0.2, text/plain"), Format::Text);
    }

    #[test]
    fn who_does_not_say_gets_the_older_text() {
        for accept in ["", "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "application/json", "nonsense", ";q=1"] {
            assert_eq!(wanted(accept), Format::Text, "{accept}");
        }
    }

    #[test]
    fn a_weight_of_nothing_refuses() {
        assert_eq!(wanted("application/openmetrics-text;q=0, */*"), Format::Text);
        assert_eq!(wanted("application/openmetrics-text;q=0"), Format::Text);
        assert_eq!(wanted("application/openmetrics-text;q=7"), Format::Text);
    }

    #[test]
    fn weights_are_thousandths() {
        assert_eq!(["1", "1.000", "0.5", "0.05", "0.005", "0"].map(thousandths), [1000, 1000, 500, 50, 5, 0]);
        assert_eq!(["", "2", "1.5", "0.0005", "-1", "0.x"].map(thousandths), [0; 6]);
    }
}
