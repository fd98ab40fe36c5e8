//! What is wrong with a template, before anybody knows in which line.

/// Something in a template that makes no sense, by the key under which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The top-level key; empty for the whole.
    pub(crate) key: &'static str,
    /// Which of several under that key, from 0.
    pub(crate) index: usize,
    /// What is wrong with it and what would be right.
    pub(crate) reason: String,
}
