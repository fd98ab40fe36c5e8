//! Measures what each call costs.
