//! A registry of counters as a text, in the format that the reader asks for. It is [OpenMetrics 1.0][openmetrics], or
//! [Prometheus' text format 0.0.4][text], which everything else reads.
//!
//! Whoever asks for neither gets the older text: tools that look at it by eye or by `promtool check metrics` know only
//! that. Nothing here knows what is counted.
//!
//! [openmetrics]: https://prometheus.io/docs/specs/om/open_metrics_spec/
//! [text]: https://prometheus.io/docs/instrumenting/exposition_formats/

mod accept;
mod text;

use prometheus_client::{encoding::text::encode, registry::Registry};
use std::fmt;

/// In which format counters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' text format 0.0.4.
    Text,
}

impl Format {
    /// What a request with this header `Accept` wants; the older text if it does not say.
    pub fn wanted(accept: Option<&str>) -> Self {
        accept::wanted(accept.unwrap_or_default())
    }

    /// The answer's header `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// All that `registry` has.
    ///
    /// # Errors
    /// Never in practice: writing to a string does not fail.
    pub fn write(self, registry: &Registry) -> Result<String, fmt::Error> {
        let mut written = String::new();
        encode(&mut written, registry)?;
        match self {
            Self::OpenMetrics => Ok(written),
            Self::Text => Ok(text::from_openmetrics(&written)),
        }
    }
}
