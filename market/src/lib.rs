//! Clearing, allocation, settlement and rewards of DeREN: pure integer arithmetic.
//!
//! No I/O, no floats, no clock, no randomness, no panics: the same code runs in the runtime, in tests and in
//! anyone's verifier.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod network;

pub use network::Network;
