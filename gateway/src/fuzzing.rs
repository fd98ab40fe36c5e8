//! What fuzzing calls, and the tests that give its inputs again: each function takes any bytes and returns. Built only
//! for these; it must never be part of a program.
#![allow(missing_docs, reason = "each function is named after what it gives the bytes to")]

use crate::{proof, settings::Settings};
use std::path::Path;

/// A target's name, that of its folder of inputs, and what takes an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[("proof", proof), ("settings", settings)];

/// A file of exported readings.
pub fn proof(data: &[u8]) {
    if let Err(proof::Failure::Fault(fault)) = proof::verify(data, &[]) {
        assert!(fault.line > 0 && !fault.why.is_empty());
    }
}

/// A configuration.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Err(error) = Settings::parse(Path::new("gateway.toml"), text, std::iter::empty()) {
        assert!(!error.to_string().is_empty());
    }
}

#[cfg(test)]
#[path = "../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzing_began_with_and_found_does_no_harm() {
        super::replay::replay(super::TARGETS);
    }
}
