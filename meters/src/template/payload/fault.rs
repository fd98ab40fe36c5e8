//! Why a field of a payload is no number. Its place is told by whoever read it.

/// A field that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    WrongType { expected: &'static str, got: String },
    OutOfRange(String),
}
