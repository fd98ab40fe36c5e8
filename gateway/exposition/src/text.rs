//! From OpenMetrics to Prometheus' text format 0.0.4, which is nearly the same. Counters are named with their `_total`
//! also where they are described, units stand in the names alone, and nothing marks the end.

/// The older text of what `prometheus-client` wrote. It must have no exemplars: the older text knows none.
pub(crate) fn from_openmetrics(openmetrics: &str) -> String {
    let mut text = String::with_capacity(openmetrics.len());
    let mut help = None;
    for line in openmetrics.lines() {
        if let Some(described) = line.strip_prefix("# HELP ") {
            help = described.split_once(' ').map(|(_, help)| help);
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|typed| typed.split_once(' ')) {
            let (suffix, kind) = described_as(kind);
            if let Some(help) = help.take() {
                text.push_str(&format!("# HELP {name}{suffix} {help}\n"));
            }
            text.push_str(&format!("# TYPE {name}{suffix} {kind}\n"));
        } else if !line.starts_with('#') {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// What the name of a metric of this kind ends with in the older text, and what it is called there.
fn described_as(kind: &str) -> (&'static str, &str) {
    match kind {
        "counter" => ("_total", "counter"),
        "info" => ("_info", "gauge"),
        "unknown" => ("", "untyped"),
        other => ("", other),
    }
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use prometheus_client::{
        encoding::EncodeLabelSet,
        metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
        registry::{Registry, Unit},
    };

    #[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
    struct Of {
        device: String,
    }

    fn registry() -> Registry {
        let mut registry = Registry::with_prefix("deren");
        registry.register("power_watts", "Power", Gauge::<i64>::default());
        let counted = Family::<Of, Counter>::default();
        counted.get_or_create(&Of { device: "roof # {1}".into() }).inc_by(3);
        registry.register("samples", "Samples", counted);
        let times = Histogram::new([0.5, 1.0]);
        times.observe(0.7);
        registry.register_with_unit("answer", "Time", Unit::Seconds, times);
        registry.register("build", "This program", Info::new([("version", "1")]));
        registry
    }

    #[test]
    fn the_older_text_describes_series_by_their_whole_names() {
        let text = Format::Text.write(&registry()).expect("text");
        let expected = "# HELP deren_power_watts Power.\n# TYPE deren_power_watts gauge\nderen_power_watts 0\n\
            # HELP deren_samples_total Samples.\n# TYPE deren_samples_total counter\n\
            deren_samples_total{device=\"roof # {1}\"} 3\n\
            # HELP deren_answer_seconds Time.\n# TYPE deren_answer_seconds histogram\n\
            deren_answer_seconds_sum 0.7\nderen_answer_seconds_count 1\nderen_answer_seconds_bucket{le=\"0.5\"} 0\n\
            deren_answer_seconds_bucket{le=\"1.0\"} 1\nderen_answer_seconds_bucket{le=\"+Inf\"} 1\n\
            # HELP deren_build_info This program.\n# TYPE deren_build_info gauge\nderen_build_info{version=\"1\"} 1\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn openmetrics_stays_as_it_is() {
        let text = Format::OpenMetrics.write(&registry()).expect("text");
        assert!(
            text.contains("# TYPE deren_samples counter\n") && text.contains("# UNIT deren_answer_seconds seconds\n")
        );
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn both_have_the_same_series() {
        let series = |format: Format| -> Vec<String> {
            let text = format.write(&registry()).expect("text");
            text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
        };
        assert_eq!(series(Format::Text), series(Format::OpenMetrics));
    }
}
