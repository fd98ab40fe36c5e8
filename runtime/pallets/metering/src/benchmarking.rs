//! Measures what each call and hook costs.
