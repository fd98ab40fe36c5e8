//! What is wrong with a configuration, each with the place where it was written. All of them are found in one run.

use std::fmt;

/// Where a value was written. Lines come before variables, and in their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the file.
    Line {
        /// Its path.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// In the environment.
    Variable(String),
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl Place {
    /// A complaint about what stands here.
    pub fn mistake(&self, reason: impl fmt::Display) -> Mistake {
        Mistake { place: self.clone(), reason: reason.to_string() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line, .. } => write!(f, "{file} line {line}"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// All of them, one a line.
pub fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")
}

/// Nothing that is known has a name as long as this, and likeness takes time in proportion to both lengths.
const LONGEST_NAME: usize = 64;

/// The known name most like `name`, if any is like it at all.
///
/// ```
/// use deren_config::nearest;
/// assert_eq!(nearest("node_url", &["log", "node_urls"]), Some("node_urls"));
/// assert_eq!(nearest("sdm630", &["eastron-sdm120", "eastron-sdm630"]), Some("eastron-sdm630"));
/// assert_eq!(nearest("colour", &["log", "node_urls"]), None);
/// ```
#[must_use]
pub fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let likeness = |candidate: &str| {
        let within = name.len() > 2 && (candidate.contains(name) || name.contains(candidate));
        let longer_by = candidate.len().abs_diff(name.len()).min(100) as f64;
        strsim::jaro_winkler(name, candidate).max(if within { 1.0 - longer_by / 400.0 } else { 0.0 })
    };
    known
        .iter()
        .map(|candidate| (likeness(candidate), *candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
