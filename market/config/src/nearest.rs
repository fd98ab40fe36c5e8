//! What was meant by a name that nobody knows.

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
